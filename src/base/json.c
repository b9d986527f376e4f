#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* ------------------------------------------------------------------------------------------------------------ bytes */

static void add(struct cr_json *json, const char *bytes, size_t size)
{
    if (json->failed)
        return;
    if (size >= json->room - json->used) {
        size_t room = 2 * json->room + size + 4096;
        char *grown = realloc(json->text, room);
        if (!grown) {
            json->failed = true;
            return;
        }
        json->text = grown;
        json->room = room;
    }
    memcpy(json->text + json->used, bytes, size);
    json->used += size;
}

static void add_code(struct cr_json *json, unsigned code)
{
    char escape[8];
    snprintf(escape, sizeof escape, "\\u%04x", code);
    add(json, escape, 6);
}

/* Bytes of the UTF-8 letter that begins here, 0 where it is none. */
static size_t letter(const unsigned char *at, size_t left)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = at[0] < 0x80             ? 1
                    : (at[0] & 0xe0) == 0xc0 ? 2
                    : (at[0] & 0xf0) == 0xe0 ? 3
                    : (at[0] & 0xf8) == 0xf0 ? 4
                                             : 0;
    if (length == 0 || length > left)
        return 0;
    unsigned code = length == 1 ? at[0] : at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3fu);
    }
    return code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : length;
}

static void add_letters(struct cr_json *json, const char *value, size_t size)
{
    const unsigned char *at = (const unsigned char *)value;
    for (size_t left = size; left > 0;) {
        size_t length = letter(at, left);
        if (length == 0)
            add_code(json, 0xfffd);
        else if (*at < 0x20 || *at == 0x7f || *at == '<' || *at == '>' || *at == '&')
            add_code(json, *at);
        else if (*at == '"' || *at == '\\')
            add(json, (const char[2]){'\\', (char)*at}, 2);
        else
            add(json, (const char *)at, length);
        length = length ? length : 1;
        at += length;
        left -= length;
    }
}

/* ------------------------------------------------------------------------------------------------------------ values
 */

static void begin(struct cr_json *json, const char *key)
{
    if (json->follows)
        add(json, ",", 1);
    json->follows = true;
    if (!key)
        return;
    add(json, "\"", 1);
    add_letters(json, key, strlen(key));
    add(json, "\":", 2);
}

static void open(struct cr_json *json, const char *key, const char *begins, char ends)
{
    assert(json->depth < CR_JSON_DEPTH);
    begin(json, key);
    add(json, begins, 1);
    json->ends[json->depth++] = ends;
    json->follows = false;
}

void cr_json_object(struct cr_json *json, const char *key)
{
    open(json, key, "{", '}');
}

void cr_json_list(struct cr_json *json, const char *key)
{
    open(json, key, "[", ']');
}

void cr_json_end(struct cr_json *json)
{
    assert(json->depth > 0);
    add(json, &json->ends[--json->depth], 1);
    json->follows = true;
}

void cr_json_bytes(struct cr_json *json, const char *key, const char *value, size_t size)
{
    begin(json, key);
    add(json, "\"", 1);
    add_letters(json, value, size);
    add(json, "\"", 1);
}

void cr_json_text(struct cr_json *json, const char *key, const char *value)
{
    cr_json_bytes(json, key, value, strlen(value));
}

void cr_json_int(struct cr_json *json, const char *key, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, value);
    begin(json, key);
    add(json, digits, strlen(digits));
}

void cr_json_float(struct cr_json *json, const char *key, double value)
{
    char digits[32];
    cr_text_from_float(value, digits, sizeof digits);
    if (!isfinite(value)) {
        cr_json_text(json, key, digits);
        return;
    }
    begin(json, key);
    add(json, digits, strlen(digits));
}

void cr_json_bool(struct cr_json *json, const char *key, bool value)
{
    begin(json, key);
    add(json, value ? "true" : "false", value ? 4 : 5);
}

void cr_json_raw(struct cr_json *json, const char *key, const char *value)
{
    begin(json, key);
    /* These three stand within strings alone, where an escape means the same. */
    for (const char *at = value; *at;) {
        size_t plain = strcspn(at, "<>&");
        add(json, at, plain);
        at += plain;
        if (*at)
            add_code(json, (unsigned char)*at++);
    }
}

/* ------------------------------------------------------------------------------------------------------------ the end
 */

enum cr_status cr_json_take(struct cr_json *json, char **text, size_t *size, struct cr_error *err)
{
    assert(json->failed || json->depth == 0);
    add(json, "", 1);
    *text = json->failed ? NULL : json->text;
    *size = json->used - !json->failed;
    if (!json->failed)
        json->text = NULL;
    bool failed = json->failed;
    cr_json_free(json);
    return failed ? cr_fail_memory(err) : CR_OK;
}

void cr_json_free(struct cr_json *json)
{
    free(json->text);
    *json = (struct cr_json){0};
}
