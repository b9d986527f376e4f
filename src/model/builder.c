/*
 * From a list of layers to a graph.
 */
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "base/text.h"
#include "graph/activation.h"
#include "model/builder.h"

enum { MOST_LAYERS = 10000 };

const struct cr_name cr_bias_names[] = {
    {"auto", CR_BIAS_AUTO},
    {"true", CR_BIAS_ON},
    {"false", CR_BIAS_OFF},
    {0},
};

const struct cr_layer *cr_layer_of(const struct cr_node *node)
{
    const struct cr_entry *entry;
    const struct cr_node *options;

    if (node == NULL || cr_bind_entry(&cr_layers, node, &entry, &options, NULL) != CR_OK)
        return NULL;
    return (const struct cr_layer *)entry; /* its first member */
}

enum cr_status cr_fail_at_layer(const struct cr_node *node, enum cr_status status, struct cr_error *err)
{
    const struct cr_layer *layer = cr_layer_of(node);
    const char *name = layer != NULL ? layer->entry.name : "?";

    if (node->line > 0)
        return cr_fail_in(err, status, "%s:%d:%d: %s (%s): ", node->file, node->line, node->column, node->path, name);
    return cr_fail_in(err, status, "%s: %s (%s): ", node->file, node->path, name);
}

static char *copy_text(struct cr_builder *builder, const char *format, const char *a, const char *b)
{
    size_t size = (size_t)cr_text_format(NULL, 0, format, a, b) + 1;
    char *text = cr_graph_alloc(builder->graph, size);

    if (text != NULL)
        cr_text_format(text, size, format, a, b);
    return text;
}

/* ------------------------------------------------------------------------------------------------- what layers call */

enum cr_status cr_build_apply(struct cr_build *build, const char *op, const void *options,
                              struct cr_value *const *inputs, struct cr_value **outputs, struct cr_error *err)
{
    struct cr_graph *graph = build->builder->graph;
    const struct cr_op *found = cr_op_find(op);
    void *copy = cr_graph_alloc(graph, cr_options_size(found->entry.options));

    if (copy == NULL)
        return cr_fail_memory(err);
    if (options != NULL)
        cr_options_copy(found->entry.options, copy, options);
    return cr_graph_apply(graph, found, copy, build->name, inputs, found->inputs, outputs, err);
}

static struct cr_start start_of(const struct cr_build *build, const struct cr_layer *layer, const struct cr_node *node)
{
    const struct cr_entry *entry;
    const void *options;

    if (layer->start_of == NULL ||
        cr_bind_choice(build->builder->config, &cr_layers, node, &entry, &options, NULL) != CR_OK)
        return layer->start;
    return layer->start_of(options);
}

/* How the weights of this layer start: by the activation that they work into, if any. */
static struct cr_start find_start(const struct cr_build *build)
{
    const struct cr_start start = {CR_FAN_AVERAGE, 1};

    for (; build != NULL; build = build->parent) {
        for (const struct cr_node *node = build->next; node != NULL; node = node->next) {
            const struct cr_layer *layer = cr_layer_of(node);
            if (layer == NULL || layer->role == CR_LAYER_WEIGHTS)
                return start;
            if (layer->role == CR_LAYER_ACTIVATION)
                return start_of(build, layer, node);
        }
    }
    return start;
}

static enum cr_status bind_init(struct cr_build *build, const struct cr_build_param *param, struct cr_pending *pending,
                                struct cr_error *err)
{
    const struct cr_entry *entry = cr_registry_find(&cr_inits, "auto");

    if (param->init != NULL)
        CR_TRY(cr_bind_choice(build->builder->config, &cr_inits, param->init, &entry, &pending->options, err));
    pending->init = (const struct cr_init *)entry; /* its first member */
    pending->fan_in = param->fan_in;
    pending->fan_out = param->fan_out;
    pending->start = param->start != NULL ? *param->start : find_start(build);
    return CR_OK;
}

