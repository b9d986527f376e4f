/*
 * distance: how far the numbers of a sample are from their targets, loss[n] = the mean of d(x[k], t[k]) over k.
 *
 * The target t is the batch's label (one-hot), or with `soft` a row of numbers a sample.
 */
#include "graph/loss_op.h"

struct distance {
    struct cr_distance_options distance;
    bool soft;
};

static const struct cr_option options[] = {
    CR_DISTANCE_OPTIONS(struct distance),
    CR_BOOL("soft", struct distance, soft, .help = "targets are rows of numbers, not labels"),
    {0},
};

static struct cr_distance_args args_of(struct cr_emit *emit)
{
    const struct distance *o = emit->options;
    struct cr_distance_args args = cr_distance_args_of(emit, &o->distance);

    if (o->soft)
        args.soft = cr_emit_soft(emit, args.size);
    else
        args.labels = cr_emit_labels(emit);
    return args;
}

static void forward(struct cr_emit *emit)
{
    cr_distance_forward(emit, args_of(emit));
}

static void backward(struct cr_emit *emit)
{
    cr_distance_backward(emit, args_of(emit));
}

const struct cr_op cr_op_distance = {
    .entry = {.name = "distance", .help = "how far numbers are from their targets", .options = options},
    .inputs = 1,
    .outputs = 1,
    .infer = cr_loss_infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(10)}},
            {.options = "{kind: huber, delta: 0.7, soft: true}", .inputs = {CR_SHAPE(7)}},
            {.options = "{kind: logistic, soft: true}", .inputs = {CR_SHAPE(33)}},
            {.options = "{kind: logistic}", .inputs = {CR_SHAPE(5)}},
            {0},
        },
};
