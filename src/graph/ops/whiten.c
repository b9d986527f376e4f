/*
 * whiten: y[n][o] = sum_i x[n][i] w[i][o]        x [N][H][W][C] or [N][I], w [I][O], a state that no training changes
 *
 * With as many outputs as inputs a picture stays one, unless it is to be `flat`. It stands behind the input alone,
 * whose gradient nobody needs.
 */
#include "graph/input.h"

static const struct cr_option options[] = {
    CR_BOOL("flat", struct cr_whiten_options, flat, .help = "the result is a row of numbers, no picture"),
    {0},
};

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    const struct cr_whiten_options *o = vertex->options;
    struct cr_shape x = vertex->in[0]->shape, w = vertex->in[1]->shape;

    if (w.rank != 2 || cr_shape_count(x) != w.dims[0] || (!o->flat && w.dims[0] != w.dims[1]))
        return cr_fail(err, CR_ERROR_SHAPE, "a whitening of %lld numbers does not fit %lld", (long long)w.dims[0],
                       (long long)cr_shape_count(x));
    outputs[0] = o->flat ? (struct cr_shape){.rank = 1, .dims = {w.dims[1]}} : x;
    return CR_OK;
}

static void forward(struct cr_emit *emit)
{
    struct cr_shape w = emit->vertex->in[1]->shape;
    struct cr_dense_args args = {.batch = emit->batch, .inputs = w.dims[0], .outputs = w.dims[1]};

    args.x = cr_emit_in(emit, 0);
    args.w = cr_emit_in(emit, 1);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, dense_forward, args);
}

static int64_t flops(const struct cr_vertex *vertex)
{
    return 2 * cr_shape_count(vertex->in[1]->shape);
}

const struct cr_op cr_op_whiten = {
    .entry = {.name = "whiten", .help = "y = x w with w measured on the data", .options = options},
    .inputs = 2,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_STATE},
    .product = true,
    .infer = infer,
    .forward = forward,
    .flops = flops,
};
