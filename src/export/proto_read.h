/*
 * Reading Protocol Buffers, as proto.h writes them. Nothing is believed that can be counted: a field lies inside of the
 * message around it, and what is asked for is what stands there, or an error names the byte.
 */
#ifndef CR_EXPORT_PROTO_READ_H
#define CR_EXPORT_PROTO_READ_H

#include <cradle/base.h>

struct cr_arena;

/* What is left of a message; starts with `at` at its first byte. */
struct cr_proto_reader {
    const char *path; /* for messages */
    const unsigned char *begin, *at, *end;
};

struct cr_proto_field {
    int number; /* 0: the message has ended */
    int type;   /* of the wire */
    size_t byte;
    uint64_t value;                /* of a number */
    struct cr_proto_reader inside; /* of what has a length */
};

enum cr_status cr_proto_next(struct cr_proto_reader *reader, struct cr_proto_field *field, struct cr_error *err);

/* The field as what it must be. Texts are copies in the arena. */
enum cr_status cr_proto_read_int(const struct cr_proto_field *field, int64_t *value, struct cr_error *err);
enum cr_status cr_proto_read_float(const struct cr_proto_field *field, float *value, struct cr_error *err);
enum cr_status cr_proto_read_text(const struct cr_proto_field *field, struct cr_arena *arena, const char **text,
                                  struct cr_error *err);
enum cr_status cr_proto_read_message(const struct cr_proto_field *field, struct cr_proto_reader *inside,
                                     struct cr_error *err);
/* One of a list of whole numbers, each a field or all of them packed in one: adds to values[*count], `most` at most. */
enum cr_status cr_proto_read_ints(const struct cr_proto_field *field, int64_t *values, int *count, int most,
                                  struct cr_error *err);

#endif
