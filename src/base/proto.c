#include "base/proto.h"

#include <stdlib.h>
#include <string.h>

enum { VARINT = 0, FIXED64 = 1, LENGTH = 2, FIXED32 = 5 }; /* wire types */

void cr_proto_raw(struct cr_proto *message, const void *data, size_t size)
{
    if (message->failed || size == 0)
        return;
    if (message->capacity - message->size < size) {
        size_t capacity = 2 * (message->size + size) + 64;
        unsigned char *grown = realloc(message->data, capacity);
        if (!grown) {
            message->failed = true;
            return;
        }
        message->data = grown;
        message->capacity = capacity;
    }
    memcpy(message->data + message->size, data, size);
    message->size += size;
}

/* Seven bits a byte, the lowest first; the eighth says that more follow. */
static void add_varint(struct cr_proto *message, uint64_t value)
{
    unsigned char bytes[10];
    size_t size = 0;
    for (; value >= 128; value >>= 7)
        bytes[size++] = (unsigned char)(value | 128);
    bytes[size++] = (unsigned char)value;
    cr_proto_raw(message, bytes, size);
}

static void add_key(struct cr_proto *message, int field, int type)
{
    add_varint(message, (uint64_t)field << 3 | (uint64_t)type);
}

void cr_proto_int(struct cr_proto *message, int field, int64_t value)
{
    add_key(message, field, VARINT);
    add_varint(message, (uint64_t)value);
}

void cr_proto_float(struct cr_proto *message, int field, float value)
{
    add_key(message, field, FIXED32);
    cr_proto_raw(message, &value, sizeof value); /* little-endian, as this machine (graph/safetensors.c) */
}

void cr_proto_double(struct cr_proto *message, int field, double value)
{
    add_key(message, field, FIXED64);
    cr_proto_raw(message, &value, sizeof value);
}

void cr_proto_doubles(struct cr_proto *message, int field, const double *values, size_t count)
{
    cr_proto_bytes(message, field, values, count * sizeof *values);
}

void cr_proto_bytes(struct cr_proto *message, int field, const void *data, size_t size)
{
    add_key(message, field, LENGTH);
    add_varint(message, size);
    cr_proto_raw(message, data, size);
}

void cr_proto_text(struct cr_proto *message, int field, const char *text)
{
    cr_proto_bytes(message, field, text, strlen(text));
}

void cr_proto_message(struct cr_proto *message, int field, struct cr_proto *part)
{
    message->failed = message->failed || part->failed;
    cr_proto_bytes(message, field, part->data, part->size);
    cr_proto_free(part);
}

void cr_proto_free(struct cr_proto *message)
{
    free(message->data);
    *message = (struct cr_proto){0};
}
