/*
 * gate: y[n][p][c] = x[n][p][c] s[n][c], each channel of each sample times a number (Hu et al. 2018, section 3.1).
 *
 * x [N][...][C], s [N][C]. dx = dy s, ds[n][c] = sum_p dy x.
 */
#include "graph/op.h"

enum { X, S };

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    struct cr_shape x = vertex->in[X]->shape, s = vertex->in[S]->shape;

    if (s.rank != 1 || s.dims[0] != x.dims[x.rank - 1])
        return cr_fail(err, CR_ERROR_SHAPE, "a gate of %lld numbers does not fit %lld channels",
                       (long long)cr_shape_count(s), (long long)x.dims[x.rank - 1]);
    outputs[0] = x;
    return CR_OK;
}

static struct cr_gate_args args_of(const struct cr_emit *emit)
{
    struct cr_shape x = emit->vertex->in[X]->shape;
    int64_t channels = x.dims[x.rank - 1];

    return (struct cr_gate_args){.batch = emit->batch, .pixels = cr_shape_count(x) / channels, .channels = channels};
}

static void forward(struct cr_emit *emit)
{
    struct cr_gate_args args = args_of(emit);

    args.x = cr_emit_in(emit, X);
    args.s = cr_emit_in(emit, S);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, gate, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_gate_args sum = args_of(emit), args = sum;

    sum.x = cr_emit_in(emit, X);
    sum.y = (void *)cr_emit_dout(emit, 0);
    sum.s = cr_emit_din(emit, S, &sum.add);
    if (sum.s != NULL)
        CR_EMIT(emit, gate_sum, sum);
    args.x = cr_emit_dout(emit, 0);
    args.s = cr_emit_in(emit, S);
    args.y = cr_emit_din(emit, X, &args.add);
    if (args.y != NULL)
        CR_EMIT(emit, gate, args);
}

const struct cr_op cr_op_gate = {
    .entry = {.name = "gate", .help = "each channel of each sample times a number"},
    .inputs = 2,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_ACTIVATION},
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(3, 5, 7), CR_SHAPE(7)}},
            {.inputs = {CR_SHAPE(17), CR_SHAPE(17)}},
            {0},
        },
};
