#include "report/pack.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "data/image.h"

/* ----------------------------------------------------------------------------------------------------------- base64 */

static char *base64(const char *prefix, const uint8_t *data, size_t size)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t before = strlen(prefix);
    char *text = malloc(before + (size + 2) / 3 * 4 + 1), *at = text;
    if (!text)
        return NULL;
    memcpy(at, prefix, before);
    at += before;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        unsigned group = (unsigned)data[i] << 16;
        group |= left > 1 ? (unsigned)data[i + 1] << 8 : 0;
        group |= left > 2 ? data[i + 2] : 0;
        *at++ = letters[group >> 18];
        *at++ = letters[group >> 12 & 63];
        *at++ = left > 1 ? letters[group >> 6 & 63] : '=';
        *at++ = left > 2 ? letters[group & 63] : '=';
    }
    *at = 0;
    return text;
}

static enum cr_status write_base64(struct cr_json *json, const char *key, const char *prefix, const uint8_t *data,
                                   size_t size, struct cr_error *err)
{
    char *text = base64(prefix, data, size);
    if (!text)
        return cr_fail_memory(err);
    cr_json_text(json, key, text);
    free(text);
    return CR_OK;
}

/* ----------------------------------------------------------------------------------------------------------- arrays */

static void put_little(uint8_t *at, uint32_t bits)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(bits >> 8 * i);
}

static enum cr_status write_packed(struct cr_json *json, const char *key, const char *type, const uint8_t *raw,
                                   int64_t count, size_t width, struct cr_error *err)
{
    uLong bytes = (uLong)count * width;
    uLongf size = compressBound(bytes);
    uint8_t *deflated = malloc(size);
    enum cr_status status = CR_OK;
    if (!deflated || compress2(deflated, &size, raw, bytes, 9) != Z_OK)
        CR_GO(cr_fail_memory(err));
    cr_json_object(json, key);
    cr_json_text(json, "type", type);
    cr_json_int(json, "count", count);
    CR_GO(write_base64(json, "data", "", deflated, size, err));
    cr_json_end(json);
done:
    free(deflated);
    return status;
}

enum cr_status cr_pack_floats(struct cr_json *json, const char *key, const double *values, int64_t count,
                              struct cr_error *err)
{
    uint8_t *raw = malloc((size_t)count * 4 + 1);
    if (!raw)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < count; i++) {
        float value = (float)values[i];
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        put_little(raw + 4 * i, bits);
    }
    enum cr_status status = write_packed(json, key, "f32", raw, count, 4, err);
    free(raw);
    return status;
}

enum cr_status cr_pack_ints(struct cr_json *json, const char *key, const int32_t *values, int64_t count,
                            struct cr_error *err)
{
    uint8_t *raw = malloc((size_t)count * 4 + 1);
    if (!raw)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < count; i++)
        put_little(raw + 4 * i, (uint32_t)values[i] - (i ? (uint32_t)values[i - 1] : 0));
    enum cr_status status = write_packed(json, key, "i32", raw, count, 4, err);
    free(raw);
    return status;
}

enum cr_status cr_pack_bytes(struct cr_json *json, const char *key, const uint8_t *values, int64_t count,
                             struct cr_error *err)
{
    return write_packed(json, key, "u8", values, count, 1, err);
}

/* --------------------------------------------------------------------------------------------------------- pictures */

enum cr_status cr_pack_png(struct cr_json *json, const char *key, const uint8_t *pixels, int64_t height, int64_t width,
                           int64_t channels, struct cr_error *err)
{
    void *png = NULL;
    size_t size;
    CR_TRY(cr_png_encode(pixels, height, width, channels, &png, &size, err));
    enum cr_status status = write_base64(json, key, "data:image/png;base64,", png, size, err);
    free(png);
    return status;
}
