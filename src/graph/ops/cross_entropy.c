/*
 * softmax-cross-entropy: p = softmax(x), loss[n] = -sum_k t[n][k] log p[n][k]; dx = dloss (p sum_j t_j - t)
 *
 * The target t is the batch's label (one-hot), or with `soft` a distribution a sample: mixing, smoothing, distillation.
 * Then t[k] = weights[k] ((1 - smoothing) t[k] + smoothing / K) (Szegedy et al. 2016 for the smoothing).
 * Outputs: the loss of each sample, and p (which no gradient flows into).
 */
#include "graph/op.h"

struct cross_entropy {
    bool soft;
    double smoothing;
    struct cr_list weights;
};

static const struct cr_option options[] = {
    CR_BOOL("soft", struct cross_entropy, soft, .help = "targets are distributions, not labels"),
    CR_FLOAT("smoothing", struct cross_entropy, smoothing, .min = 0, .max = 0.999,
             .help = "share of the target that is spread over all classes"),
    CR_LIST("weights", struct cross_entropy, weights, .min = 0, .max = 1e6, .help = "of each class; none: 1"),
    {0},
};

enum { LOSS, P };

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    const struct cross_entropy *o = vertex->options;
    struct cr_shape x = vertex->in[0]->shape;

    if (x.rank != 1)
        return cr_fail(err, CR_ERROR_SHAPE,
                       "the loss needs one row of numbers a sample: end the model with dense or globalpool");
    if (o->weights.count > 0 && o->weights.count != x.dims[0])
        return cr_fail(err, CR_ERROR_SHAPE, "the loss has weights for %lld classes, but there are %lld",
                       (long long)o->weights.count, (long long)x.dims[0]);
    outputs[LOSS] = (struct cr_shape){.rank = 0};
    outputs[P] = x;
    return CR_OK;
}

static struct cr_cross_entropy_args args_of(struct cr_emit *emit)
{
    const struct cross_entropy *o = emit->options;
    struct cr_cross_entropy_args args = {.batch = emit->batch,
                                         .classes = emit->vertex->in[0]->shape.dims[0],
                                         .smoothing = o->smoothing,
                                         .weights = o->weights.count > 0 ? o->weights.items : NULL};

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
            {.options = "{smoothing: 0.1, weights: [1, 2, 0.5]}", .inputs = {CR_SHAPE(3)}},
            {.options = "{soft: true, smoothing: 0.2, weights: [0, 2, 1, 3]}", .inputs = {CR_SHAPE(4)}},
            {0},
        },
};
