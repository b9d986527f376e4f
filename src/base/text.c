/*
 * Numbers as text under every locale: a program that calls setlocale(LC_ALL, "") in Germany would otherwise read 0.5 as
 * 0 and write 0,5. The thread's locale is switched to "C" around the C library's call and put back; nothing global
 * changes. (glibc and musl hand out a static object for "C": no allocation.)
 */
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

struct c_locale {
    locale_t ours, before;
};

static struct c_locale enter_c(void)
{
    struct c_locale locale = {.ours = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
    if (locale.ours != (locale_t)0)
        locale.before = uselocale(locale.ours);
    return locale;
}

static void leave_c(struct c_locale locale)
{
    if (locale.ours == (locale_t)0)
        return;
    uselocale(locale.before);
    freelocale(locale.ours);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ASCII only: tolower() of a Turkish locale turns "I" into something else. */
static bool same_word(const char *text, const char *word)
{
    for (; *text && *word; text++, word++) {
        char lower = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
        if (lower != *word)
            return false;
    }
    return *text == *word;
}

bool cr_text_int(const char *text, int64_t *value)
{
    const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
    if (!is_digit(*digits))
        return false;
    char *end;
    errno = 0;
    intmax_t number = strtoimax(text, &end, 10);
    if (*end || errno || number < INT64_MIN || number > INT64_MAX)
        return false;
    *value = number;
    return true;
}

/* digits [. digits] [e [sign] digits], or . digits ...: strtod alone would also take hexadecimals and blanks. */
static bool is_decimal(const char *s)
{
    int digits = 0;
    for (; is_digit(*s); s++)
        digits++;
    if (*s == '.')
        for (s++; is_digit(*s); s++)
            digits++;
    if (!digits)
        return false;
    if (*s == 'e' || *s == 'E') {
        s++;
        if (*s == '-' || *s == '+')
            s++;
        if (!is_digit(*s))
            return false;
        while (is_digit(*s))
            s++;
    }
    return *s == 0;
}

bool cr_text_float(const char *text, double *value)
{
    const char *body = *text == '-' || *text == '+' ? text + 1 : text;
    if (same_word(body, "inf") || same_word(body, ".inf")) {
        *value = *text == '-' ? -INFINITY : INFINITY;
        return true;
    }
    if (same_word(text, "nan") || same_word(text, ".nan")) {
        *value = NAN;
        return true;
    }
    if (!is_decimal(body))
        return false;
    struct c_locale locale = enter_c();
    double number = strtod(text, NULL);
    leave_c(locale);
    if (isinf(number))
        return false;
    *value = number;
    return true;
}

bool cr_text_bool(const char *text, bool *value)
{
    static const char *const words[2][3] = {{"false", "no", "off"}, {"true", "yes", "on"}};
    for (int truth = 0; truth < 2; truth++)
        for (int i = 0; i < 3; i++)
            if (same_word(text, words[truth][i])) {
                *value = truth;
                return true;
            }
    return false;
}

/* "1e-05" -> "1e-5", "1e+20" -> "1e20" */
static void shorten_exponent(char *text)
{
    char *from = strchr(text, 'e');
    if (!from)
        return;
    char *to = ++from;
    if (*from == '-')
        to++;
    if (*from == '-' || *from == '+')
        from++;
    while (*from == '0' && from[1])
        from++;
    memmove(to, from, strlen(from) + 1);
}

void cr_text_from_float(double value, char *text, size_t size)
{
    if (isnan(value)) {
        cr_text_format(text, size, "nan");
    } else if (isinf(value)) {
        cr_text_format(text, size, value < 0 ? "-inf" : "inf");
    } else if (fabs(value) < 1e15 && value == trunc(value)) {
        cr_text_format(text, size, "%.0f", value);
    } else {
        struct c_locale locale = enter_c();
        for (int precision = 1; precision <= 17; precision++) {
            snprintf(text, size, "%.*g", precision, value);
            if (strtod(text, NULL) == value)
                break;
        }
        leave_c(locale);
        shorten_exponent(text);
    }
}

int cr_text_fit(const char *text, int limit)
{
    size_t length = strlen(text);
    if (length <= (size_t)limit)
        return (int)length;
    while (limit > 0 && ((unsigned char)text[limit] & 0xc0) == 0x80)
        limit--;
    return limit;
}

int cr_text_vformat(char *text, size_t size, const char *format, va_list arguments)
{
    struct c_locale locale = enter_c();
    int length = vsnprintf(text, size, format, arguments);
    leave_c(locale);
    return length;
}

int cr_text_format(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = cr_text_vformat(text, size, format, arguments);
    va_end(arguments);
    return length;
}
