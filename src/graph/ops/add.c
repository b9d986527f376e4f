/*
 * add: y = a + b, of one shape; the end of a residual branch (He et al. 2016). Both gradients are dy.
 */
#include "graph/op.h"

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    struct cr_shape a = vertex->in[0]->shape, b = vertex->in[1]->shape;
    char left[96], right[96];

    if (!cr_shape_equal(a, b)) {
        cr_shape_describe(a, left, sizeof(left));
        cr_shape_describe(b, right, sizeof(right));
        return cr_fail(err, CR_ERROR_SHAPE, "cannot add %s and %s", left, right);
    }
    outputs[0] = a;
    return CR_OK;
}

static void forward(struct cr_emit *emit)
{
    struct cr_add_args args = {.batch = emit->batch, .size = cr_shape_count(emit->vertex->in[0]->shape)};

    args.a = cr_emit_in(emit, 0);
    args.b = cr_emit_in(emit, 1);
    args.y = cr_emit_out_over(emit);
    CR_EMIT(emit, add, args);
}

static void backward(struct cr_emit *emit)
{
    cr_emit_pass(emit, 0);
    if (emit->lead == NULL)
        cr_emit_pass(emit, 1);
}

const struct cr_op cr_op_add = {
    .entry = {.name = "add", .help = "sum of two branches"},
    .inputs = 2,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_ACTIVATION},
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(3, 5, 7), CR_SHAPE(3, 5, 7)}},
            {.inputs = {CR_SHAPE(11), CR_SHAPE(11)}},
            {0},
        },
};
