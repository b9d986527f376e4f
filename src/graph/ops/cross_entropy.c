/*
 * softmax-cross-entropy: p = softmax(x), loss[n] = -sum_k t[n][k] log p[n][k]; dx = dloss (p sum_j t_j - t)
 *
 * The target t is the batch's label (one-hot), or with `soft` a distribution a sample: mixing, smoothing, distillation.
 * Outputs: the loss of each sample, and p (which no gradient flows into).
 */
#include "graph/op.h"

struct cross_entropy {
    bool soft;
};

static const struct cr_option options[] = {
    CR_BOOL("soft", struct cross_entropy, soft, .help = "targets are distributions, not labels"),
    {0},
};

enum { LOSS, P };

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    struct cr_shape x = vertex->in[0]->shape;

    if (x.rank != 1)
        return cr_fail(err, CR_ERROR_SHAPE,
                       "the loss needs one row of numbers a sample: end the model with dense or globalpool");
    outputs[LOSS] = (struct cr_shape){.rank = 0};
    outputs[P] = x;
    return CR_OK;
}

static struct cr_cross_entropy_args args_of(struct cr_emit *emit)
{
    const struct cross_entropy *o = emit->options;
    struct cr_cross_entropy_args args = {.batch = emit->batch, .classes = emit->vertex->in[0]->shape.dims[0]};

    if (o->soft)
        args.soft = cr_emit_soft(emit, args.classes);
    else
        args.labels = cr_emit_labels(emit);
    args.p = cr_emit_out(emit, P);
    return args;
}

static void forward(struct cr_emit *emit)
{
    struct cr_cross_entropy_args args = args_of(emit);

    args.x = cr_emit_in(emit, 0);
    args.loss = cr_emit_out(emit, LOSS);
    CR_EMIT(emit, cross_entropy_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_cross_entropy_args args = args_of(emit);

    args.dloss = cr_emit_dout(emit, LOSS);
    args.dx = cr_emit_din(emit, 0, &args.add);
    CR_EMIT(emit, cross_entropy_backward, args);
}

const struct cr_op cr_op_cross_entropy = {
    .entry = {.name = "softmax-cross-entropy",
              .help = "softmax and the logarithmic loss of each sample",
              .options = options},
    .inputs = 1,
    .outputs = 2,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(10)}},
            {.options = "soft: true", .inputs = {CR_SHAPE(7)}},
            {.inputs = {CR_SHAPE(33)}},
            {0},
        },
};
