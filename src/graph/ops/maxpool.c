/*
 * maxpool: the largest number in each window, channel by channel; its gradient goes to where it was found (the first in
 * reading order where several are equal), which is kept from forward to backward.
 */
#include "graph/pool.h"

enum { INDEX };

static int32_t *saved_index(struct cr_emit *emit)
{
    int64_t count = emit->batch * cr_shape_count(emit->vertex->out[0]->shape);

    return cr_emit_saved(emit, INDEX, (size_t)count * sizeof(int32_t));
}

static void forward(struct cr_emit *emit)
{
    struct cr_pool_args args = cr_pool_args_of(emit);

    args.x = cr_emit_in(emit, 0);
    args.y = cr_emit_out(emit, 0);
    args.index = saved_index(emit);
    CR_EMIT(emit, maxpool_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_pool_args args = cr_pool_args_of(emit);

    args.index = saved_index(emit);
    args.back = cr_emit_back(emit, 0);
    if (args.back.kind != CR_ACTIVATION_none)
        args.y = cr_emit_out(emit, 0); /* the input itself need not be kept */
    args.dy = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din(emit, 0, &args.add);
    CR_EMIT(emit, maxpool_backward, args);
}

const struct cr_op cr_op_maxpool = {
    .entry = {.name = "maxpool", .help = "the largest number of each window", .options = cr_pool_options},
    .inputs = 1,
    .outputs = 1,
    .derives = true,
    .infer = cr_pool_infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(4, 6, 3)}},
            {.options = "{size: 2}", .inputs = {CR_SHAPE(5, 7, 2)}},
            {.options = "{size: 3, stride: 2, padding: 1}", .inputs = {CR_SHAPE(7, 6, 5)}},
            {.options = "{size: 3, stride: 1, padding: same}", .inputs = {CR_SHAPE(4, 5, 17)}},
            {0},
        },
};
