/*
 * What stands in a report's page.
 */
#ifndef CR_TESTS_PAGE_H
#define CR_TESTS_PAGE_H

#include "support.h"

#include <cjson/cJSON.h>
#include <zlib.h>

static inline int base64_value(char letter)
{
    const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return (int)(strchr(letters, letter) - letters);
}

/* The numbers of a packed array. */
static inline void page_unpack(const cJSON *packed, void *numbers, size_t size)
{
    const char *text = cJSON_GetObjectItem(packed, "data")->valuestring;
    size_t length = strlen(text), used = 0;
    uint8_t *bytes = malloc(length);
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i += 4) {
        unsigned group = 0;
        for (int k = 0; k < 4; k++)
            group = group << 6 | (text[i + (size_t)k] == '=' ? 0 : (unsigned)base64_value(text[i + (size_t)k]));
        for (int k = 0; k < 3 && text[i + (size_t)k + 1] != '='; k++)
            bytes[used++] = (uint8_t)(group >> (16 - 8 * k));
    }
    uLongf got = size;
    assert_int_equal(uncompress(numbers, &got, bytes, used), Z_OK);
    assert_int_equal(got, size);
    free(bytes);
}

/* The data of a page; the caller deletes them. */
static inline cJSON *page_data(const char *page)
{
    const char *begins = "<script type=\"application/json\" id=\"cradle-data\">";
    const char *at = strstr(page, begins);
    assert_non_null(at);
    at += strlen(begins);
    const char *end = strstr(at, "</script>");
    assert_non_null(end);
    /* Nothing in them can end the element or begin another. */
    assert_null(memchr(at, '<', (size_t)(end - at)));
    cJSON *data = cJSON_ParseWithLength(at, (size_t)(end - at));
    assert_non_null(data);
    return data;
}

#endif
