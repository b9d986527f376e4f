/*
 * Reading of an array: the header, then the numbers block by block, each made a double and put where it belongs.
 */
#include "data/npy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 1 << 16, BLOCK = 4096, NUMBER_MAX = 8 };

static enum cr_status fail_end(const struct cr_npy *npy, const char *where, struct cr_error *err)
{
    return cr_fail(err, CR_ERROR_FORMAT, "%s: cut off within the %s", npy->source.name, where);
}

static enum cr_status read_all(struct cr_npy *npy, void *data, size_t size, const char *where, struct cr_error *err)
{
    size_t got;
    CR_TRY(npy->source.read(&npy->source, data, size, &got, err));
    return got == size ? CR_OK : fail_end(npy, where, err);
}

/* ------------------------------------------------------------------------------------------------------------ header
 */

static const char *skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\n')
        at++;
    return at;
}

/* The value of a key of the header, a Python literal of a map; NULL where it is not there. */
static const char *value_of(const char *header, const char *key)
{
    char quoted[32];
    for (const char *quotes = "'\""; *quotes; quotes++) {
        snprintf(quoted, sizeof quoted, "%c%s%c", *quotes, key, *quotes);
        const char *at = strstr(header, quoted);
        if (!at)
            continue;
        at = skip_blanks(at + strlen(quoted));
        return *at == ':' ? skip_blanks(at + 1) : NULL;
    }
    return NULL;
}

/* '<f4': order, kind, bytes. */
static enum cr_status read_type(struct cr_npy *npy, const char *header, struct cr_error *err)
{
    static const char *const known[] = {"b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"};
    const char *at = value_of(header, "descr");
    if (!at)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: the header has no 'descr'", npy->source.name);
    if (*at == '[')
        return cr_fail(err, CR_ERROR_FORMAT, "%s: holds records, expected numbers", npy->source.name);
    size_t length = *at == '\'' || *at == '"' ? strcspn(at + 1, "'\"") : 0;
    if (length < 2)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: 'descr' is no type of numbers", npy->source.name);
    char order = at[1];
    const char *type = strchr("<>|=", order) ? at + 2 : at + 1;
    length -= (size_t)(type - at - 1);
    for (size_t i = 0; length == 2 && i < sizeof known / sizeof *known; i++)
        if (strncmp(type, known[i], 2) == 0) {
            npy->kind = type[0];
            npy->bytes = type[1] - '0';
            bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
            npy->swap = npy->bytes > 1 && ((order == '>' && !big) || (order == '<' && big));
            return CR_OK;
        }
    return cr_fail(err, CR_ERROR_FORMAT,
                   "%s: holds the type '%.*s', expected booleans, whole numbers or floats of up to 8 bytes",
                   npy->source.name, (int)(length < 20 ? length : 20), type);
}

static enum cr_status read_order(struct cr_npy *npy, const char *header, struct cr_error *err)
{
    const char *at = value_of(header, "fortran_order");
    npy->fortran = at && strncmp(at, "True", 4) == 0;
    if (!npy->fortran && (!at || strncmp(at, "False", 5) != 0))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: 'fortran_order' is neither True nor False", npy->source.name);
    return CR_OK;
}

/* (60000, 28, 28), (5,) or () */
static enum cr_status read_shape(struct cr_npy *npy, const char *header, struct cr_error *err)
{
    const char *at = value_of(header, "shape");
    npy->count = 1;
    for (int i = 0; i < CR_NPY_RANK; i++)
        npy->dims[i] = 1;
    if (!at || *at != '(')
        return cr_fail(err, CR_ERROR_FORMAT, "%s: 'shape' is no list of sizes", npy->source.name);
    for (at = skip_blanks(at + 1); *at != ')'; at = skip_blanks(at)) {
        char *end;
        long long size = *at >= '0' && *at <= '9' ? strtoll(at, &end, 10) : -1;
        if (size < 0)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: 'shape' is no list of sizes", npy->source.name);
        if (npy->rank == CR_NPY_RANK)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: has more than %d dimensions", npy->source.name, CR_NPY_RANK);
        npy->dims[npy->rank++] = size;
        if (__builtin_mul_overflow(npy->count, (int64_t)size, &npy->count))
            npy->count = INT64_MAX;
        at = skip_blanks(*end == 'L' ? end + 1 : end); /* Python 2 wrote 3L */
        at += *at == ',';
    }
    return CR_OK;
}

