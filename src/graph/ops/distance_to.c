/*
 * distance-to: how far the numbers x of a sample are from others t in the graph, loss[n] = the mean of d(x[k], t[k])
 * over k: of what a network makes of its input from the input itself. t stands still: no gradient goes there.
 */
#include "graph/loss_op.h"

enum { X, T };

struct distance_to {
    struct cr_distance_options distance;
};

static const struct cr_option options[] = {
    CR_DISTANCE_OPTIONS(struct distance_to),
    {0},
};

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    struct cr_shape x = vertex->in[X]->shape, t = vertex->in[T]->shape;

    if (!cr_shape_equal(x, t))
        return cr_fail(err, CR_ERROR_SHAPE, "%lld numbers cannot be compared with %lld", (long long)cr_shape_count(x),
                       (long long)cr_shape_count(t));
    return cr_loss_infer(vertex, outputs, err);
}

static struct cr_distance_args args_of(struct cr_emit *emit)
{
    const struct distance_to *o = emit->options;
    struct cr_distance_args args = cr_distance_args_of(emit, &o->distance);

    args.soft = cr_emit_in(emit, T);
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

const struct cr_op cr_op_distance_to = {
    .entry = {.name = "distance-to", .help = "how far numbers are from others, which stand still", .options = options},
    .inputs = 2,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_ACTIVATION},
    .moving = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(10), CR_SHAPE(10)}},
            {.options = "{kind: huber, delta: 0.7}", .inputs = {CR_SHAPE(7), CR_SHAPE(7)}},
            {.options = "{kind: logistic}", .inputs = {CR_SHAPE(33), CR_SHAPE(33)}},
            {0},
        },
};
