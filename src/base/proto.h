/*
 * Writing Protocol Buffers (https://protobuf.dev/programming-guides/encoding/): a message is a row of fields, each a
 * key (number x 8 + wire type) and a number as a varint, 4 or 8 bytes, or a length and so many bytes. That is all that
 * ONNX and event files need, so that no generator and no library stands between the published field numbers and this
 * code.
 */
#ifndef CR_BASE_PROTO_H
#define CR_BASE_PROTO_H

#include <cradle/base.h>

/* A message that grows; after a failed allocation nothing more is added. Starts as {0}; ends by cr_proto_free. */
struct cr_proto {
    unsigned char *data;
    size_t size, capacity;
    bool failed;
};

void cr_proto_int(struct cr_proto *message, int field, int64_t value);
void cr_proto_float(struct cr_proto *message, int field, float value);
void cr_proto_double(struct cr_proto *message, int field, double value);
void cr_proto_doubles(struct cr_proto *message, int field, const double *values, size_t count); /* packed */
void cr_proto_bytes(struct cr_proto *message, int field, const void *data, size_t size);
void cr_proto_text(struct cr_proto *message, int field, const char *text);
/* Bytes as they are, with no key: of what lies around messages. */
void cr_proto_raw(struct cr_proto *message, const void *data, size_t size);
/* Adds `part` as a field, and frees it. */
void cr_proto_message(struct cr_proto *message, int field, struct cr_proto *part);
void cr_proto_free(struct cr_proto *message);

#endif
