/*
 * What options know about their values, shared by the parser, the writer and the messages.
 */
#ifndef CR_BASE_OPTIONS_H
#define CR_BASE_OPTIONS_H

#include <cradle/base.h>

/* Type and range alone: "int >= 1", "float 0..1", "one of same, valid". */
void cr_option_describe_type(const struct cr_option *option, char *text, size_t size);
/* Copies the fields alone: `from` may be smaller than cr_options_size says. */
void cr_options_copy(const struct cr_option *options, void *to, const void *from);
bool cr_option_in_range(const struct cr_option *option, double value);
/* The name of a value, or NULL; the value of a name, or false. `names` may be NULL. */
const char *cr_name_of(const struct cr_name *names, int64_t value);
bool cr_name_find(const struct cr_name *names, const char *name, int64_t *value);

#endif
