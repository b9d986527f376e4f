/*
 * Inside of the reader of ONNX files.
 */
#ifndef CR_EXPORT_ONNX_PARSE_H
#define CR_EXPORT_ONNX_PARSE_H

#include "export/onnx/read.h"
#include "export/proto_read.h"

/* A node's names, until they are values. */
struct named_node {
    const char *inputs[CR_ONNX_ARGUMENTS], *outputs[CR_ONNX_ARGUMENTS];
};

struct parse {
    struct cr_onnx_model *model;
    struct named_node *named; /* [nodes] */
    const char **outputs;     /* [outputs]: names */
    int inputs;
};

enum cr_status cr_onnx_parse_fail(const struct parse *parse, struct cr_error *err, const char *format, ...)
    CR_PRINTF(3, 4);
/* How much of a name is shown in a message, for %.*s. */
int cr_onnx_shown(const char *name);

/* Each adds to the model what the message holds: a constant, an input's or output's name and shape, a node. */
enum cr_status cr_onnx_parse_constant(struct parse *parse, struct cr_proto_reader inside, struct cr_error *err);
enum cr_status cr_onnx_parse_port(struct parse *parse, struct cr_proto_reader inside, const char **name,
                                  struct cr_onnx_tensor *shape, struct cr_error *err);
enum cr_status cr_onnx_parse_node(struct parse *parse, struct cr_proto_reader inside, struct cr_error *err);

#endif
