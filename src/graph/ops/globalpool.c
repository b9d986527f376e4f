/*
 * globalpool: the mean of each channel over the whole picture, H x W x C -> C (Lin et al. 2013, section 3.2). It is an
 * average pool with one window.
 */
#include "graph/op.h"
#include "graph/window.h"

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    struct cr_shape x = vertex->in[0]->shape;

    CR_TRY(cr_need_picture(x, err));
    outputs[0] = (struct cr_shape){.rank = 1, .dims = {x.dims[2]}};
    return CR_OK;
}

static struct cr_pool_args args_of(const struct cr_emit *emit)
{
    struct cr_shape x = emit->vertex->in[0]->shape;

    return (struct cr_pool_args){.batch = emit->batch,
                                 .height = x.dims[0],
                                 .width = x.dims[1],
                                 .channels = x.dims[2],
                                 .out_height = 1,
                                 .out_width = 1,
                                 .kernel_height = x.dims[0],
                                 .kernel_width = x.dims[1],
                                 .stride = 1};
}

static void forward(struct cr_emit *emit)
{
    struct cr_pool_args args = args_of(emit);

    args.x = cr_emit_in(emit, 0);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, avgpool_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_pool_args args = args_of(emit);

    args.dy = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din(emit, 0, &args.add);
    CR_EMIT(emit, avgpool_backward, args);
}

const struct cr_op cr_op_globalpool = {
    .entry = {.name = "globalpool", .help = "the mean of each channel over the whole picture"},
    .inputs = 1,
    .outputs = 1,
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(4, 3, 5)}},
            {.inputs = {CR_SHAPE(1, 1, 17)}},
            {0},
        },
};