void cr_npy_describe(const struct cr_npy *npy, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (int i = 0; i < npy->rank && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%lld", i ? "x" : "", (long long)npy->dims[i]);
    if (npy->rank == 0)
        snprintf(text, size, "one number");
}

/* Numbers must be there, and no more than the source can hold. */
static enum cr_status check_size(const struct cr_npy *npy, struct cr_error *err)
{
    char shape[160];
    cr_npy_describe(npy, shape, sizeof shape);
    if (npy->count == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is empty (%s)", npy->source.name, shape);
    if ((uint64_t)npy->count > npy->source.most / (uint64_t)npy->bytes)
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s: the header announces %s numbers of %d byte%s, but the file can hold %llu bytes at most",
                       npy->source.name, shape, npy->bytes, npy->bytes == 1 ? "" : "s",
                       (unsigned long long)npy->source.most);
    return CR_OK;
}

static enum cr_status read_header(struct cr_npy *npy, struct cr_error *err)
{
    uint8_t start[12];
    size_t length, got;
    CR_TRY(npy->source.read(&npy->source, start, 8, &got, err));
    if (got < 8 || memcmp(start, "\x93NUMPY", 6) != 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is no array of NumPy (it does not begin with \\x93NUMPY)",
                       npy->source.name);
    if (start[6] < 1 || start[6] > 3)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: has version %d.%d of the format, expected 1 to 3", npy->source.name,
                       start[6], start[7]);
    CR_TRY(read_all(npy, start + 8, start[6] == 1 ? 2 : 4, "header", err));
    length = (size_t)start[8] | (size_t)start[9] << 8;
    if (start[6] > 1)
        length |= (size_t)start[10] << 16 | (size_t)start[11] << 24;
    if (length > HEADER_MAX)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: announces a header of %zu bytes, more than %d", npy->source.name,
                       length, HEADER_MAX);
    char *header = calloc(1, length + 1);
    if (!header)
        return cr_fail_memory(err);
    enum cr_status status;
    CR_GO(read_all(npy, header, length, "header", err));
    CR_GO(read_type(npy, header, err));
    CR_GO(read_order(npy, header, err));
    CR_GO(read_shape(npy, header, err));
    CR_GO(check_size(npy, err));
done:
    free(header);
    return status;
}

enum cr_status cr_npy_open(struct cr_npy *npy, const struct cr_npy_source *source, struct cr_error *err)
{
    *npy = (struct cr_npy){.source = *source};
    enum cr_status status = read_header(npy, err);
    if (status != CR_OK)
        cr_npy_close(npy);
    return status;
}

void cr_npy_close(struct cr_npy *npy)
{
    if (npy->source.file)
        npy->source.close(&npy->source);
    npy->source.file = NULL;
}

/* ----------------------------------------------------------------------------------------------------------- numbers
 */

static void swap_bytes(uint8_t *data, int64_t count, int bytes)
{
    for (int64_t i = 0; i < count; i++, data += bytes)
        for (int b = 0; b < bytes / 2; b++) {
            uint8_t kept = data[b];
            data[b] = data[bytes - 1 - b];
            data[bytes - 1 - b] = kept;
        }
}

/* IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
static double from_half(uint16_t half)
{
    int exponent = half >> 10 & 31, fraction = half & 1023;
    double size = exponent == 0    ? ldexp(fraction, -24)
                  : exponent == 31 ? (fraction ? (double)NAN : (double)INFINITY)
                                   : ldexp(1024 + fraction, exponent - 25);
    return half >> 15 ? -size : size;
}

#define CONVERT(type)                                                          \
    do {                                                                       \
        for (int64_t i = 0; i < count; i++) {                                  \
            type number;                                                       \
            memcpy(&number, data + i * (int64_t)sizeof number, sizeof number); \
            out[i] = (double)number;                                           \
        }                                                                      \
    } while (0)

static void convert(const struct cr_npy *npy, const uint8_t *data, int64_t count, double *out)
{
    switch (npy->kind * 16 + npy->bytes) {
    case 'b' * 16 + 1:
        for (int64_t i = 0; i < count; i++)
            out[i] = data[i] != 0;
        break;
    case 'u' * 16 + 1:
        CONVERT(uint8_t);
        break;
    case 'u' * 16 + 2:
        CONVERT(uint16_t);
        break;
    case 'u' * 16 + 4:
        CONVERT(uint32_t);
        break;
    case 'u' * 16 + 8:
        CONVERT(uint64_t);
        break;
    case 'i' * 16 + 1:
        CONVERT(int8_t);
        break;
    case 'i' * 16 + 2:
        CONVERT(int16_t);
        break;
    case 'i' * 16 + 4:
        CONVERT(int32_t);
        break;
    case 'i' * 16 + 8:
        CONVERT(int64_t);
        break;
    case 'f' * 16 + 4:
        CONVERT(float);
        break;
    case 'f' * 16 + 8:
        CONVERT(double);
        break;
    default: {
        uint16_t half;
        for (int64_t i = 0; i < count; i++) {
            memcpy(&half, data + 2 * i, sizeof half);
            out[i] = from_half(half);
        }
    }
    }
}

/* Where the numbers go, one after the other: an odometer over the dimensions as they lie in the file. */
struct walk {
    int rank;
    int64_t dims[CR_NPY_RANK], strides[CR_NPY_RANK], at[CR_NPY_RANK]; /* the last runs fastest */
    int64_t place;
};

