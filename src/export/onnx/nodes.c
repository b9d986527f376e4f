/*
 * Nodes and constants.
 */
#include <string.h>

#include "base/text.h"
#include "export/onnx/build.h"

static void make_name(struct cr_onnx *onnx, const char *kind, char out[CR_ONNX_NAME])
{
    cr_text_format(out, CR_ONNX_NAME, "%s_%d", kind, onnx->names++);
}

static void add_attributes(struct cr_proto *node, const struct cr_onnx_attribute *attributes)
{
    for (const struct cr_onnx_attribute *a = attributes; a && a->name; a++) {
        struct cr_proto attribute = {0};
        cr_proto_text(&attribute, ATTRIBUTE_NAME, a->name);
        if (a->type == CR_ONNX_FLOAT)
            cr_proto_float(&attribute, ATTRIBUTE_F, (float)a->f);
        else if (a->type == CR_ONNX_INT)
            cr_proto_int(&attribute, ATTRIBUTE_I, a->i);
        else if (a->type == CR_ONNX_STRING)
            cr_proto_text(&attribute, ATTRIBUTE_S, a->s);
        for (int i = 0; a->type == CR_ONNX_INTS && i < a->count; i++)
            cr_proto_int(&attribute, ATTRIBUTE_INTS, a->ints[i]);
        cr_proto_int(&attribute, ATTRIBUTE_TYPE, (int64_t)a->type);
        cr_proto_message(node, NODE_ATTRIBUTE, &attribute);
    }
}

static void finish_node(struct cr_onnx *onnx, struct cr_proto *node, const char *op, const char *name,
                        const struct cr_onnx_attribute *attributes)
{
    cr_proto_text(node, NODE_NAME, name);
    cr_proto_text(node, NODE_OP, op);
    add_attributes(node, attributes);
    cr_proto_message(&onnx->graph, GRAPH_NODE, node);
}

void cr_onnx_node(struct cr_onnx *onnx, const char *op, const char *const *inputs,
                  const struct cr_onnx_attribute *attributes, char out[CR_ONNX_NAME])
{
    struct cr_proto node = {0};
    char made[CR_ONNX_NAME]; /* `out` may be one of the inputs */
    make_name(onnx, op, made);
    for (int i = 0; inputs[i]; i++)
        cr_proto_text(&node, NODE_INPUT, inputs[i]);
    cr_proto_text(&node, NODE_OUTPUT, made);
    finish_node(onnx, &node, op, made, attributes);
    strcpy(out, made);
}

void cr_onnx_split(struct cr_onnx *onnx, const char *input, int count, char (*outs)[CR_ONNX_NAME])
{
    const struct cr_onnx_attribute axis[] = {CR_ONNX_I("axis", 1), {0}};
    struct cr_proto node = {0};
    cr_proto_text(&node, NODE_INPUT, input);
    for (int i = 0; i < count; i++) {
        make_name(onnx, "Split", outs[i]);
        cr_proto_text(&node, NODE_OUTPUT, outs[i]);
    }
    finish_node(onnx, &node, "Split", outs[0], axis);
}

static void add_tensor(struct cr_onnx *onnx, int type, const void *data, size_t size, int rank, const int64_t *dims,
                       char out[CR_ONNX_NAME])
{
    struct cr_proto tensor = {0};
    make_name(onnx, "constant", out);
    for (int i = 0; i < rank; i++)
        cr_proto_int(&tensor, TENSOR_DIMS, dims[i]);
    cr_proto_int(&tensor, TENSOR_TYPE, type);
    cr_proto_text(&tensor, TENSOR_NAME, out);
    cr_proto_bytes(&tensor, TENSOR_RAW, data, size);
    cr_proto_message(&onnx->graph, GRAPH_INITIALIZER, &tensor);
}

void cr_onnx_floats(struct cr_onnx *onnx, const float *numbers, int rank, const int64_t *dims, char out[CR_ONNX_NAME])
{
    size_t size = sizeof *numbers;
    for (int i = 0; i < rank; i++)
        size *= (size_t)dims[i];
    add_tensor(onnx, CR_ONNX_FLOATS, numbers, size, rank, dims, out);
}

void cr_onnx_ints(struct cr_onnx *onnx, const int64_t *numbers, int count, char out[CR_ONNX_NAME])
{
    const int64_t dims[] = {count};
    add_tensor(onnx, CR_ONNX_WHOLE, numbers, (size_t)count * sizeof *numbers, 1, dims, out);
}

void cr_onnx_number(struct cr_onnx *onnx, double number, char out[CR_ONNX_NAME])
{
    float value = (float)number;
    cr_onnx_floats(onnx, &value, 0, NULL, out);
}

void cr_onnx_apply(struct build *b, const char *op, const struct cr_onnx_attribute *attributes)
{
    cr_onnx_node(b->onnx, op, INPUTS(b->at), attributes, b->at);
}

void cr_onnx_apply_with(struct build *b, const char *op, const char *operand,
                        const struct cr_onnx_attribute *attributes)
{
    cr_onnx_node(b->onnx, op, INPUTS(b->at, operand), attributes, b->at);
}

void cr_onnx_apply_number(struct build *b, const char *op, double number)
{
    name_text constant;
    cr_onnx_number(b->onnx, number, constant);
    cr_onnx_apply_with(b, op, constant, NULL);
}
