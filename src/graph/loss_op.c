#include "graph/loss_op.h"

const struct cr_name cr_distance_names[] = {
    {"squared", CR_DISTANCE_SQUARED},
    {"huber", CR_DISTANCE_HUBER},
    {"logistic", CR_DISTANCE_LOGISTIC},
    {0},
};

enum cr_status cr_loss_infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    if (vertex->in[0]->shape.rank != 1)
        return cr_fail(err, CR_ERROR_SHAPE,
                       "the loss needs one row of numbers a sample: end the model with dense or globalpool");
    outputs[0] = (struct cr_shape){.rank = 0};
    return CR_OK;
}

struct cr_distance_args cr_distance_args_of(struct cr_emit *emit, const struct cr_distance_options *options)
{
    return (struct cr_distance_args){.batch = emit->batch,
                                     .size = emit->vertex->in[0]->shape.dims[0],
                                     .kind = (enum cr_distance)options->kind,
                                     .delta = options->delta,
                                     .x = cr_emit_in(emit, 0)};
}

void cr_distance_forward(struct cr_emit *emit, struct cr_distance_args args)
{
    args.loss = cr_emit_out(emit, 0);
    CR_EMIT(emit, distance_forward, args);
}

void cr_distance_backward(struct cr_emit *emit, struct cr_distance_args args)
{
    args.dloss = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din(emit, 0, &args.add);
    CR_EMIT(emit, distance_backward, args);
}
