/*
 * dense: y[n][o] = sum_i x[n][i] w[i][o]        x [N][I], w [I][O], y [N][O]
 *
 * dx = dy w', dw = x' dy. A bias and an activation behind it are absorbed.
 */
#include "graph/epilogue.h"

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    struct cr_shape x = vertex->in[0]->shape, w = vertex->in[1]->shape;

    if (x.rank != 1 || w.rank != 2 || x.dims[0] != w.dims[0])
        return cr_fail(err, CR_ERROR_SHAPE, "weights of %lld inputs do not fit %lld numbers", (long long)w.dims[0],
                       (long long)cr_shape_count(x));
    outputs[0] = (struct cr_shape){.rank = 1, .dims = {w.dims[1]}};
    return CR_OK;
}

static struct cr_dense_args args_of(const struct cr_emit *emit)
{
    struct cr_shape w = emit->vertex->in[1]->shape;

    return (struct cr_dense_args){.batch = emit->batch, .inputs = w.dims[0], .outputs = w.dims[1]};
}

static void forward(struct cr_emit *emit)
{
    struct cr_dense_args args = args_of(emit);

    args.x = cr_emit_in(emit, 0);
    args.w = cr_emit_in(emit, 1);
    args.y = cr_emit_out(emit, 0);
    args.finish = cr_epilogue_finish(emit);
    CR_EMIT(emit, dense_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_dense_args args = args_of(emit);

    args.y = (void *)cr_emit_dout(emit, 0);
    args.x = cr_emit_in(emit, 0);
    args.w = cr_emit_din(emit, 1, &args.add);
    args.db = cr_epilogue_db(emit, &args.add_db);
    if (args.w != NULL)
        CR_EMIT(emit, dense_backward_weights, args);
    args.db = NULL;
    args.w = cr_emit_in(emit, 1);
    args.x = cr_emit_din(emit, 0, &args.add);
    cr_emit_derive(emit, 0, &args.finish);
    if (args.x != NULL)
        CR_EMIT(emit, dense_backward_data, args);
}

static int64_t flops(const struct cr_vertex *vertex)
{
    return 2 * cr_shape_count(vertex->in[1]->shape);
}

const struct cr_op cr_op_dense = {
    .entry = {.name = "dense", .help = "y = x w: every output is a weighted sum of all inputs"},
    .inputs = 2,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_PARAM},
    .derives = true,
    .derives_sum = true,
    .product = true,
    .absorb = cr_epilogue_absorb,
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(7), CR_SHAPE(7, 5)}},
            {.inputs = {CR_SHAPE(1), CR_SHAPE(1, 1)}},
            {.inputs = {CR_SHAPE(33), CR_SHAPE(33, 17)}},
            {0},
        },
};
