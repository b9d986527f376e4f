/*
 * groupnorm (Wu & He 2018): y = (x - m) / sqrt(v + epsilon) scale_c + shift_c, with mean and variance of each sample
 * over its pixels and the channels of one of `groups` groups. With one group it is layer normalisation (Ba et al.
 * 2016), with one a channel instance normalisation (Ulyanov et al. 2016). The same in training and inference. The
 * gradient is derived in docs/groupnorm.md.
 *
 * x [N][...][C]; inputs x, scale, shift.
 */
#include <assert.h>

#include "graph/groupnorm.h"
#include "graph/op.h"

static const struct cr_name words[] = {{"channels", CR_GROUPS_CHANNELS}, {0}};

static const struct cr_option options[] = {
    CR_INT("groups", struct cr_groupnorm_options, groups, .min = 0, .max = 1 << 20, .def = 1, .names = words,
           .help = "of channels, of equal size"),
    CR_FLOAT("epsilon", struct cr_groupnorm_options, epsilon, .min = 1e-12, .max = 1, .def = 1e-5, .log = true,
             .help = "added to the variance"),
    {0},
};

enum { X, SCALE, SHIFT };
enum { SAMPLE_MEAN, SAMPLE_INVERSE };

static enum cr_status fail_to_divide(int64_t groups, int64_t channels, struct cr_error *err)
{
    int64_t below = groups < channels ? groups : channels;

    while (channels % below != 0)
        below--;
    return cr_fail(err, CR_ERROR_SHAPE, "%lld channels cannot be cut into %lld equal groups; %lld would do",
                   (long long)channels, (long long)groups, (long long)below);
}

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    const struct cr_groupnorm_options *o = vertex->options;
    struct cr_shape x = vertex->in[X]->shape;
    int64_t channels = x.rank > 0 ? x.dims[x.rank - 1] : 0, groups;
    char text[96];

    for (int i = SCALE; i <= SHIFT; i++)
        if (vertex->in[i]->shape.rank != 1 || vertex->in[i]->shape.dims[0] != channels)
            return cr_fail(err, CR_ERROR_SHAPE, "a scale of %lld channels does not fit the input",
                           (long long)cr_shape_count(vertex->in[i]->shape));
    groups = o->groups == CR_GROUPS_CHANNELS ? channels : o->groups;
    if (channels % groups != 0)
        return fail_to_divide(groups, channels, err);
    cr_shape_describe(x, text, sizeof(text));
    if (cr_shape_count(x) == groups)
        return cr_fail(err, CR_ERROR_SHAPE,
                       "each group of %s has only one number, of which nothing is left: use fewer groups, or batchnorm",
                       text);
    outputs[0] = x;
    return CR_OK;
}

static struct cr_groupnorm_args args_of(struct cr_emit *emit)
{
    const struct cr_groupnorm_options *o = emit->options;
    struct cr_shape x = emit->vertex->in[X]->shape;
    int64_t channels = x.dims[x.rank - 1], groups = o->groups == CR_GROUPS_CHANNELS ? channels : o->groups;
    size_t bytes = (size_t)(emit->batch * groups) * cr_emit_number(emit);

    return (struct cr_groupnorm_args){.batch = emit->batch,
                                      .pixels = cr_shape_count(x) / channels,
                                      .channels = channels,
                                      .groups = groups,
                                      .epsilon = o->epsilon,
                                      .x = cr_emit_in(emit, X),
                                      .scale = cr_emit_in(emit, SCALE),
                                      .mean = cr_emit_saved(emit, SAMPLE_MEAN, bytes),
                                      .inverse = cr_emit_saved(emit, SAMPLE_INVERSE, bytes)};
}

static void forward(struct cr_emit *emit)
{
    struct cr_groupnorm_args args = args_of(emit);

    args.shift = cr_emit_in(emit, SHIFT);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, groupnorm_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_groupnorm_args args = args_of(emit);
    bool add_scale = false, add_shift = false;

    args.dy = cr_emit_dout(emit, 0);
    args.dscale = cr_emit_din(emit, SCALE, &add_scale);
    args.dshift = cr_emit_din(emit, SHIFT, &add_shift);
    assert(!add_scale && !add_shift); /* no two share their scale or shift */
    args.dx = cr_emit_din_over(emit, X, &args.add);
    CR_EMIT(emit, groupnorm_backward, args);
}

static int64_t flops(const struct cr_vertex *vertex)
{
    return 2 * cr_shape_count(vertex->out[0]->shape);
}

const struct cr_op cr_op_groupnorm = {
    .entry = {.name = "groupnorm", .help = "normalises groups of channels, sample by sample", .options = options},
    .inputs = 3,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_PARAM, CR_ROLE_PARAM},
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
    .examples =
        (const struct cr_example[]){
            {.options = "groups: 3", .inputs = {CR_SHAPE(3, 5, 6), CR_SHAPE(6), CR_SHAPE(6)}},
            {.options = "groups: channels", .inputs = {CR_SHAPE(3, 5, 7), CR_SHAPE(7), CR_SHAPE(7)}},
            {.options = "{groups: 1, epsilon: 0.01}", .inputs = {CR_SHAPE(17), CR_SHAPE(17), CR_SHAPE(17)}},
            {.options = "groups: 2", .inputs = {CR_SHAPE(22), CR_SHAPE(22), CR_SHAPE(22)}},
            {0},
        },
};
