/*
 * flatten: a picture H x W x C as one row of H W C numbers, in memory order. Nothing is moved.
 */
#include "graph/op.h"

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    (void)err;
    outputs[0] = (struct cr_shape){.rank = 1, .dims = {cr_shape_count(vertex->in[0]->shape)}};
    return CR_OK;
}

static void forward(struct cr_emit *emit)
{
    cr_emit_view(emit);
}

static void backward(struct cr_emit *emit)
{
    cr_emit_pass(emit, 0);
}

static int64_t flops(const struct cr_vertex *vertex)
{
    (void)vertex;
    return 0;
}

const struct cr_op cr_op_flatten = {
    .entry = {.name = "flatten", .help = "a picture as one row of numbers"},
    .inputs = 1,
    .outputs = 1,
    .view = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(3, 2, 5)}},
            {.inputs = {CR_SHAPE(6)}},
            {0},
        },
};
