/*
 * avgpool: the mean of each window, channel by channel. Pixels outside the picture do not count.
 */
#include "graph/pool.h"

static void forward(struct cr_emit *emit)
{
    struct cr_pool_args args = cr_pool_args_of(emit);

    args.x = cr_emit_in(emit, 0);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, avgpool_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_pool_args args = cr_pool_args_of(emit);

    args.dy = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din(emit, 0, &args.add);
    CR_EMIT(emit, avgpool_backward, args);
}

const struct cr_op cr_op_avgpool = {
    .entry = {.name = "avgpool", .help = "the mean of each window", .options = cr_pool_options},
    .inputs = 1,
    .outputs = 1,
    .forgets = true,
    .infer = cr_pool_infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(4, 6, 3)}},
            {.options = "{size: 3, stride: 2, padding: 1}", .inputs = {CR_SHAPE(7, 6, 5)}},
            {.options = "{size: 3, stride: 1, padding: same}", .inputs = {CR_SHAPE(4, 5, 17)}},
            {0},
        },
};
