/*
 * softmax: y[k] = exp(x[k] - max x) / sum_j exp(x[j] - max x); dx[k] = y[k] (dy[k] - sum_j dy[j] y[j])
 *
 * For prediction. In training the loss has its own, fused with the logarithm (cross-entropy).
 */
#include "graph/op.h"

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    outputs[0] = vertex->in[0]->shape;
    if (outputs[0].rank != 1)
        return cr_fail(err, CR_ERROR_SHAPE,
                       "softmax needs one row of numbers a sample: put dense or flatten before it");
    return CR_OK;
}

static void forward(struct cr_emit *emit)
{
    struct cr_unary_args args = {.batch = emit->batch, .size = cr_shape_count(emit->vertex->in[0]->shape)};

    args.x = cr_emit_in(emit, 0);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, softmax_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_unary_args args = {.batch = emit->batch, .size = cr_shape_count(emit->vertex->in[0]->shape)};

    args.y = cr_emit_out(emit, 0);
    args.dy = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din(emit, 0, &args.add);
    CR_EMIT(emit, softmax_backward, args);
}

const struct cr_op cr_op_softmax = {
    .entry = {.name = "softmax", .help = "numbers as probabilities"},
    .inputs = 1,
    .outputs = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(10)}},
            {.inputs = {CR_SHAPE(33)}},
            {0},
        },
};
