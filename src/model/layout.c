/*
 * Walks the graph and finds for each parameter its name and order in PyTorch. What has to be known besides shapes is
 * which rows of numbers are flattened pictures: ours go by H, W, C, PyTorch's by C, H, W.
 */
#include "model/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "graph/op.h"

/* The picture that a row of numbers was, by the value's id; rank 0: none. */
struct walk {
    struct cr_layout *layout;
    struct cr_shape *picture;
    const struct cr_vertex *head;
};

static bool is_op(const struct cr_vertex *vertex, const char *name)
{
    return strcmp(vertex->op->entry.name, name) == 0;
}

/* Number by number, or by channel with parameters that can be put in another order too. */
static bool keeps_places(const struct cr_vertex *vertex)
{
    static const char *const names[] = {"relu", "activation", "dropout", "bias", "add", "batchnorm", "prelu"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_op(vertex, names[i]))
            return true;
    return false;
}

static enum cr_status find_picture(struct walk *walk, const struct cr_vertex *vertex, struct cr_error *err)
{
    const struct cr_value *x = vertex->in[0];
    struct cr_shape picture = walk->picture[x->id], *out = &walk->picture[vertex->out[0]->id];
    *out = (struct cr_shape){0};
    if (is_op(vertex, "flatten") && x->shape.rank == 3 && x->shape.dims[0] * x->shape.dims[1] > 1)
        *out = x->shape;
    if (picture.rank == 0 || is_op(vertex, "dense"))
        return CR_OK;
    if (!keeps_places(vertex))
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "%s: PyTorch flattens pictures in another order, which %s behind flatten does not allow: put "
                       "dense before it, or use --layout own",
                       vertex->label, vertex->op->entry.name);
    if (is_op(vertex, "add") && !cr_shape_equal(picture, walk->picture[vertex->in[1]->id]))
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "%s: it adds a flattened picture and other numbers, which PyTorch's order does not allow: use "
                       "--layout own",
                       vertex->label);
    *out = picture;
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ names */

static const char *torch_word(const char *word)
{
    static const char *const words[][2] = {{"scale", "weight"},
                                           {"shift", "bias"},
                                           {"mean", "running_mean"},
                                           {"variance", "running_var"},
                                           {"slope", "weight"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], word) == 0)
            return words[i][1];
    return word;
}

/* A projection and its norm are modules 0 and 1 of one nn.Sequential there. */
static const char *torch_name(struct cr_arena *arena, const char *name)
{
    static const char projection[] = ".projection";
    const char *word = strrchr(name, '.') + 1;
    int module = (int)(word - name) - 1, tail = (int)sizeof projection - 1;
    bool projected = module > tail && strncmp(name + module - tail, projection, (size_t)tail) == 0;
    const char *number = !projected ? "" : strcmp(word, "weight") == 0 ? ".0" : ".1";
    return cr_arena_format(arena, "%.*s%s.%s", module, name, number, torch_word(word));
}

/* ------------------------------------------------------------------------------------------------------------ order */

static void set_sides(struct cr_layout_item *item, int count, const int64_t *sides, const int64_t *strides)
{
    for (int i = 0; i < CR_LAYOUT_SIDES; i++) {
        item->sides[i] = i < count ? sides[i] : 1;
        item->strides[i] = i < count ? strides[i] : 0;
    }
}

static void set_same(struct cr_layout_item *item)
{
    item->shape = item->param->shape;
    set_sides(item, 1, (const int64_t[]){item->param->count}, (const int64_t[]){1});
}

/* [KH][KW][A][B] as [B][A][KH][KW]: of a convolution [F][C][KH][KW], of a transposed one [C][F][KH][KW] */
static void set_window(struct cr_layout_item *item)
{
    const int64_t *d = item->param->shape.dims;
    const int64_t sides[] = {d[3], d[2], d[0], d[1]}, strides[] = {1, d[3], d[1] * d[2] * d[3], d[2] * d[3]};
    item->shape = (struct cr_shape){.rank = 4, .dims = {d[3], d[2], d[0], d[1]}};
    set_sides(item, 4, sides, strides);
}

/* [I][O] as [O][I], with I = (h, w, c) as (c, h, w) where it is a flattened picture */
static void set_dense(struct cr_layout_item *item, struct cr_shape picture)
{
    const int64_t *d = item->param->shape.dims, inputs = d[0], outputs = d[1];
    item->shape = (struct cr_shape){.rank = 2, .dims = {outputs, inputs}};
    if (picture.rank == 0) {
        set_sides(item, 2, (const int64_t[]){outputs, inputs}, (const int64_t[]){1, outputs});
        return;
    }
    int64_t height = picture.dims[0], width = picture.dims[1], channels = picture.dims[2];
    const int64_t sides[] = {outputs, channels, height, width};
    const int64_t strides[] = {1, outputs, width * channels * outputs, channels * outputs};
    set_sides(item, 4, sides, strides);
}

