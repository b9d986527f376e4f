/*
 * conv2d-transpose: the gradient of a convolution with respect to its input, as a layer of its own (Zeiler et al. 2010;
 * Dumoulin & Visin 2016, chapter 4): it makes pictures larger by its stride.
 *
 * x [N][h][w][C], weights [KH][KW][F][C], y [N][H][W][F], such that a convolution of y with these weights would give
 * h x w. H = s h with padding same, else H = (h - 1) s + KH - 2 p. Its own gradients are that convolution of dy, and
 * the gradient of its weights with x and dy in each other's place. A bias and an activation behind it are absorbed.
 */
#include "graph/epilogue.h"
#include "graph/window.h"

static const struct cr_option options[] = {
    CR_WINDOW_OPTIONS(struct cr_window_options),
    {0},
};

static int64_t side(int64_t in, int64_t kernel, const struct cr_window_options *o)
{
    return o->padding == CR_PADDING_SAME ? in * o->stride : (in - 1) * o->stride + kernel - 2 * o->padding;
}

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    const struct cr_window_options *o = vertex->options;
    struct cr_shape x = vertex->in[0]->shape, w = vertex->in[1]->shape;

    CR_TRY(cr_need_picture(x, err));
    if (w.rank != 4 || w.dims[3] != x.dims[2])
        return cr_fail(err, CR_ERROR_SHAPE, "filters of %lld channels do not fit a picture of %lld",
                       (long long)w.dims[3], (long long)x.dims[2]);
    outputs[0] =
        (struct cr_shape){.rank = 3, .dims = {side(x.dims[0], w.dims[0], o), side(x.dims[1], w.dims[1], o), w.dims[2]}};
    if (outputs[0].dims[0] < 1 || outputs[0].dims[1] < 1)
        return cr_fail(err, CR_ERROR_SHAPE, "a padding of %lld leaves nothing of the picture: use a smaller one",
                       (long long)o->padding);
    return CR_OK;
}

/* Of the convolution from y to x. */
static struct cr_conv_args args_of(const struct cr_emit *emit)
{
    const struct cr_window_options *o = emit->options;
    struct cr_shape x = emit->vertex->in[0]->shape, w = emit->vertex->in[1]->shape, y = emit->vertex->out[0]->shape;
    struct cr_conv_args args = {.batch = emit->batch,
                                .height = y.dims[0],
                                .width = y.dims[1],
                                .channels = w.dims[2],
                                .out_height = x.dims[0],
                                .out_width = x.dims[1],
                                .filters = w.dims[3],
                                .kernel_height = w.dims[0],
                                .kernel_width = w.dims[1],
                                .stride = o->stride,
                                .groups = 1};
    int64_t out;

    cr_window_fit(y.dims[0], w.dims[0], o->stride, o->padding, &out, &args.pad_top);
    cr_window_fit(y.dims[1], w.dims[1], o->stride, o->padding, &out, &args.pad_left);
    return args;
}

static void forward(struct cr_emit *emit)
{
    struct cr_conv_args args = args_of(emit);

    args.y = cr_emit_in(emit, 0);
    args.w = cr_emit_in(emit, 1);
    args.x = cr_emit_out(emit, 0);
    args.finish = cr_epilogue_finish(emit);
    CR_EMIT(emit, conv_backward_data, args);
}

/* The bias belongs to y, which the convolution's kernels know as their input. */
static void bias_backward(struct cr_emit *emit, const struct cr_conv_args *conv)
{
    struct cr_bias_args args = {
        .batch = emit->batch, .pixels = conv->height * conv->width, .channels = conv->channels, .y = conv->x};

    args.b = cr_epilogue_db(emit, &args.add);
    if (args.b != NULL)
        CR_EMIT(emit, bias_backward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_conv_args args = args_of(emit);

    args.x = (void *)cr_emit_dout(emit, 0);
    bias_backward(emit, &args);
    args.y = cr_emit_in(emit, 0);
    args.w = cr_emit_din(emit, 1, &args.add);
    if (args.w != NULL)
        CR_EMIT(emit, conv_backward_weights, args);
    args.w = cr_emit_in(emit, 1);
    args.y = cr_emit_din(emit, 0, &args.add);
    cr_emit_derive(emit, 0, &args.finish);
    if (args.y != NULL)
        CR_EMIT(emit, conv_forward, args);
}

static int64_t flops(const struct cr_vertex *vertex)
{
    struct cr_shape x = vertex->in[0]->shape;

    return 2 * cr_shape_count(vertex->in[1]->shape) * x.dims[0] * x.dims[1];
}

const struct cr_op cr_op_conv2d_transpose = {
    .entry = {.name = "conv2d-transpose",
              .help = "transposed convolution: larger pictures by its stride",
              .options = options},
    .inputs = 2,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_PARAM},
    .derives = true,
    .product = true,
    .absorb = cr_epilogue_absorb,
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
    .examples =
        (const struct cr_example[]){
            {.options = "{stride: 2}", .inputs = {CR_SHAPE(3, 4, 5), CR_SHAPE(3, 3, 2, 5)}},
            {.options = "{stride: 2, padding: 1}", .inputs = {CR_SHAPE(4, 3, 2), CR_SHAPE(4, 4, 3, 2)}},
            {.options = "{stride: 3, padding: valid}", .inputs = {CR_SHAPE(2, 3, 3), CR_SHAPE(2, 2, 4, 3)}},
            {.inputs = {CR_SHAPE(4, 4, 3), CR_SHAPE(3, 3, 17, 3)}},
            {0},
        },
};
