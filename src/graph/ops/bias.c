/*
 * bias: y[n][p][c] = x[n][p][c] + b[c]        x, y [N][...][C], b [C]
 *
 * dx = dy (the memory is shared), db[c] = sum_{n,p} dy[n][p][c]. A product absorbs it.
 */
#include "graph/op.h"

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    struct cr_shape x = vertex->in[0]->shape, b = vertex->in[1]->shape;

    if (x.rank < 1 || b.rank != 1 || b.dims[0] != x.dims[x.rank - 1])
        return cr_fail(err, CR_ERROR_SHAPE, "a bias of %lld numbers does not fit its input", (long long)b.dims[0]);
    outputs[0] = x;
    return CR_OK;
}

static struct cr_bias_args args_of(const struct cr_emit *emit)
{
    struct cr_shape x = emit->vertex->in[0]->shape;
    int64_t channels = x.dims[x.rank - 1];

    return (struct cr_bias_args){.batch = emit->batch, .pixels = cr_shape_count(x) / channels, .channels = channels};
}

static void forward(struct cr_emit *emit)
{
    struct cr_bias_args args = args_of(emit);

    args.x = cr_emit_in(emit, 0);
    args.b = cr_emit_in(emit, 1);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, bias_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_bias_args args = args_of(emit);

    if (emit->lead == NULL) {
        args.y = (void *)cr_emit_dout(emit, 0);
        args.b = cr_emit_din(emit, 1, &args.add);
        if (args.b != NULL)
            CR_EMIT(emit, bias_backward, args);
    }
    cr_emit_pass(emit, 0);
}

const struct cr_op cr_op_bias = {
    .entry = {.name = "bias", .help = "adds one learned number to each channel"},
    .inputs = 2,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_PARAM},
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