static struct walk walk_of(const struct cr_npy *npy, bool planes)
{
    struct walk walk = {.rank = npy->rank};
    int64_t strides[CR_NPY_RANK], stride = 1;
    for (int i = npy->rank - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= npy->dims[i];
    }
    if (planes) { /* n c h w lie as n h w c */
        strides[1] = 1;
        strides[3] = npy->dims[1];
        strides[2] = npy->dims[1] * npy->dims[3];
    }
    for (int i = 0; i < npy->rank; i++) {
        int from = npy->fortran ? npy->rank - 1 - i : i;
        walk.dims[i] = npy->dims[from];
        walk.strides[i] = strides[from];
    }
    return walk;
}

static void step(struct walk *walk)
{
    for (int i = walk->rank - 1; i >= 0; i--) {
        walk->place += walk->strides[i];
        if (++walk->at[i] < walk->dims[i])
            return;
        walk->place -= walk->strides[i] * walk->dims[i];
        walk->at[i] = 0;
    }
}

/* Puts number `value` at `place` of what is filled, or refuses it: what was expected. */
typedef const char *put_function(void *out, int64_t place, double value, int64_t most);

/* "name[3, 0, 5]" */
static enum cr_status fail_number(const struct cr_npy *npy, const struct walk *walk, double value, const char *expected,
                                  struct cr_error *err)
{
    char place[256];
    size_t used = 0;
    place[0] = 0;
    for (int i = 0; i < npy->rank; i++)
        used += (size_t)snprintf(place + used, sizeof place - used, "%s%lld", i ? ", " : "",
                                 (long long)walk->at[npy->fortran ? npy->rank - 1 - i : i]);
    return cr_fail(err, CR_ERROR_FORMAT, "%s: number [%s] (from 0) is %g, expected %s", npy->source.name, place, value,
                   expected);
}

static enum cr_status read_numbers(struct cr_npy *npy, bool planes, put_function *put, void *out, int64_t most,
                                   struct cr_error *err)
{
    uint8_t data[BLOCK * NUMBER_MAX];
    double numbers[BLOCK];
    struct walk walk = walk_of(npy, planes);
    for (int64_t done = 0; done < npy->count;) {
        int64_t count = npy->count - done < BLOCK ? npy->count - done : BLOCK;
        CR_TRY(read_all(npy, data, (size_t)(count * npy->bytes), "numbers", err));
        if (npy->swap)
            swap_bytes(data, count, npy->bytes);
        convert(npy, data, count, numbers);
        for (int64_t i = 0; i < count; i++) {
            const char *expected = put(out, walk.place, numbers[i], most);
            if (expected)
                return fail_number(npy, &walk, numbers[i], expected, err);
            step(&walk);
        }
        done += count;
    }
    size_t more;
    CR_TRY(npy->source.read(&npy->source, data, 1, &more, err));
    return more == 0 ? CR_OK
                     : cr_fail(err, CR_ERROR_FORMAT, "%s: goes on behind the numbers that the header announces",
                               npy->source.name);
}

static const char *put_float(void *out, int64_t place, double value, int64_t most)
{
    (void)most;
    ((float *)out)[place] = (float)value;
    return isfinite((float)value) ? NULL : "a finite number";
}

static const char *put_byte(void *out, int64_t place, double value, int64_t most)
{
    (void)most;
    if (!(value >= 0 && value <= 255 && value == trunc(value)))
        return "a whole number 0..255 (type: bytes)";
    ((uint8_t *)out)[place] = (uint8_t)value;
    return NULL;
}

static const char *put_label(void *out, int64_t place, double value, int64_t most)
{
    if (!(value >= 0 && value <= (double)most && value == trunc(value)))
        return "the number of a class, from 0";
    ((int32_t *)out)[place] = (int32_t)value;
    return NULL;
}

enum cr_status cr_npy_floats(struct cr_npy *npy, bool planes, float *out, struct cr_error *err)
{
    return read_numbers(npy, planes, put_float, out, 0, err);
}

enum cr_status cr_npy_bytes(struct cr_npy *npy, bool planes, uint8_t *out, struct cr_error *err)
{
    return read_numbers(npy, planes, put_byte, out, 0, err);
}

enum cr_status cr_npy_labels(struct cr_npy *npy, int64_t most, int32_t *out, struct cr_error *err)
{
    return read_numbers(npy, false, put_label, out, most, err);
}
