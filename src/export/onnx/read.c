/*
 * From bytes to a model in two passes over the graph: the first counts, the second reads; then for each name of an
 * input the value is found that bears it, which must be a constant, the graph's input, or made by a node before.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "export/onnx/parse.h"

enum { VALUES_MOST = 1 << 16 };

/* ------------------------------------------------------------------------------------------------------------ names */

/* For qsort and bsearch, which pass no more than the elements on. */
struct name_place {
    const char *name;
    int value;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct name_place *)a)->name, ((const struct name_place *)b)->name);
}

static enum cr_status add_value(struct parse *parse, const char *name, int node, int *value, struct cr_error *err)
{
    struct cr_onnx_model *model = parse->model;
    if (!name[0])
        return cr_onnx_parse_fail(parse, err, "node %d has an output without a name", node);
    *value = model->value_count;
    model->values[model->value_count++] = (struct cr_onnx_value){.name = name, .node = node};
    return CR_OK;
}

static enum cr_status sort_names(struct parse *parse, struct name_place **sorted, struct cr_error *err)
{
    struct cr_onnx_model *model = parse->model;
    struct name_place *made = cr_arena_alloc(model->arena, ((size_t)model->value_count + 1) * sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    for (int i = 0; i < model->value_count; i++)
        made[i] = (struct name_place){model->values[i].name, i};
    qsort(made, (size_t)model->value_count, sizeof *made, compare_names);
    for (int i = 1; i < model->value_count; i++)
        if (strcmp(made[i - 1].name, made[i].name) == 0)
            return cr_onnx_parse_fail(parse, err, "two values are called %.*s", cr_onnx_shown(made[i].name),
                                      made[i].name);
    *sorted = made;
    return CR_OK;
}

static int find_value(const struct cr_onnx_model *model, const struct name_place *sorted, const char *name)
{
    const struct name_place key = {name, 0}, *found;
    found = bsearch(&key, sorted, (size_t)model->value_count, sizeof key, compare_names);
    return found ? found->value : -1;
}

static enum cr_status place_node(struct parse *parse, const struct name_place *sorted, int index, struct cr_error *err)
{
    struct cr_onnx_model *model = parse->model;
    struct cr_onnx_node_read *node = &model->nodes[index];
    node->input = cr_arena_alloc(model->arena, ((size_t)node->inputs + 1) * sizeof *node->input);
    if (!node->input)
        return cr_fail_memory(err);
    for (int i = 0; i < node->inputs; i++) {
        const char *name = parse->named[index].inputs[i];
        node->input[i] = name[0] ? find_value(model, sorted, name) : -1;
        if (name[0] && (node->input[i] < 0 || model->values[node->input[i]].node >= index))
            return cr_onnx_parse_fail(parse, err, "node %d (%.*s) reads %.*s, which nothing before it makes", index,
                                      cr_onnx_shown(node->op), node->op, cr_onnx_shown(name), name);
    }
    return CR_OK;
}

static enum cr_status place_all(struct parse *parse, struct cr_error *err)
{
    struct cr_onnx_model *model = parse->model;
    struct name_place *sorted = NULL;
    for (int i = 0; i < model->node_count; i++) {
        struct cr_onnx_node_read *node = &model->nodes[i];
        node->output = cr_arena_alloc(model->arena, ((size_t)node->outputs + 1) * sizeof *node->output);
        if (!node->output)
            return cr_fail_memory(err);
        for (int k = 0; k < node->outputs; k++)
            CR_TRY(add_value(parse, parse->named[i].outputs[k], i, &node->output[k], err));
    }
    CR_TRY(sort_names(parse, &sorted, err));
    for (int i = 0; i < model->node_count; i++)
        CR_TRY(place_node(parse, sorted, i, err));
    for (int i = 0; i < model->output_count; i++) {
        model->outputs[i].value = find_value(model, sorted, parse->outputs[i]);
        if (model->outputs[i].value < 0)
            return cr_onnx_parse_fail(parse, err, "nothing makes the output %.*s", cr_onnx_shown(parse->outputs[i]),
                                      parse->outputs[i]);
    }
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ graph */

/* How many there are of everything: so much room is made. */
static enum cr_status count_graph(struct parse *parse, struct cr_proto_reader graph, struct cr_error *err)
{
    struct cr_onnx_model *model = parse->model;
    struct cr_proto_field field, inner;
    struct cr_proto_reader node;
    int64_t nodes = 0, outputs = 0, values = 1;
    for (;;) {
        CR_TRY(cr_proto_next(&graph, &field, err));
        if (field.number == 0)
            break;
        nodes += field.number == GRAPH_NODE;
        outputs += field.number == GRAPH_OUTPUT;
        values += field.number == GRAPH_INITIALIZER;
        if (field.number != GRAPH_NODE)
            continue;
        CR_TRY(cr_proto_read_message(&field, &node, err));
        do {
            CR_TRY(cr_proto_next(&node, &inner, err));
            values += inner.number == NODE_OUTPUT;
        } while (inner.number != 0);
    }
    if (values > VALUES_MOST || nodes > VALUES_MOST || outputs > VALUES_MOST)
        return cr_onnx_parse_fail(parse, err, "more than %d values or nodes", VALUES_MOST);
    model->values = cr_arena_alloc(model->arena, (size_t)values * sizeof *model->values);
    model->nodes = cr_arena_alloc(model->arena, ((size_t)nodes + 1) * sizeof *model->nodes);
    model->outputs = cr_arena_alloc(model->arena, ((size_t)outputs + 1) * sizeof *model->outputs);
    parse->named = cr_arena_alloc(model->arena, ((size_t)nodes + 1) * sizeof *parse->named);
    parse->outputs = cr_arena_alloc(model->arena, ((size_t)outputs + 1) * sizeof *parse->outputs);
    bool all = model->values && model->nodes && model->outputs && parse->named && parse->outputs;
    return all ? CR_OK : cr_fail_memory(err);
}

static enum cr_status read_input(struct parse *parse, struct cr_proto_reader inside, struct cr_error *err)
{
    struct cr_onnx_model *model = parse->model;
    const char *name;
    if (parse->inputs++ > 0)
        return cr_onnx_parse_fail(parse, err, "it has more than one input");
    CR_TRY(cr_onnx_parse_port(parse, inside, &name, &model->input.shape, err));
    model->input.value = model->value_count;
    model->values[model->value_count++] = (struct cr_onnx_value){.name = name, .node = -1};
    return CR_OK;
}

static enum cr_status read_graph(struct parse *parse, struct cr_proto_reader graph, struct cr_error *err)
{
    struct cr_onnx_model *model = parse->model;
    struct cr_proto_field field;
    struct cr_proto_reader inside;
    CR_TRY(count_graph(parse, graph, err));
    for (;;) {
        CR_TRY(cr_proto_next(&graph, &field, err));
        if (field.number == 0)
            break;
        if (field.number == GRAPH_NAME)
            continue;
        CR_TRY(cr_proto_read_message(&field, &inside, err));
        if (field.number == GRAPH_NODE)
            CR_TRY(cr_onnx_parse_node(parse, inside, err));
        else if (field.number == GRAPH_INITIALIZER)
            CR_TRY(cr_onnx_parse_constant(parse, inside, err));
        else if (field.number == GRAPH_INPUT)
            CR_TRY(read_input(parse, inside, err));
        else if (field.number == GRAPH_OUTPUT) {
            int index = model->output_count++;
            CR_TRY(cr_onnx_parse_port(parse, inside, &parse->outputs[index], &model->outputs[index].shape, err));
        }
    }
    if (parse->inputs == 0 || model->output_count == 0)
        return cr_onnx_parse_fail(parse, err, "no ONNX model that Cradle wrote: it has %d inputs and %d outputs",
                                  parse->inputs, model->output_count);
    return place_all(parse, err);
}

static enum cr_status read_opset(struct parse *parse, struct cr_proto_reader inside, struct cr_error *err)
{
    struct cr_proto_field field;
    const char *domain = "";
    int64_t version = 0;
    do {
        CR_TRY(cr_proto_next(&inside, &field, err));
        if (field.number == OPSET_DOMAIN)
            CR_TRY(cr_proto_read_text(&field, parse->model->arena, &domain, err));
        if (field.number == OPSET_VERSION)
            CR_TRY(cr_proto_read_int(&field, &version, err));
    } while (field.number != 0);
    if (!domain[0] && version == CR_ONNX_OPSET)
        return CR_OK;
    return cr_onnx_parse_fail(parse, err, "it needs the opset %s%s%lld, read is %d", domain, domain[0] ? " " : "",
                              (long long)version, CR_ONNX_OPSET);
}

static enum cr_status read_model(struct parse *parse, struct cr_proto_reader content, struct cr_error *err)
{
    struct cr_proto_field field;
    struct cr_proto_reader graph = {0}, inside;
    int opsets = 0;
    for (;;) {
        CR_TRY(cr_proto_next(&content, &field, err));
        if (field.number == 0)
            break;
        if (field.number == MODEL_GRAPH)
            CR_TRY(cr_proto_read_message(&field, &graph, err));
        if (field.number == MODEL_OPSET) {
            CR_TRY(cr_proto_read_message(&field, &inside, err));
            CR_TRY(read_opset(parse, inside, err));
            opsets++;
        }
    }
    if (!graph.path || opsets == 0)
        return cr_onnx_parse_fail(parse, err, "no ONNX model: it has no %s", graph.path ? "opset" : "graph");
    return read_graph(parse, graph, err);
}

enum cr_status cr_onnx_parse(struct cr_onnx_model **model, const char *path, const void *content, size_t size,
                             struct cr_error *err)
{
    struct cr_arena *arena = cr_arena_new();
    struct cr_onnx_model *made = arena ? cr_arena_alloc(arena, sizeof *made) : NULL;
    *model = NULL;
    if (made) {
        made->arena = arena;
        made->path = cr_arena_text(arena, path);
    }
    if (!made || !made->path) {
        cr_arena_free(arena);
        return cr_fail_memory(err);
    }
    struct parse parse = {.model = made};
    struct cr_proto_reader reader = {made->path, content, content, (const unsigned char *)content + size};
    enum cr_status status = read_model(&parse, reader, err);
    if (status == CR_OK)
        *model = made;
    else
        cr_onnx_free(made);
    return status;
}

enum cr_status cr_onnx_open(struct cr_onnx_model **model, const char *path, struct cr_error *err)
{
    char *content;
    size_t size;
    *model = NULL;
    CR_TRY(cr_file_read(path, SIZE_MAX / 2, &content, &size, err));
    enum cr_status status = cr_onnx_parse(model, path, content, size, err);
    free(content);
    return status;
}

void cr_onnx_free(struct cr_onnx_model *model)
{
    if (model)
        cr_arena_free(model->arena);
}
