/*
 * The parts of an ONNX file, each read from the bytes of its message.
 */
#include "export/onnx/parse.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers in ONNX files are little-endian");

enum { NAME_SHOWN = 60 };

const char *cr_onnx_element_word(int type)
{
    return type == CR_ONNX_FLOATS  ? "float"
           : type == CR_ONNX_BYTES ? "uint8"
           : type == CR_ONNX_WHOLE ? "int64"
                                   : "another";
}

size_t cr_onnx_element_size(enum cr_onnx_element type)
{
    return type == CR_ONNX_FLOATS ? sizeof(float) : type == CR_ONNX_BYTES ? 1 : sizeof(int64_t);
}

int cr_onnx_shown(const char *name)
{
    return cr_text_fit(name, NAME_SHOWN);
}

enum cr_status cr_onnx_parse_fail(const struct parse *parse, struct cr_error *err, const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    cr_text_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    return cr_fail(err, CR_ERROR_FORMAT, "%s: %s", parse->model->path, text);
}

/* ---------------------------------------------------------------------------------------------------------- tensors */

static enum cr_status check_element(const struct parse *parse, const char *what, const char *name, int64_t type,
                                    struct cr_error *err)
{
    if (type == CR_ONNX_FLOATS || type == CR_ONNX_BYTES || type == CR_ONNX_WHOLE)
        return CR_OK;
    return cr_onnx_parse_fail(parse, err,
                              "%s %.*s is of the type %lld, which is not read here (float 1, uint8 2, int64 7 are)",
                              what, cr_onnx_shown(name), name, (long long)type);
}

static enum cr_status count_numbers(const struct parse *parse, const char *name, struct cr_onnx_tensor *tensor,
                                    struct cr_error *err)
{
    tensor->count = 1;
    for (int i = 0; i < tensor->rank; i++)
        if (tensor->dims[i] < 0 || __builtin_mul_overflow(tensor->count, tensor->dims[i], &tensor->count))
            return cr_onnx_parse_fail(parse, err, "constant %.*s: side %d of its shape is %lld", cr_onnx_shown(name),
                                      name, i, (long long)tensor->dims[i]);
    return CR_OK;
}

