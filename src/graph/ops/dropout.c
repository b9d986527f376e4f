/*
 * dropout (Srivastava et al. 2014), inverted: in training each number is 0 with probability `rate`, else x / (1 -
 * rate); in inference y is x. The mask is not kept: backward draws it again from the same key (step, row, this op).
 */
#include "graph/op.h"
#include "graph/tables.h"

struct dropout {
    double rate;
};

const struct cr_option cr_dropout_options[] = {
    CR_FLOAT("rate", struct dropout, rate, .min = 0, .max = 0.99, .def = 0.5, .help = "share of numbers set to 0"),
    {0},
};

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    (void)err;
    outputs[0] = vertex->in[0]->shape;
    return CR_OK;
}

static struct cr_dropout_args args_of(struct cr_emit *emit)
{
    const struct dropout *o = emit->options;

    return (struct cr_dropout_args){.batch = emit->batch,
                                    .size = cr_shape_count(emit->vertex->in[0]->shape),
                                    .node = emit->vertex->id,
                                    .rate = o->rate,
                                    .key = cr_emit_key(emit)};
}

static bool is_identity(const struct cr_emit *emit)
{
    return emit->mode == CR_MODE_INFER || ((const struct dropout *)emit->options)->rate == 0;
}

static void forward(struct cr_emit *emit)
{
    struct cr_dropout_args args = args_of(emit);

    if (is_identity(emit)) {
        cr_emit_view(emit);
        return;
    }
    args.x = cr_emit_in(emit, 0);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, dropout, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_dropout_args args = args_of(emit);

    if (is_identity(emit)) {
        cr_emit_pass(emit, 0);
        return;
    }
    args.x = cr_emit_dout(emit, 0);
    args.y = cr_emit_din(emit, 0, &args.add);
    CR_EMIT(emit, dropout, args);
}

const struct cr_op cr_op_dropout = {
    .entry = {.name = "dropout",
              .help = "sets a random share of the numbers to 0 in training",
              .options = cr_dropout_options},
    .inputs = 1,
    .outputs = 1,
    .stochastic = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(3, 5, 7)}},
            {.options = "rate: 0.2", .inputs = {CR_SHAPE(37)}},
            {.options = "rate: 0", .inputs = {CR_SHAPE(5)}},
            {0},
        },
};
