#include "export/proto_read.h"

#include <string.h>

#include "base/arena.h"

enum { VARINT = 0, FIXED64 = 1, LENGTH = 2, FIXED32 = 5, MOST_NUMBER = (1 << 29) - 1 };

static size_t byte_of(const struct cr_proto_reader *reader)
{
    return (size_t)(reader->at - reader->begin);
}

/* Seven bits a byte, the lowest first. */
static enum cr_status read_varint(struct cr_proto_reader *reader, uint64_t *value, struct cr_error *err)
{
    *value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (reader->at == reader->end)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: truncated: a number has no end at byte %zu", reader->path,
                           byte_of(reader));
        unsigned char byte = *reader->at++;
        *value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return CR_OK;
    }
    return cr_fail(err, CR_ERROR_FORMAT, "%s: no protobuf: a number of more than 10 bytes at byte %zu", reader->path,
                   byte_of(reader));
}

static enum cr_status take(struct cr_proto_reader *reader, struct cr_proto_field *field, uint64_t size,
                           struct cr_error *err)
{
    size_t left = (size_t)(reader->end - reader->at);
    if (size > left)
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s: truncated: field %d at byte %zu would have %llu bytes, %zu are left there", reader->path,
                       field->number, field->byte, (unsigned long long)size, left);
    field->inside = (struct cr_proto_reader){reader->path, reader->begin, reader->at, reader->at + size};
    reader->at += size;
    return CR_OK;
}

enum cr_status cr_proto_next(struct cr_proto_reader *reader, struct cr_proto_field *field, struct cr_error *err)
{
    uint64_t key;
    *field = (struct cr_proto_field){.byte = byte_of(reader), .inside = *reader};
    if (reader->at == reader->end)
        return CR_OK;
    CR_TRY(read_varint(reader, &key, err));
    field->type = (int)(key & 7);
    if (key >> 3 == 0 || key >> 3 > MOST_NUMBER)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: no protobuf: a field without a number at byte %zu", reader->path,
                       field->byte);
    field->number = (int)(key >> 3);
    switch (field->type) {
    case VARINT:
        return read_varint(reader, &field->value, err);
    case FIXED64:
        return take(reader, field, 8, err);
    case FIXED32:
        return take(reader, field, 4, err);
    case LENGTH:
        CR_TRY(read_varint(reader, &field->value, err));
        return take(reader, field, field->value, err);
    default:
        return cr_fail(err, CR_ERROR_FORMAT, "%s: no protobuf: field %d at byte %zu is of the wire type %d",
                       reader->path, field->number, field->byte, field->type);
    }
}

static enum cr_status need(const struct cr_proto_field *field, int type, const char *what, struct cr_error *err)
{
    if (field->type == type)
        return CR_OK;
    return cr_fail(err, CR_ERROR_FORMAT, "%s: field %d at byte %zu is of the wire type %d, expected %s",
                   field->inside.path, field->number, field->byte, field->type, what);
}

enum cr_status cr_proto_read_int(const struct cr_proto_field *field, int64_t *value, struct cr_error *err)
{
    CR_TRY(need(field, VARINT, "a whole number", err));
    *value = (int64_t)field->value;
    return CR_OK;
}

enum cr_status cr_proto_read_float(const struct cr_proto_field *field, float *value, struct cr_error *err)
{
    CR_TRY(need(field, FIXED32, "a float", err));
    memcpy(value, field->inside.at, sizeof *value);
    return CR_OK;
}

enum cr_status cr_proto_read_text(const struct cr_proto_field *field, struct cr_arena *arena, const char **text,
                                  struct cr_error *err)
{
    CR_TRY(need(field, LENGTH, "a text", err));
    size_t size = (size_t)(field->inside.end - field->inside.at);
    if (memchr(field->inside.at, 0, size))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: the text of field %d at byte %zu has a byte 0 in it",
                       field->inside.path, field->number, field->byte);
    char *copy = cr_arena_alloc(arena, size + 1); /* zeroed */
    if (!copy)
        return cr_fail_memory(err);
    memcpy(copy, field->inside.at, size);
    *text = copy;
    return CR_OK;
}

enum cr_status cr_proto_read_message(const struct cr_proto_field *field, struct cr_proto_reader *inside,
                                     struct cr_error *err)
{
    CR_TRY(need(field, LENGTH, "a message", err));
    *inside = field->inside;
    return CR_OK;
}

enum cr_status cr_proto_read_ints(const struct cr_proto_field *field, int64_t *values, int *count, int most,
                                  struct cr_error *err)
{
    struct cr_proto_reader inside = field->inside;
    bool packed = field->type == LENGTH;
    uint64_t value = field->value;
    if (!packed)
        CR_TRY(need(field, VARINT, "whole numbers", err));
    for (bool more = !packed || inside.at < inside.end; more; more = packed && inside.at < inside.end) {
        if (packed)
            CR_TRY(read_varint(&inside, &value, err));
        if (*count == most)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: more than %d numbers in field %d at byte %zu", inside.path, most,
                           field->number, field->byte);
        values[(*count)++] = (int64_t)value;
    }
    return CR_OK;
}
