/*
 * Status and message. Both ways of writing go through a second buffer, so that a caller may pass err->message itself as
 * an argument, and end on a whole UTF-8 letter where the text is cut.
 */
#include <cradle/base.h>

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

enum { CAPACITY = sizeof((struct cr_error *)0)->message };

/* Where the buffer is full the last letter may be half: the trailing bytes 10xxxxxx and their first byte go. */
static void drop_half_letter(char *text, size_t length)
{
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char first = (unsigned char)text[start - 1];
    size_t needed = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    if (length - (start - 1) < needed)
        text[start - 1] = 0;
}

static enum cr_status put(struct cr_error *err, enum cr_status status, bool before, const char *format,
                          va_list arguments)
{
    if (!err)
        return status;
    char text[CAPACITY];
    int length = cr_text_vformat(text, sizeof text, format, arguments);
    if (length < 0)
        text[0] = 0;
    size_t used = strlen(text);
    bool cut = length >= (int)sizeof text;
    if (before) {
        size_t rest = strlen(err->message), room = sizeof text - 1 - used;
        cut = cut || rest > room;
        if (rest > room)
            rest = room;
        memcpy(text + used, err->message, rest);
        used += rest;
        text[used] = 0;
    }
    if (cut)
        drop_half_letter(text, used);
    err->status = status;
    memcpy(err->message, text, used + 1);
    return status;
}

const char *cr_version(void)
{
    return CR_VERSION;
}

enum cr_status cr_fail(struct cr_error *err, enum cr_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(err, status, false, format, arguments);
    va_end(arguments);
    return status;
}

enum cr_status cr_fail_in(struct cr_error *err, enum cr_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(err, status, true, format, arguments);
    va_end(arguments);
    return status;
}

enum cr_status cr_fail_memory(struct cr_error *err)
{
    return cr_fail(err, CR_ERROR_MEMORY, "out of memory");
}
