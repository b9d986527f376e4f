/*
 * Building a graph: values and the ops applied to them, in an order in which every value is made before it is used.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "graph/op.h"

/* More numbers than this in one tensor are a mistake, and would overflow sizes in bytes. */
#define MOST_NUMBERS ((int64_t)1 << 36)

enum cr_status cr_graph_new(struct cr_graph **graph, struct cr_error *err)
{
    struct cr_graph *made = calloc(1, sizeof(*made));

    *graph = NULL;
    if (made == NULL)
        return cr_fail_memory(err);
    made->arena = cr_arena_new();
    if (made->arena == NULL) {
        free(made);
        return cr_fail_memory(err);
    }
    *graph = made;
    return CR_OK;
}

void cr_graph_free(struct cr_graph *graph)
{
    if (graph == NULL)
        return;
    cr_arena_free(graph->arena);
    free(graph->value);
    free(graph);
}

void *cr_graph_alloc(struct cr_graph *graph, size_t size)
{
    return cr_arena_alloc(graph->arena, size);
}

static enum cr_status check_shape(struct cr_shape shape, const char *what, struct cr_error *err)
{
    int64_t count = 1;
    char text[96];

    for (int i = 0; i < shape.rank; i++) {
        int64_t dim = shape.dims[i];
        cr_shape_describe(shape, text, sizeof(text));
        if (dim < 1)
            return cr_fail(err, CR_ERROR_SHAPE, "%s would have the shape %s: nothing is left of it", what, text);
        if (dim > MOST_NUMBERS / count)
            return cr_fail(err, CR_ERROR_SHAPE, "%s would have the shape %s: too large", what, text);
        count *= dim;
    }
    return CR_OK;
}

static struct cr_value *new_value(struct cr_graph *graph)
{
    struct cr_value *value;

    if (graph->values == graph->capacity) {
        int capacity = graph->capacity > 0 ? 2 * graph->capacity : 64;
        struct cr_value **grown = realloc(graph->value, (size_t)capacity * sizeof(struct cr_value *));
        if (grown == NULL)
            return NULL;
        graph->value = grown;
        graph->capacity = capacity;
    }
    value = cr_arena_alloc(graph->arena, sizeof(*value));
    if (value == NULL)
        return NULL;
    value->id = graph->values;
    graph->value[graph->values++] = value;
    return value;
}

enum cr_status cr_graph_param(struct cr_graph *graph, const char *name, struct cr_shape shape, enum cr_role role,
                              bool decay, struct cr_value **value, struct cr_error *err)
{
    struct cr_value *made;

    *value = NULL;
    CR_TRY(check_shape(shape, name, err));
    for (int i = 0; i < graph->values; i++)
        if (graph->value[i]->role != CR_ROLE_ACTIVATION && strcmp(graph->value[i]->name, name) == 0)
            return cr_fail(err, CR_ERROR_ARGUMENT, "there are two parameters named %s", name);
    made = new_value(graph);
    if (made == NULL)
        return cr_fail_memory(err);
    made->role = role;
    made->shape = shape;
    made->decay = decay && role == CR_ROLE_PARAM;
    made->name = cr_arena_text(graph->arena, name);
    if (made->name == NULL)
        return cr_fail_memory(err);
    *value = made;
    return CR_OK;
}

bool cr_vertex_frozen(const struct cr_vertex *vertex)
{
    for (int i = 0; i < vertex->inputs; i++)
        if (vertex->op->roles[i] == CR_ROLE_PARAM && vertex->in[i]->role == CR_ROLE_STATE)
            return true;
    return false;
}

enum cr_status cr_graph_apply(struct cr_graph *graph, const struct cr_op *op, const void *options, const char *label,
                              struct cr_value *const *inputs, int count, struct cr_value **outputs,
                              struct cr_error *err)
{
    struct cr_vertex *vertex = cr_arena_alloc(graph->arena, sizeof(*vertex));
    struct cr_shape shapes[CR_MAX_OUTPUTS] = {{0}};

    if (vertex == NULL)
        return cr_fail_memory(err);
    if (count != op->inputs)
        return cr_fail(err, CR_ERROR_ARGUMENT, "op %s takes %d inputs, %d were given", op->entry.name, op->inputs,
                       count);
    vertex->id = graph->vertices;
    vertex->op = op;
    vertex->options = options;
    vertex->inputs = op->inputs;
    vertex->outputs = op->outputs;
    vertex->label = cr_arena_text(graph->arena, label);
    if (vertex->label == NULL)
        return cr_fail_memory(err);
    for (int i = 0; i < count; i++) {
        bool frozen = op->roles[i] == CR_ROLE_PARAM && inputs[i]->role == CR_ROLE_STATE;
        if (inputs[i]->role != op->roles[i] && !frozen)
            return cr_fail(err, CR_ERROR_ARGUMENT, "op %s: input %d is of the wrong kind", op->entry.name, i);
        vertex->in[i] = inputs[i];
    }
    CR_TRY(op->infer(vertex, shapes, err));
    for (int i = 0; i < op->outputs; i++) {
        struct cr_value *value;
        CR_TRY(check_shape(shapes[i], "its output", err));
        value = new_value(graph);
        if (value == NULL)
            return cr_fail_memory(err);
        value->role = CR_ROLE_ACTIVATION;
        value->shape = shapes[i];
        value->name = vertex->label;
        value->producer = vertex;
        vertex->out[i] = outputs[i] = value;
    }
    for (int i = 0; i < count; i++)
        inputs[i]->consumers++;
    if (graph->last != NULL)
        graph->last->next = vertex;
    else
        graph->first = vertex;
    graph->last = vertex;
    graph->vertices++;
    return CR_OK;
}
