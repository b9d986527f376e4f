/*
 * conv2d: y[n][i][j][f] = sum_{a,b,c} x[n][i s + a - p][j s + b - q][c] w[a][b][c][f]
 *
 * x [N][H][W][C], w [KH][KW][C][F], y [N][OH][OW][F]; s the stride, p and q the border above and left (window.h), where
 * x is 0. It is a correlation, as everywhere in this field. In G groups w is [KH][KW][C / G][F], and c goes over the
 * channels of the filter's group. A bias and an activation behind it are absorbed.
 */
#include "graph/epilogue.h"
#include "graph/window.h"

static const struct cr_option options[] = {
    CR_WINDOW_OPTIONS(struct cr_window_options),
    CR_INT("groups", struct cr_window_options, groups, .min = 1, .max = 1 << 20, .def = 1,
           .help = "each filter sees only the channels of its own group"),
    {0},
};

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    const struct cr_window_options *o = vertex->options;
    struct cr_shape x = vertex->in[0]->shape, w = vertex->in[1]->shape;

    CR_TRY(cr_window_fit_picture(x, w.dims[0], w.dims[1], o->stride, o->padding, &outputs[0], err));
    if (w.rank != 4 || w.dims[2] * o->groups != x.dims[2] || w.dims[3] % o->groups != 0)
        return cr_fail(err, CR_ERROR_SHAPE, "%lld filters of %lld channels do not fit a picture of %lld in %lld groups",
                       (long long)w.dims[3], (long long)w.dims[2], (long long)x.dims[2], (long long)o->groups);
    outputs[0].dims[2] = w.dims[3];
    return CR_OK;
}

static struct cr_conv_args args_of(const struct cr_emit *emit)
{
    const struct cr_window_options *o = emit->options;
    struct cr_shape x = emit->vertex->in[0]->shape, w = emit->vertex->in[1]->shape;
    struct cr_conv_args args = {.batch = emit->batch,
                                .height = x.dims[0],
                                .width = x.dims[1],
                                .channels = x.dims[2],
                                .filters = w.dims[3],
                                .kernel_height = w.dims[0],
                                .kernel_width = w.dims[1],
                                .stride = o->stride,
                                .groups = o->groups};

    cr_window_fit(x.dims[0], w.dims[0], o->stride, o->padding, &args.out_height, &args.pad_top);
    cr_window_fit(x.dims[1], w.dims[1], o->stride, o->padding, &args.out_width, &args.pad_left);
    return args;
}

/* Emits conv_PASS or group_conv_PASS. */
#define EMIT(emit, pass, args)                      \
    do {                                            \
        if ((args).groups == 1)                     \
            CR_EMIT(emit, conv_##pass, args);       \
        else                                        \
            CR_EMIT(emit, group_conv_##pass, args); \
    } while (0)

static void forward(struct cr_emit *emit)
{
    struct cr_conv_args args = args_of(emit);

    args.x = cr_emit_in(emit, 0);
    args.w = cr_emit_in(emit, 1);
    args.y = cr_emit_out(emit, 0);
    args.finish = cr_epilogue_finish(emit);
    cr_emit_moments_out(emit, args.groups == 1 ? &emit->kernels->conv_forward : &emit->kernels->group_conv_forward,
                        &args, &args.finish);
    EMIT(emit, forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_conv_args args = args_of(emit);

    args.y = (void *)cr_emit_dout(emit, 0);
    args.x = cr_emit_in(emit, 0);
    args.w = cr_emit_din(emit, 1, &args.add);
    args.db = cr_epilogue_db(emit, &args.add_db);
    if (args.w != NULL)
        EMIT(emit, backward_weights, args);
    args.db = NULL;
    args.w = cr_emit_in(emit, 1);
    args.x = cr_emit_din(emit, 0, &args.add);
    cr_emit_derive(emit, 0, &args.finish);
    if (args.x != NULL)
        EMIT(emit, backward_data, args);
}

static int64_t flops(const struct cr_vertex *vertex)
{
    struct cr_shape y = vertex->out[0]->shape;

    return 2 * cr_shape_count(vertex->in[1]->shape) * y.dims[0] * y.dims[1];
}

const struct cr_op cr_op_conv2d = {
    .entry = {.name = "conv2d", .help = "convolution of a picture with a bank of filters", .options = options},
    .inputs = 2,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_PARAM},
    .derives = true,
    .derives_sum = true,
    .product = true,
    .absorb = cr_epilogue_absorb,
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(5, 4, 3), CR_SHAPE(3, 3, 3, 5)}},
            {.options = "padding: valid", .inputs = {CR_SHAPE(7, 5, 2), CR_SHAPE(3, 2, 2, 3)}},
            {.options = "{stride: 2, padding: 1}", .inputs = {CR_SHAPE(7, 6, 1), CR_SHAPE(3, 3, 1, 4)}},
            {.options = "{stride: 2}", .inputs = {CR_SHAPE(5, 8, 3), CR_SHAPE(5, 5, 3, 2)}},
            {.options = "{stride: 3, padding: 2}", .inputs = {CR_SHAPE(8, 7, 2), CR_SHAPE(4, 3, 2, 3)}},
            {.options = "{stride: 3, padding: valid}", .inputs = {CR_SHAPE(8, 9, 2), CR_SHAPE(2, 2, 2, 3)}},
            {.inputs = {CR_SHAPE(1, 1, 4), CR_SHAPE(3, 3, 4, 2)}},
            {.inputs = {CR_SHAPE(4, 3, 17), CR_SHAPE(1, 1, 17, 9)}},
            {.inputs = {CR_SHAPE(4, 4, 3), CR_SHAPE(2, 2, 3, 3)}},
            {.options = "{groups: 6}", .inputs = {CR_SHAPE(5, 4, 6), CR_SHAPE(3, 3, 1, 6)}},
            {.options = "{groups: 2, stride: 2}", .inputs = {CR_SHAPE(5, 4, 6), CR_SHAPE(3, 3, 3, 4)}},
            {.options = "{groups: 3}", .inputs = {CR_SHAPE(4, 4, 3), CR_SHAPE(3, 3, 1, 6)}},
            {0},
        },
};
