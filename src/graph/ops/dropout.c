/*
 * dropout (Srivastava et al. 2014), inverted: in training each unit is 0 with probability `rate`, else x / (1 - rate);
 * in inference y is x. A unit is a number, a channel of a sample (spatial dropout, Tompson et al. 2015) or a sample
 * (the drop-path of a residual branch, Huang et al. 2016). The mask is not kept: backward draws it again from the same
 * key (step, row, this op).
 */
#include "graph/dropout.h"
#include "graph/op.h"

static const struct cr_name units[] = {
    {"number", CR_DROP_NUMBER},
    {"channel", CR_DROP_CHANNEL},
    {"sample", CR_DROP_SAMPLE},
    {0},
};

static const struct cr_option options[] = {
    CR_FLOAT("rate", struct cr_dropout_options, rate, .min = 0, .max = 0.99, .def = 0.5,
             .help = "share of units set to 0"),
    CR_CHOICE("unit", struct cr_dropout_options, unit, .def = CR_DROP_NUMBER, .names = units,
              .help = "what is dropped as a whole"),
    {0},
};

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    (void)err;
    outputs[0] = vertex->in[0]->shape;
    return CR_OK;
}

static bool is_identity(const struct cr_emit *emit)
{
    const struct cr_dropout_options *o = emit->options;

    return emit->mode == CR_MODE_INFER || o->rate == 0;
}

/* y from x, forward or backward. */
static void drop_numbers(struct cr_emit *emit, const void *x, void *y, bool add)
{
    const struct cr_dropout_options *o = emit->options;
    struct cr_dropout_args args = {.batch = emit->batch,
                                   .size = cr_shape_count(emit->vertex->in[0]->shape),
                                   .node = emit->vertex->id,
                                   .rate = o->rate,
                                   .key = cr_emit_key(emit),
                                   .x = x,
                                   .y = y,
                                   .add = add};

    CR_EMIT(emit, dropout, args);
}

static void drop_units(struct cr_emit *emit, const void *x, void *y, bool add)
{
    const struct cr_dropout_options *o = emit->options;
    struct cr_shape shape = emit->vertex->in[0]->shape;
    int64_t count = o->unit == CR_DROP_SAMPLE ? 1 : shape.dims[shape.rank - 1];
    struct cr_dropout_units_args args = {.batch = emit->batch,
                                         .pixels = cr_shape_count(shape) / count,
                                         .units = count,
                                         .node = emit->vertex->id,
                                         .rate = o->rate,
                                         .key = cr_emit_key(emit),
                                         .x = x,
                                         .y = y,
                                         .add = add};

    CR_EMIT(emit, dropout_units, args);
}

static void drop(struct cr_emit *emit, const void *x, void *y, bool add)
{
    const struct cr_dropout_options *o = emit->options;

    if (o->unit == CR_DROP_NUMBER)
        drop_numbers(emit, x, y, add);
    else
        drop_units(emit, x, y, add);
}

static void forward(struct cr_emit *emit)
{
    const void *x;

    if (is_identity(emit)) {
        cr_emit_view(emit);
        return;
    }
    x = cr_emit_in(emit, 0);
    drop(emit, x, cr_emit_out_over(emit), false);
}

static void backward(struct cr_emit *emit)
{
    bool add = false;
    const void *dy;
    void *dx;

    if (is_identity(emit)) {
        cr_emit_pass(emit, 0);
        return;
    }
    dy = cr_emit_dout(emit, 0);
    dx = cr_emit_din(emit, 0, &add);
    drop(emit, dy, dx, add);
}

const struct cr_op cr_op_dropout = {
    .entry = {.name = "dropout", .help = "sets a random share of the units to 0 in training", .options = options},
    .inputs = 1,
    .outputs = 1,
    .stochastic = true,
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(3, 5, 7)}},
            {.options = "rate: 0.2", .inputs = {CR_SHAPE(37)}},
            {.options = "unit: channel", .inputs = {CR_SHAPE(3, 5, 7)}},
            {.options = "{rate: 0.4, unit: sample}", .inputs = {CR_SHAPE(3, 5, 7)}},
            {.options = "rate: 0", .inputs = {CR_SHAPE(5)}},
            {0},
        },
};
