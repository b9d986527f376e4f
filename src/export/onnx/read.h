/*
 * An ONNX file as it is read: what is needed to run it, and nothing that the file does not say. Only what Cradle writes
 * is known (opset 13; floats, whole numbers and bytes); the rest is refused by name.
 */
#ifndef CR_EXPORT_ONNX_READ_H
#define CR_EXPORT_ONNX_READ_H

#include <cradle/base.h>

#include "export/onnx/fields.h"

enum { CR_ONNX_RANK = 5, CR_ONNX_INTS_MOST = 8, CR_ONNX_ARGUMENTS = 66, CR_ONNX_ATTRIBUTES = 8 };

/* Numbers of a shape; also without them, as what goes in or out is announced: a side of any length is then -1. */
struct cr_onnx_tensor {
    enum cr_onnx_element type;
    int rank;
    int64_t dims[CR_ONNX_RANK];
    int64_t count;
    void *data; /* float, uint8_t or int64_t */
};

struct cr_onnx_attribute_read {
    const char *name;
    enum cr_onnx_kind kind;
    float f;
    int64_t i;
    const char *s;
    int count;
    int64_t ints[CR_ONNX_INTS_MOST];
};

/* Values go by their place in the model's list; -1: an input that is left out. */
struct cr_onnx_node_read {
    const char *op, *name;
    int inputs, outputs, attributes;
    int *input, *output;
    struct cr_onnx_attribute_read *attribute;
};

struct cr_onnx_value {
    const char *name;
    int node;                       /* that makes it; -1 */
    struct cr_onnx_tensor constant; /* `data` NULL: none */
};

struct cr_onnx_port {
    int value;
    struct cr_onnx_tensor shape;
};

struct cr_onnx_model {
    struct cr_arena *arena;
    const char *path;
    struct cr_onnx_value *values;
    struct cr_onnx_node_read *nodes; /* in an order in which they can be run */
    struct cr_onnx_port input, *outputs;
    int value_count, node_count, output_count;
};

enum cr_status cr_onnx_open(struct cr_onnx_model **model, const char *path, struct cr_error *err);
/* The content need not outlive the call. */
enum cr_status cr_onnx_parse(struct cr_onnx_model **model, const char *path, const void *content, size_t size,
                             struct cr_error *err);
void cr_onnx_free(struct cr_onnx_model *model);

const char *cr_onnx_element_word(int type);
size_t cr_onnx_element_size(enum cr_onnx_element type);

#endif
