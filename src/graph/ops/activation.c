/*
 * activation: y = f(x), number by number, for every f of kernels/activations.def; dx = f' dy, with f' from y where the
 * list says so, and then x need not be kept; else from x.
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
    CR_CHOICE("kind", struct cr_activation_options, kind, .names = kinds, .help = "which"),
    CR_FLOAT("parameter", struct cr_activation_options, parameter, .min = 0, .max = 1e6, .def = 1,
             .help = "slope of leaky-relu, alpha of elu"),
    {0},
};

static bool is_from_y(int kind)
{
    enum { X, Y };
    static const int from_of[] = {
#define CR_ACTIVATION(name, word, from) [CR_ACTIVATION_##name] = from,
#include "kernels/activations.def"
#undef CR_ACTIVATION
    };
    return from_of[kind] == Y;
}

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    (void)err;
    outputs[0] = vertex->in[0]->shape;
    return CR_OK;
}

static struct cr_activation_args args_of(const struct cr_emit *emit)
{
    const struct cr_activation_options *o = emit->options;

    return (struct cr_activation_args){.batch = emit->batch,
                                       .size = cr_shape_count(emit->vertex->in[0]->shape),
                                       .kind = (enum cr_activation)o->kind,
                                       .parameter = o->parameter};
}

static void forward(struct cr_emit *emit)
{
    struct cr_activation_args args = args_of(emit);

    args.x = cr_emit_in(emit, 0);
    args.y = emit->mode == CR_MODE_INFER || is_from_y(args.kind) ? cr_emit_out_over(emit) : cr_emit_out(emit, 0);
    CR_EMIT(emit, activation_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_activation_args args = args_of(emit);

    if (is_from_y(args.kind))
        args.y = cr_emit_out(emit, 0);
    else
        args.x = cr_emit_in(emit, 0);
    args.dy = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din_over(emit, 0, &args.add);
    CR_EMIT(emit, activation_backward, args);
}

const struct cr_op cr_op_activation = {
    .entry = {.name = "activation", .help = "a function of each number", .options = options},
    .inputs = 1,
    .outputs = 1,
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
