/*
 * prelu (He et al. 2015): y = x <= 0 ? slope_c x : x with a learned slope for each channel. x is kept for the gradient:
 * with a slope below 0, y does not tell on which side it was.
 *
 * x [N][...][C], slope [C].
 */
#include <assert.h>

#include "graph/op.h"

enum { X, SLOPE };

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    struct cr_shape x = vertex->in[X]->shape, slope = vertex->in[SLOPE]->shape;

    if (x.rank < 1 || slope.rank != 1 || slope.dims[0] != x.dims[x.rank - 1])
        return cr_fail(err, CR_ERROR_SHAPE, "slopes of %lld channels do not fit the input",
                       (long long)cr_shape_count(slope));
    outputs[0] = x;
    return CR_OK;
}

static struct cr_prelu_args args_of(struct cr_emit *emit)
{
    struct cr_shape x = emit->vertex->in[X]->shape;
    int64_t channels = x.dims[x.rank - 1];

    return (struct cr_prelu_args){.batch = emit->batch,
                                  .pixels = cr_shape_count(x) / channels,
                                  .channels = channels,
                                  .x = cr_emit_in(emit, X),
                                  .slope = cr_emit_in(emit, SLOPE)};
}

static void forward(struct cr_emit *emit)
{
    struct cr_prelu_args args = args_of(emit);

    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, prelu_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_prelu_args args = args_of(emit);
    bool add_slope = false;

    args.dy = cr_emit_dout(emit, 0);
    args.dslope = cr_emit_din(emit, SLOPE, &add_slope);
    assert(!add_slope); /* no two share their slopes */
    args.dx = cr_emit_din_over(emit, X, &args.add);
    CR_EMIT(emit, prelu_backward, args);
}

const struct cr_op cr_op_prelu = {
    .entry = {.name = "prelu", .help = "x > 0 ? x : slope x, with a learned slope for each channel"},
    .inputs = 2,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_PARAM},
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(3, 5, 7), CR_SHAPE(7)}},
            {.inputs = {CR_SHAPE(37), CR_SHAPE(37)}},
            {0},
        },
};