enum cr_status cr_build_param(struct cr_build *build, const struct cr_build_param *param, struct cr_value **value,
                              struct cr_error *err)
{
    struct cr_builder *builder = build->builder;
    struct cr_pending *pending = cr_graph_alloc(builder->graph, sizeof(*pending));
    char *name = copy_text(builder, "%s.%s", build->name, param->what);

    if (pending == NULL || name == NULL)
        return cr_fail_memory(err);
    *pending = (struct cr_pending){.name = name, .constant = param->constant, .fill = param->fill, .node = param->init};
    if (!param->constant)
        CR_TRY(bind_init(build, param, pending, err));
    enum cr_role role = cr_freeze_has(builder->freeze, build->name) ? CR_ROLE_STATE : param->role;
    CR_TRY(cr_graph_param(builder->graph, name, param->shape, role, param->decay, value, err));
    *builder->pending_end = pending;
    builder->pending_end = &pending->next;
    return CR_OK;
}

enum cr_status cr_build_bias(struct cr_build *build, int bias, struct cr_value **y, struct cr_error *err)
{
    const struct cr_layer *next = cr_layer_of(build->next);
    struct cr_shape shape = (*y)->shape;
    struct cr_build_param param = {.what = "bias",
                                   .shape = {.rank = 1, .dims = {shape.dims[shape.rank - 1]}},
                                   .role = CR_ROLE_PARAM,
                                   .constant = true};
    struct cr_value *inputs[2] = {*y};

    if (bias == CR_BIAS_OFF || (bias == CR_BIAS_AUTO && next != NULL && next->role == CR_LAYER_NORM))
        return CR_OK;
    CR_TRY(cr_build_param(build, &param, &inputs[1], err));
    return cr_build_apply(build, "bias", NULL, inputs, y, err);
}

enum cr_status cr_build_norm(struct cr_build *build, const char *prefix, const char *op, const void *options,
                             struct cr_value *x, struct cr_value **y, struct cr_error *err)
{
    static const struct {
        const char *what;
        enum cr_role role;
        double fill;
    } params[] = {{"scale", CR_ROLE_PARAM, 1},
                  {"shift", CR_ROLE_PARAM, 0},
                  {"mean", CR_ROLE_STATE, 0},
                  {"variance", CR_ROLE_STATE, 1}};
    struct cr_value *inputs[5] = {x};

    for (int i = 0; i < cr_op_find(op)->inputs - 1; i++) {
        struct cr_build_param param = {.what = params[i].what,
                                       .shape = {.rank = 1, .dims = {x->shape.dims[x->shape.rank - 1]}},
                                       .role = params[i].role,
                                       .constant = true,
                                       .fill = params[i].fill};
        if (prefix != NULL)
            param.what = copy_text(build->builder, "%s.%s", prefix, params[i].what);
        if (param.what == NULL)
            return cr_fail_memory(err);
        CR_TRY(cr_build_param(build, &param, &inputs[1 + i], err));
    }
    return cr_build_apply(build, op, options, inputs, y, err);
}

enum cr_status cr_build_activation(struct cr_build *build, enum cr_activation kind, double parameter,
                                   struct cr_value *x, struct cr_value **y, struct cr_error *err)
{
    struct cr_activation_options options = {kind, parameter};

    return cr_build_apply(build, "activation", &options, &x, y, err);
}

enum cr_status cr_build_flatten(struct cr_build *build, struct cr_value **x, struct cr_error *err)
{
    struct cr_layer_row *row = &build->builder->rows[build->builder->row];

    if ((*x)->shape.rank == 1)
        return CR_OK;
    row->help = copy_text(build->builder, "flatten put in before %s%s", build->name, "");
    if (row->help == NULL)
        return cr_fail_memory(err);
    return cr_build_apply(build, "flatten", NULL, x, x, err);
}

/* ------------------------------------------------------------------------------------------------------ the list */

