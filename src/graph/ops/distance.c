/*
 * distance: how far the numbers of a sample are from their targets, loss[n] = the mean of d(x[k], t[k]) over k.
 *
 * The target t is the batch's label (one-hot), or with `soft` a row of numbers a sample.
 */
#include "graph/op.h"

struct distance {
    int kind;
    double delta;
    bool soft;
};

static const struct cr_name kinds[] = {
    {"squared", CR_DISTANCE_SQUARED},
    {"huber", CR_DISTANCE_HUBER},
    {"logistic", CR_DISTANCE_LOGISTIC},
    {0},
};

static const struct cr_option options[] = {
    CR_CHOICE("kind", struct distance, kind, .def = CR_DISTANCE_SQUARED, .names = kinds, .help = "the function d"),
    CR_FLOAT("delta", struct distance, delta, .min = 1e-9, .max = 1e9, .def = 1, .help = "of huber: where it bends"),
    CR_BOOL("soft", struct distance, soft, .help = "targets are rows of numbers, not labels"),
    {0},
};

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    if (vertex->in[0]->shape.rank != 1)
        return cr_fail(err, CR_ERROR_SHAPE,
                       "the loss needs one row of numbers a sample: end the model with dense or globalpool");
    outputs[0] = (struct cr_shape){.rank = 0};
    return CR_OK;
}

static struct cr_distance_args args_of(struct cr_emit *emit)
{
    const struct distance *o = emit->options;
    struct cr_distance_args args = {.batch = emit->batch,
                                    .size = emit->vertex->in[0]->shape.dims[0],
                                    .kind = (enum cr_distance)o->kind,
                                    .delta = o->delta,
                                    .x = cr_emit_in(emit, 0)};

    if (o->soft)
        args.soft = cr_emit_soft(emit, args.size);
    else
        args.labels = cr_emit_labels(emit);
    return args;
}

static void forward(struct cr_emit *emit)
{
    struct cr_distance_args args = args_of(emit);

    args.loss = cr_emit_out(emit, 0);
    CR_EMIT(emit, distance_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_distance_args args = args_of(emit);

    args.dloss = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din(emit, 0, &args.add);
    CR_EMIT(emit, distance_backward, args);
}

const struct cr_op cr_op_distance = {
    .entry = {.name = "distance", .help = "how far numbers are from their targets", .options = options},
    .inputs = 1,
    .outputs = 1,
    .infer = infer,
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
