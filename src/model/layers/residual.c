/*
 * residual (He et al. 2016): y = f(x) + x, with f a list of layers. Where f changes the shape, x goes through a
 * projection: a 1 x 1 convolution with the stride that fits (a dense layer for rows), with the norm that f ends in, if
 * any (their option B). With drop_path a sample skips f at random in training (stochastic depth, Huang et al. 2016).
 */
#include "graph/dropout.h"
#include "graph/window.h"
#include "model/builder.h"
#include "model/layer.h"

enum { MOST_STRIDE = 64 }; /* of a convolution */

struct residual {
    const struct cr_node *layers;
    double drop_path;
};

static const struct cr_option options[] = {
    CR_NODE("layers", struct residual, layers, .kind = "layers", .help = "the list whose result is added to its input"),
    CR_FLOAT("drop_path", struct residual, drop_path, .min = 0, .max = 0.99, .def = 0,
             .help = "share of the samples for which the list is skipped in training (Huang et al. 2016)"),
    {0},
};

static enum cr_status fail_to_follow(struct cr_shape from, struct cr_shape to, struct cr_error *err)
{
    char a[96], b[96];

    cr_shape_describe(from, a, sizeof(a));
    cr_shape_describe(to, b, sizeof(b));
    if (from.rank != to.rank)
        return cr_fail(err, CR_ERROR_SHAPE,
                       "its layers turn %s into %s, which no projection of the input can follow: put flatten or "
                       "globalpool before residual",
                       a, b);
    return cr_fail(err, CR_ERROR_SHAPE,
                   "its layers turn %s into %s, which no projection of the input can follow: use padding: same and one "
                   "stride for both sides",
                   a, b);
}

/* The stride that takes both sides from one picture to the other. */
static bool find_stride(struct cr_shape from, struct cr_shape to, int64_t *stride)
{
    for (*stride = 1; *stride <= MOST_STRIDE; ++*stride) {
        int64_t fit = 0, before, side;
        for (int i = 0; i < 2; i++) {
            cr_window_fit(from.dims[i], 1, *stride, CR_PADDING_SAME, &side, &before);
            fit += side == to.dims[i];
        }
        if (fit == 2)
            return true;
    }
    return false;
}

static enum cr_status project_picture(struct cr_build *build, struct cr_value *x, struct cr_shape to,
                                      struct cr_value **y, struct cr_error *err)
{
    struct cr_shape from = x->shape;
    struct cr_window_options window = {.padding = CR_PADDING_SAME, .groups = 1};
    struct cr_build_param weight = {.what = "projection.weight",
                                    .shape = {.rank = 4, .dims = {1, 1, from.dims[2], to.dims[2]}},
                                    .role = CR_ROLE_PARAM,
                                    .decay = true,
                                    .fan_in = from.dims[2],
                                    .fan_out = to.dims[2]};
    struct cr_value *inputs[2] = {x};

    if (!find_stride(from, to, &window.stride))
        return fail_to_follow(from, to, err);
    CR_TRY(cr_build_param(build, &weight, &inputs[1], err));
    return cr_build_apply(build, "conv2d", &window, inputs, y, err);
}

static enum cr_status project_row(struct cr_build *build, struct cr_value *x, struct cr_shape to, struct cr_value **y,
                                  struct cr_error *err)
{
    struct cr_build_param weight = {.what = "projection.weight",
                                    .shape = {.rank = 2, .dims = {x->shape.dims[0], to.dims[0]}},
                                    .role = CR_ROLE_PARAM,
                                    .decay = true,
                                    .fan_in = x->shape.dims[0],
                                    .fan_out = to.dims[0]};
    struct cr_value *inputs[2] = {x};

    CR_TRY(cr_build_param(build, &weight, &inputs[1], err));
    return cr_build_apply(build, "dense", NULL, inputs, y, err);
}

/* The norm that the list ends in, once more. */
static enum cr_status normalise_alike(struct cr_build *build, const struct cr_node *layers, struct cr_value **y,
                                      struct cr_error *err)
{
    const struct cr_node *last = layers->first;
    const struct cr_layer *layer;
    const struct cr_entry *entry;
    const void *values;

    while (last->next != NULL)
        last = last->next;
    layer = cr_layer_of(last);
    if (layer->normalise == NULL)
        return CR_OK;
    CR_TRY(cr_bind_choice(build->builder->config, &cr_layers, last, &entry, &values, err));
    return layer->normalise(build, "projection", values, *y, y, err);
}

static enum cr_status project(struct cr_build *build, const struct residual *o, struct cr_value *x, struct cr_shape to,
                              struct cr_value **y, struct cr_error *err)
{
    if (x->shape.rank != to.rank)
        return fail_to_follow(x->shape, to, err);
    if (to.rank == 3)
        CR_TRY(project_picture(build, x, to, y, err));
    else
        CR_TRY(project_row(build, x, to, y, err));
    return normalise_alike(build, o->layers, y, err);
}

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct residual *o = options_;
    struct cr_dropout_options dropout = {o->drop_path, CR_DROP_SAMPLE};
    struct cr_value *inputs[2] = {NULL, x};

    CR_TRY(cr_build_layers(build, o->layers, NULL, x, &inputs[0], err));
    if (!cr_shape_equal(inputs[0]->shape, x->shape))
        CR_TRY(project(build, o, x, inputs[0]->shape, &inputs[1], err));
    if (o->drop_path > 0)
        CR_TRY(cr_build_apply(build, "dropout", &dropout, &inputs[0], &inputs[0], err));
    return cr_build_apply(build, "add", NULL, inputs, y, err);
}

const struct cr_layer cr_layer_residual = {
    .entry = {.name = "residual", .help = "adds the input to what a list of layers makes of it", .options = options},
    .role = CR_LAYER_WEIGHTS,
    .build = build,
};