enum cr_status cr_builder_add_row(struct cr_builder *builder, const char *name, struct cr_error *err)
{
    if (builder->row_count == MOST_LAYERS)
        return cr_fail(err, CR_ERROR_SHAPE, "a model has at most %d layers", MOST_LAYERS);
    if (builder->row_count == builder->row_capacity) {
        int capacity = builder->row_capacity > 0 ? 2 * builder->row_capacity : 32;
        struct cr_layer_row *grown = realloc(builder->rows, (size_t)capacity * sizeof(*grown));
        if (grown == NULL)
            return cr_fail_memory(err);
        builder->rows = grown;
        builder->row_capacity = capacity;
    }
    builder->row = builder->row_count++;
    builder->rows[builder->row] = (struct cr_layer_row){.name = name, .depth = builder->depth};
    return CR_OK;
}

/* "conv1", "conv2", ...: the kind and how many of it there are. */
static const char *name_layer(struct cr_builder *builder, const struct cr_layer *layer)
{
    size_t length = strlen(layer->entry.name);
    int number = 1;
    char text[24];

    for (int i = 0; i < builder->row_count; i++) {
        const char *name = builder->rows[i].name;
        if (strncmp(name, layer->entry.name, length) == 0 &&
            strspn(name + length, "0123456789") == strlen(name + length))
            number++;
    }
    cr_text_format(text, sizeof(text), "%d", number);
    return copy_text(builder, "%s%s", layer->entry.name, text);
}

static enum cr_status build_layer(struct cr_builder *builder, struct cr_build *build, struct cr_value *x,
                                  struct cr_value **y, struct cr_error *err)
{
    const struct cr_entry *entry;
    const struct cr_layer *layer;
    const void *options;
    enum cr_status status;
    int row;

    CR_TRY(cr_bind_choice(builder->config, &cr_layers, build->node, &entry, &options, err));
    layer = (const struct cr_layer *)entry; /* its first member */
    build->name = name_layer(builder, layer);
    if (build->name == NULL)
        return cr_fail_memory(err);
    CR_TRY(cr_builder_add_row(builder, build->name, err));
    row = builder->row;
    builder->placed = false;
    status = layer->build(build, options, x, y, err);
    if (status == CR_ERROR_SHAPE && !builder->placed) {
        builder->placed = true;
        return cr_fail_at_layer(build->node, status, err);
    }
    if (status == CR_OK)
        builder->rows[row].shape = (*y)->shape;
    return status;
}

static enum cr_status build_list(struct cr_builder *builder, const struct cr_build *parent,
                                 const struct cr_node *layers, const struct cr_node *after, struct cr_value *x,
                                 struct cr_value **y, struct cr_error *err)
{
    if (layers->kind != CR_NODE_SEQUENCE || layers->count == 0)
        return cr_node_fail(layers, err, "expected a list of layers (- conv: 32)");
    *y = x;
    for (const struct cr_node *node = layers->first; node != NULL; node = node->next) {
        struct cr_build build = {
            .builder = builder, .parent = parent, .node = node, .next = node->next != NULL ? node->next : after};
        CR_TRY(build_layer(builder, &build, *y, y, err));
    }
    return CR_OK;
}

enum cr_status cr_build_layers(struct cr_build *build, const struct cr_node *layers, const struct cr_node *after,
                               struct cr_value *x, struct cr_value **y, struct cr_error *err)
{
    enum cr_status status;

    if (layers == NULL)
        return cr_node_fail(build->node, err, "expected a list of layers (layers: [conv: 32, relu])");
    build->builder->depth++;
    status = build_list(build->builder, build, layers, after, x, y, err);
    build->builder->depth--;
    return status;
}

enum cr_status cr_builder_run(struct cr_builder *builder, const struct cr_node *layers, struct cr_value *x,
                              struct cr_value **y, struct cr_error *err)
{
    return build_list(builder, NULL, layers, NULL, x, y, err);
}
