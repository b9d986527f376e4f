/*
 * Text that is the same under every locale: numbers read and written with a dot, JSON and YAML alike.
 */
#ifndef CR_BASE_TEXT_H
#define CR_BASE_TEXT_H

#include <stdarg.h>

#include <cradle/base.h>

/* The whole of `text` must be the number. Decimal; floats also inf, -inf, nan, .inf, .nan (YAML). False otherwise. */
bool cr_text_int(const char *text, int64_t *value);
bool cr_text_float(const char *text, double *value);
/* true/false, yes/no, on/off. */
bool cr_text_bool(const char *text, bool *value);
/* The shortest decimal that reads back as the same double; "inf", "-inf", "nan". At least 32 bytes. */
void cr_text_from_float(double value, char *text, size_t size);
/* At most `limit` bytes of `text` that end on a whole UTF-8 letter, for %.*s. */
int cr_text_fit(const char *text, int limit);
/* printf with a dot in numbers. Returns as snprintf. */
int cr_text_format(char *text, size_t size, const char *format, ...) CR_PRINTF(3, 4);
int cr_text_vformat(char *text, size_t size, const char *format, va_list arguments) CR_PRINTF(3, 0);

#endif
