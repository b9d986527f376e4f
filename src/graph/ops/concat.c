/*
 * concat: y[...][c] = a[...][c] for the first channels, b[...][c - C_a] behind them; of equal height and width.
 *
 * a [N][...][C_a], b [N][...][C_b], y [N][...][C_a + C_b]. The gradients are the parts of dy.
 */
#include "graph/op.h"

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    struct cr_shape a = vertex->in[0]->shape, b = vertex->in[1]->shape, same = b;
    char left[96], right[96];

    same.dims[b.rank - 1] = a.dims[a.rank - 1];
    if (a.rank != b.rank || !cr_shape_equal(a, same)) {
        cr_shape_describe(a, left, sizeof(left));
        cr_shape_describe(b, right, sizeof(right));
        return cr_fail(err, CR_ERROR_SHAPE, "cannot put %s and %s side by side: only the channels may differ", left,
                       right);
    }
    outputs[0] = a;
    outputs[0].dims[a.rank - 1] += b.dims[b.rank - 1];
    return CR_OK;
}

/* The columns of operand `input`, and where they begin in a row of y. */
static struct cr_columns_args args_of(const struct cr_emit *emit, int input)
{
    struct cr_shape x = emit->vertex->in[input]->shape;
    int64_t channels = x.dims[x.rank - 1];

    return (struct cr_columns_args){
        .batch = emit->batch, .rows = cr_shape_count(x) / channels, .columns = channels, .x_stride = channels};
}

static size_t offset_of(const struct cr_emit *emit, int input)
{
    struct cr_shape a = emit->vertex->in[0]->shape;

    return input == 0 ? 0 : (size_t)a.dims[a.rank - 1] * cr_emit_number(emit);
}

static int64_t width_of(const struct cr_emit *emit)
{
    struct cr_shape y = emit->vertex->out[0]->shape;

    return y.dims[y.rank - 1];
}

static void forward(struct cr_emit *emit)
{
    char *y = cr_emit_out(emit, 0);

    for (int i = 0; i < 2; i++) {
        struct cr_columns_args args = args_of(emit, i);
        args.y_stride = width_of(emit);
        args.x = cr_emit_in(emit, i);
        args.y = y + offset_of(emit, i);
        CR_EMIT(emit, columns, args);
    }
}

static void backward(struct cr_emit *emit)
{
    const char *dy = cr_emit_dout(emit, 0);

    for (int i = 0; i < 2; i++) {
        struct cr_columns_args args = args_of(emit, i);
        args.y_stride = args.x_stride;
        args.x_stride = width_of(emit);
        args.x = dy + offset_of(emit, i);
        args.y = cr_emit_din(emit, i, &args.add);
        if (args.y != NULL)
            CR_EMIT(emit, columns, args);
    }
}

static int64_t flops(const struct cr_vertex *vertex)
{
    (void)vertex;
    return 0;
}

const struct cr_op cr_op_concat = {
    .entry = {.name = "concat", .help = "two branches side by side in their channels"},
    .inputs = 2,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_ACTIVATION},
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(3, 5, 7), CR_SHAPE(3, 5, 2)}},
            {.inputs = {CR_SHAPE(11), CR_SHAPE(6)}},
            {0},
        },
};
