/*
 * Text for people: names that may hold anything, widths, durations, amounts.
 */
#include "screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void text_clean(const char *text, char *clean, size_t size)
{
    size_t used = 0;
    if (size == 0)
        return;
    for (; *text && used + 1 < size; text++) {
        unsigned char c = (unsigned char)*text;
        clean[used++] = c < 0x20 || c == 0x7f ? '?' : *text;
    }
    clean[used] = 0;
}

int text_width(const char *text)
{
    mbstate_t state = {0};
    size_t left = strlen(text);
    int width = 0;
    while (left > 0) {
        wchar_t letter;
        size_t length = mbrtowc(&letter, text, left, &state);
        if (length == (size_t)-1 || length == (size_t)-2 || length == 0) {
            memset(&state, 0, sizeof state);
            length = 1;
            width++;
        } else {
            int columns = wcwidth(letter);
            width += columns > 0 ? columns : 0;
        }
        text += length;
        left -= length;
    }
    return width;
}

void text_duration(double seconds, char *text, size_t size)
{
    long long whole = seconds > 0 ? (long long)(seconds + 0.5) : 0;
    if (whole < 60)
        snprintf(text, size, "%lld s", whole);
    else if (whole < 3600)
        snprintf(text, size, "%lld:%02lld", whole / 60, whole % 60);
    else
        snprintf(text, size, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
}

/* Three digits that count, and the unit. */
static void scale(double amount, double step, const char *const *units, char *text, size_t size)
{
    int unit = 0;
    while (amount >= 999.5 && units[unit + 1]) {
        amount /= step;
        unit++;
    }
    snprintf(text, size, "%.*f%s", unit == 0 || amount >= 99.95 ? 0 : 1, amount, units[unit]);
}

void text_amount(double amount, char *text, size_t size)
{
    static const char *const units[] = {"", " k", " M", " G", " T", NULL};
    scale(amount, 1000, units, text, size);
}

void text_bytes(double bytes, char *text, size_t size)
{
    static const char *const units[] = {" bytes", " KiB", " MiB", " GiB", " TiB", NULL};
    scale(bytes, 1024, units, text, size);
}