enum cr_status cr_onnx_parse_constant(struct parse *parse, struct cr_proto_reader inside, struct cr_error *err)
{
    struct cr_onnx_model *model = parse->model;
    struct cr_onnx_value *value = &model->values[model->value_count++];
    struct cr_onnx_tensor *tensor = &value->constant;
    struct cr_proto_field field;
    struct cr_proto_reader raw = {0};
    int64_t type = 0;
    *value = (struct cr_onnx_value){.name = "", .node = -1};
    for (;;) {
        CR_TRY(cr_proto_next(&inside, &field, err));
        if (field.number == 0)
            break;
        if (field.number == TENSOR_DIMS)
            CR_TRY(cr_proto_read_ints(&field, tensor->dims, &tensor->rank, CR_ONNX_RANK, err));
        else if (field.number == TENSOR_TYPE)
            CR_TRY(cr_proto_read_int(&field, &type, err));
        else if (field.number == TENSOR_NAME)
            CR_TRY(cr_proto_read_text(&field, model->arena, &value->name, err));
        else if (field.number == TENSOR_RAW)
            CR_TRY(cr_proto_read_message(&field, &raw, err));
        else
            return cr_onnx_parse_fail(parse, err,
                                      "constant %.*s: field %d is not read here: its numbers must be raw_data",
                                      cr_onnx_shown(value->name), value->name, field.number);
    }
    CR_TRY(check_element(parse, "constant", value->name, type, err));
    CR_TRY(count_numbers(parse, value->name, tensor, err));
    tensor->type = (enum cr_onnx_element)type;
    size_t size = (size_t)(raw.end - raw.at);
    if ((uint64_t)tensor->count > SIZE_MAX / sizeof(int64_t) ||
        size != (size_t)tensor->count * cr_onnx_element_size(tensor->type))
        return cr_onnx_parse_fail(parse, err,
                                  "constant %.*s: its shape needs %lld numbers of %zu bytes, it has %zu bytes",
                                  cr_onnx_shown(value->name), value->name, (long long)tensor->count,
                                  cr_onnx_element_size(tensor->type), size);
    tensor->data = cr_arena_alloc(model->arena, size + 1);
    if (!tensor->data)
        return cr_fail_memory(err);
    if (size > 0)
        memcpy(tensor->data, raw.at, size);
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ ports */

static enum cr_status read_dim(struct cr_proto_reader inside, int64_t *dim, struct cr_error *err)
{
    struct cr_proto_field field;
    *dim = -1;
    for (;;) {
        CR_TRY(cr_proto_next(&inside, &field, err));
        if (field.number == 0)
            return CR_OK;
        if (field.number == DIM_VALUE)
            CR_TRY(cr_proto_read_int(&field, dim, err));
    }
}

static enum cr_status read_shape(struct parse *parse, struct cr_proto_reader inside, struct cr_onnx_tensor *shape,
                                 struct cr_error *err)
{
    struct cr_proto_field field;
    struct cr_proto_reader dim;
    for (;;) {
        CR_TRY(cr_proto_next(&inside, &field, err));
        if (field.number == 0)
            return CR_OK;
        if (field.number != SHAPE_DIM)
            continue;
        if (shape->rank == CR_ONNX_RANK)
            return cr_onnx_parse_fail(parse, err, "an input or output has more than %d sides", CR_ONNX_RANK);
        CR_TRY(cr_proto_read_message(&field, &dim, err));
        CR_TRY(read_dim(dim, &shape->dims[shape->rank++], err));
    }
}

/* The field `wanted` of a message, itself a message; an empty one where it is not there. */
static enum cr_status find_message(struct cr_proto_reader inside, int wanted, struct cr_proto_reader *found,
                                   struct cr_error *err)
{
    struct cr_proto_field field;
    *found = (struct cr_proto_reader){.path = inside.path, .begin = inside.begin, .at = inside.end, .end = inside.end};
    for (;;) {
        CR_TRY(cr_proto_next(&inside, &field, err));
        if (field.number == 0)
            return CR_OK;
        if (field.number == wanted)
            CR_TRY(cr_proto_read_message(&field, found, err));
    }
}

/* ValueInfoProto: a name, and type.tensor_type's element and shape. */
enum cr_status cr_onnx_parse_port(struct parse *parse, struct cr_proto_reader inside, const char **name,
                                  struct cr_onnx_tensor *shape, struct cr_error *err)
{
    struct cr_proto_reader rest = inside, type, tensor;
    struct cr_proto_field field;
    int64_t element = 0;
    *name = "";
    *shape = (struct cr_onnx_tensor){0};
    do {
        CR_TRY(cr_proto_next(&rest, &field, err));
        if (field.number == INFO_NAME)
            CR_TRY(cr_proto_read_text(&field, parse->model->arena, name, err));
    } while (field.number != 0);
    CR_TRY(find_message(inside, INFO_TYPE, &type, err));
    CR_TRY(find_message(type, TYPE_TENSOR, &tensor, err));
    for (;;) {
        struct cr_proto_reader sides;
        CR_TRY(cr_proto_next(&tensor, &field, err));
        if (field.number == 0)
            break;
        if (field.number == TYPE_ELEMENT)
            CR_TRY(cr_proto_read_int(&field, &element, err));
        if (field.number == TYPE_SHAPE) {
            CR_TRY(cr_proto_read_message(&field, &sides, err));
            CR_TRY(read_shape(parse, sides, shape, err));
        }
    }
    shape->type = (enum cr_onnx_element)element;
    return check_element(parse, "input or output", *name, element, err);
}

/* ------------------------------------------------------------------------------------------------------------ nodes */

static enum cr_status read_attribute(struct parse *parse, struct cr_proto_reader inside,
                                     struct cr_onnx_attribute_read *attribute, struct cr_error *err)
{
    struct cr_proto_field field;
    int64_t kind = 0;
    *attribute = (struct cr_onnx_attribute_read){.name = "", .s = ""};
    for (;;) {
        CR_TRY(cr_proto_next(&inside, &field, err));
        if (field.number == 0)
            break;
        if (field.number == ATTRIBUTE_NAME)
            CR_TRY(cr_proto_read_text(&field, parse->model->arena, &attribute->name, err));
        else if (field.number == ATTRIBUTE_F)
            CR_TRY(cr_proto_read_float(&field, &attribute->f, err));
        else if (field.number == ATTRIBUTE_I)
            CR_TRY(cr_proto_read_int(&field, &attribute->i, err));
        else if (field.number == ATTRIBUTE_S)
            CR_TRY(cr_proto_read_text(&field, parse->model->arena, &attribute->s, err));
        else if (field.number == ATTRIBUTE_INTS)
            CR_TRY(cr_proto_read_ints(&field, attribute->ints, &attribute->count, CR_ONNX_INTS_MOST, err));
        else if (field.number == ATTRIBUTE_TYPE)
            CR_TRY(cr_proto_read_int(&field, &kind, err));
    }
    attribute->kind = (enum cr_onnx_kind)kind;
    if (kind == CR_ONNX_FLOAT || kind == CR_ONNX_INT || kind == CR_ONNX_STRING || kind == CR_ONNX_INTS)
        return CR_OK;
    return cr_onnx_parse_fail(
        parse, err,
        "attribute %.*s is of the type %lld, which is not read here (float 1, int 2, string 3, ints 7 "
        "are)",
        cr_onnx_shown(attribute->name), attribute->name, (long long)kind);
}

static enum cr_status add_name(struct parse *parse, const struct cr_proto_field *field, const char **names, int *count,
                               struct cr_error *err)
{
    if (*count == CR_ONNX_ARGUMENTS)
        return cr_onnx_parse_fail(parse, err, "a node has more than %d inputs or outputs", CR_ONNX_ARGUMENTS);
    return cr_proto_read_text(field, parse->model->arena, &names[(*count)++], err);
}

enum cr_status cr_onnx_parse_node(struct parse *parse, struct cr_proto_reader inside, struct cr_error *err)
{
    struct cr_onnx_model *model = parse->model;
    struct cr_onnx_node_read *node = &model->nodes[model->node_count];
    struct named_node *named = &parse->named[model->node_count++];
    struct cr_proto_field field;
    struct cr_proto_reader message;
    *node = (struct cr_onnx_node_read){.op = "", .name = ""};
    node->attribute = cr_arena_alloc(model->arena, CR_ONNX_ATTRIBUTES * sizeof *node->attribute);
    if (!node->attribute)
        return cr_fail_memory(err);
    for (;;) {
        CR_TRY(cr_proto_next(&inside, &field, err));
        if (field.number == 0)
            return CR_OK;
        if (field.number == NODE_INPUT)
            CR_TRY(add_name(parse, &field, named->inputs, &node->inputs, err));
        else if (field.number == NODE_OUTPUT)
            CR_TRY(add_name(parse, &field, named->outputs, &node->outputs, err));
        else if (field.number == NODE_NAME)
            CR_TRY(cr_proto_read_text(&field, model->arena, &node->name, err));
        else if (field.number == NODE_OP)
            CR_TRY(cr_proto_read_text(&field, model->arena, &node->op, err));
        else if (field.number == NODE_ATTRIBUTE) {
            if (node->attributes == CR_ONNX_ATTRIBUTES)
                return cr_onnx_parse_fail(parse, err, "a node has more than %d attributes", CR_ONNX_ATTRIBUTES);
            CR_TRY(cr_proto_read_message(&field, &message, err));
            CR_TRY(read_attribute(parse, message, &node->attribute[node->attributes++], err));
        }
    }
}
