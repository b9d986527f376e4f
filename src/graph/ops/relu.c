/*
 * relu: y = max(x, 0); dx = dy where y > 0, else 0. A NaN stays one. Where the op behind it takes the gradient back, or
 * the one before it does that for its tail, nothing is left to do.
 */
#include "graph/op.h"

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    (void)err;
    outputs[0] = vertex->in[0]->shape;
    return CR_OK;
}

static void forward(struct cr_emit *emit)
{
    struct cr_unary_args args = {.batch = emit->batch, .size = cr_shape_count(emit->vertex->in[0]->shape)};

    args.x = cr_emit_in(emit, 0);
    args.y = cr_emit_out_over(emit);
    CR_EMIT(emit, relu_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_unary_args args = {.batch = emit->batch, .size = cr_shape_count(emit->vertex->in[0]->shape)};

    if (cr_emit_is_left(emit)) {
        cr_emit_pass(emit, 0);
        return;
    }
    args.y = cr_emit_out(emit, 0);
    args.dy = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din_over(emit, 0, &args.add);
    CR_EMIT(emit, relu_backward, args);
}

static struct cr_curve curve(const struct cr_vertex *vertex)
{
    (void)vertex;
    return (struct cr_curve){.kind = CR_ACTIVATION_relu};
}

const struct cr_op cr_op_relu = {
    .entry = {.name = "relu", .help = "max(x, 0)"},
    .inputs = 1,
    .outputs = 1,
    .curve = curve,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(3, 5, 7)}},
            {.inputs = {CR_SHAPE(37)}},
            {0},
        },
};
