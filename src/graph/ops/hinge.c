/*
 * hinge: the multiclass hinge of each sample, loss[n] = sum_{j != y} max(0, x[j] - x[y] + margin), or its largest term.
 */
#include "graph/loss_op.h"

struct hinge {
    double margin;
    bool hardest;
};

static const struct cr_option options[] = {
    CR_FLOAT("margin", struct hinge, margin, .min = 0, .max = 1e6, .def = 1,
             .help = "by which the right one must lead"),
    CR_BOOL("hardest", struct hinge, hardest, .help = "the largest term alone"),
    {0},
};

static struct cr_hinge_args args_of(struct cr_emit *emit)
{
    const struct hinge *o = emit->options;
    return (struct cr_hinge_args){.batch = emit->batch,
                                  .classes = emit->vertex->in[0]->shape.dims[0],
                                  .margin = o->margin,
                                  .hardest = o->hardest,
                                  .labels = cr_emit_labels(emit),
                                  .x = cr_emit_in(emit, 0)};
}

static void forward(struct cr_emit *emit)
{
    struct cr_hinge_args args = args_of(emit);

    args.loss = cr_emit_out(emit, 0);
    CR_EMIT(emit, hinge_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_hinge_args args = args_of(emit);

    args.dloss = cr_emit_dout(emit, 0);
    args.dx = cr_emit_din(emit, 0, &args.add);
    CR_EMIT(emit, hinge_backward, args);
}

const struct cr_op cr_op_hinge = {
    .entry = {.name = "hinge", .help = "how far the right class does not lead by a margin", .options = options},
    .inputs = 1,
    .outputs = 1,
    .infer = cr_loss_infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(10)}},
            {.options = "{margin: 0.3, hardest: true}", .inputs = {CR_SHAPE(7)}},
            {0},
        },
};