/* [(h, w, c)] as [(c, h, w)] */
static void set_row(struct cr_layout_item *item, struct cr_shape picture)
{
    const int64_t *d = picture.dims, sides[] = {d[2], d[0], d[1]}, strides[] = {1, d[1] * d[2], d[2]};
    set_same(item);
    if (picture.rank > 0)
        set_sides(item, 3, sides, strides);
}

static enum cr_status add_item(struct walk *walk, const struct cr_vertex *vertex, const struct cr_value *value,
                               struct cr_error *err)
{
    struct cr_layout *layout = walk->layout;
    struct cr_layout_item *item = &layout->items[layout->count];
    struct cr_shape picture = walk->picture[vertex->in[0]->id];
    bool torch = layout->kind == CR_LAYOUT_TORCH;
    if (torch && is_op(vertex, "input"))
        return CR_OK; /* no module of PyTorch's */
    item->param = cr_params_find(layout->network->params, value->name);
    item->head = strcmp(vertex->label, walk->head->label) == 0;
    item->name = torch ? torch_name(layout->arena, value->name) : value->name;
    if (!item->name)
        return cr_fail_memory(err);
    if (torch && value->shape.rank == 4)
        set_window(item);
    else if (torch && value->shape.rank == 2)
        set_dense(item, picture);
    else if (torch)
        set_row(item, picture);
    else
        set_same(item);
    layout->count++;
    return CR_OK;
}

static enum cr_status walk_graph(struct walk *walk, const struct cr_graph *graph, struct cr_error *err)
{
    const struct cr_value *end = walk->layout->network->logits;
    for (const struct cr_vertex *vertex = graph->first; vertex; vertex = vertex->next) {
        for (int i = 0; i < vertex->inputs; i++)
            if (vertex->in[i]->role != CR_ROLE_ACTIVATION)
                CR_TRY(add_item(walk, vertex, vertex->in[i], err));
        if (walk->layout->kind == CR_LAYOUT_TORCH)
            CR_TRY(find_picture(walk, vertex, err));
        if (vertex->out[0] == end)
            break;
    }
    if (walk->picture[end->id].rank > 0)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "the model ends with a flattened picture, whose numbers PyTorch has "
                       "in another order: use --layout own");
    return CR_OK;
}

/* The last product: what follows it (its bias, a norm) has its label or comes to be of the new data by itself. */
static const struct cr_vertex *find_head(const struct cr_network *network)
{
    const struct cr_vertex *head = network->graph->first;
    for (const struct cr_vertex *vertex = head; vertex; vertex = vertex->next)
        if (vertex->op->product)
            head = vertex;
    return head;
}

static enum cr_status make(struct cr_layout *layout, struct cr_error *err)
{
    const struct cr_graph *graph = layout->network->graph;
    layout->arena = cr_arena_new();
    layout->items = calloc((size_t)layout->network->params->count + 1, sizeof *layout->items);
    struct walk walk = {.layout = layout,
                        .picture = calloc((size_t)graph->values, sizeof *walk.picture),
                        .head = find_head(layout->network)};
    enum cr_status status =
        layout->arena && layout->items && walk.picture ? walk_graph(&walk, graph, err) : cr_fail_memory(err);
    free(walk.picture);
    return status;
}

enum cr_status cr_layout_new(struct cr_layout **layout, const struct cr_network *network, enum cr_layout_kind kind,
                             struct cr_error *err)
{
    *layout = NULL;
    struct cr_layout *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->kind = kind;
    made->network = network;
    enum cr_status status = make(made, err);
    if (status == CR_OK)
        *layout = made;
    else
        cr_layout_free(made);
    return status;
}

void cr_layout_free(struct cr_layout *layout)
{
    if (!layout)
        return;
    cr_arena_free(layout->arena);
    free(layout->items);
    free(layout);
}

int64_t cr_layout_place(const struct cr_layout_item *item, int64_t index)
{
    int64_t place = 0;
    for (int side = CR_LAYOUT_SIDES - 1; side >= 0; side--) {
        place += index % item->sides[side] * item->strides[side];
        index /= item->sides[side];
    }
    return place;
}

void cr_layout_get(const struct cr_layout *layout, const struct cr_layout_item *item, float *numbers)
{
    const float *own = cr_params_tensor(layout->network->params, item->param).data;
    for (int64_t i = 0; i < item->param->count; i++)
        numbers[i] = own[cr_layout_place(item, i)];
}
