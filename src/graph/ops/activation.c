/*
 * activation: y = f(x), number by number, for every f of kernels/activations.def; dx = f' dy, with f' from y where the
 * list says so, and then x need not be kept; else from x. A product or a batch norm before it absorbs it, and whoever
 * is last to write dy may take it back (analyse.c): then nothing is left to do.
 */
#include "graph/activation.h"
#include "graph/op.h"

static const struct cr_name kinds[] = {
#define CR_ACTIVATION(name, word, from) {word, CR_ACTIVATION_##name},
#include "kernels/activations.def"
#undef CR_ACTIVATION
    {0},
};

static const struct cr_option options[] = {
    CR_CHOICE("kind", struct cr_activation_options, kind, .names = kinds, .def = CR_ACTIVATION_relu, .help = "which"),
    CR_FLOAT("parameter", struct cr_activation_options, parameter, .min = 0, .max = 1e6, .def = 1,
             .help = "slope of leaky-relu, alpha of elu"),
    {0},
};

static struct cr_curve curve(const struct cr_vertex *vertex)
{
    const struct cr_activation_options *o = vertex->options;

    return (struct cr_curve){(enum cr_activation)o->kind, o->parameter};
}

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    (void)err;
    outputs[0] = vertex->in[0]->shape;
    return CR_OK;
}

static struct cr_activation_args args_of(const struct cr_emit *emit)
{
    return (struct cr_activation_args){
        .batch = emit->batch, .size = cr_shape_count(emit->vertex->in[0]->shape), .curve = curve(emit->vertex)};
}

static void forward(struct cr_emit *emit)
{
    struct cr_activation_args args = args_of(emit);

    args.x = cr_emit_in(emit, 0);
    args.y =
        emit->mode == CR_MODE_INFER || cr_curve_by_result(args.curve) ? cr_emit_out_over(emit) : cr_emit_out(emit, 0);
    CR_EMIT(emit, activation_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_activation_args args = args_of(emit);

    if (cr_emit_is_left(emit)) {
        cr_emit_pass(emit, 0);
        return;
    }
    args.from = cr_emit_told_by(emit, emit->vertex);
    args.dy = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din_over(emit, 0, &args.add);
    CR_EMIT(emit, activation_backward, args);
}

const struct cr_op cr_op_activation = {
    .entry = {.name = "activation", .help = "a function of each number", .options = options},
    .inputs = 1,
    .outputs = 1,
    .curve = curve,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
#define CR_ACTIVATION(name, word, from) {.options = "{kind: " word ", parameter: 0.3}", .inputs = {CR_SHAPE(3, 5, 7)}},
#include "kernels/activations.def"
#undef CR_ACTIVATION
            {.inputs = {CR_SHAPE(37)}},
            {0},
        },
};
