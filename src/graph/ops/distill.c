/*
 * distill: learning from a teacher's answers beside the labels (Hinton, Vinyals and Dean 2015).
 *
 *     loss[n] = (1 - w) base[n] + w T sum_k q[n][k] (log q[n][k] - log p[n][k]),  p = softmax(x / T)
 *
 * q [classes] comes with the batch, as its input `slot`: the teacher's probabilities, already softened by T. The factor
 * T makes the gradient w (p - q), which is never longer than that of the labels can be: so a learning rate that is
 * right without a teacher stays so. The T^2 of the paper is right where T is large against the logits; teachers are
 * surer than that, and the first gradients then are T times as long as those of the labels. The teacher's entropy moves
 * nothing, and lets the loss be 0 where both agree. A batch without q, as in validation, has the base loss.
 */
#include "graph/op.h"

enum { BASE, X };
enum { LOSS, P };

struct distill {
    int64_t slot;
    double weight, temperature;
};

static const struct cr_option options[] = {
    CR_INT("slot", struct distill, slot, .min = 0, .max = CR_MAX_INPUTS - 1, .def = 1,
           .help = "which input of a batch holds the teacher's answers"),
    CR_FLOAT("weight", struct distill, weight, .min = 0, .max = 1, .def = 0.9,
             .help = "of the teacher's answers; the base loss has the rest"),
    CR_FLOAT("temperature", struct distill, temperature, .min = 0.1, .max = 100, .def = 4,
             .help = "by which the logits are divided"),
    {0},
};

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    if (vertex->in[X]->shape.rank != 1)
        return cr_fail(err, CR_ERROR_SHAPE,
                       "the loss needs one row of numbers a sample: end the model with dense or globalpool");
    if (cr_shape_count(vertex->in[BASE]->shape) != 1)
        return cr_fail(err, CR_ERROR_SHAPE, "the base loss has %lld numbers a sample, expected one",
                       (long long)cr_shape_count(vertex->in[BASE]->shape));
    outputs[LOSS] = (struct cr_shape){.rank = 0};
    outputs[P] = vertex->in[X]->shape;
    return CR_OK;
}

static struct cr_distill_args args_of(struct cr_emit *emit)
{
    const struct distill *o = emit->options;

    return (struct cr_distill_args){.batch = emit->batch,
                                    .classes = emit->vertex->in[X]->shape.dims[0],
                                    .weight = o->weight,
                                    .temperature = o->temperature,
                                    .q = cr_emit_feed(emit, (int)o->slot),
                                    .p = cr_emit_out(emit, P)};
}

static void forward(struct cr_emit *emit)
{
    struct cr_distill_args args = args_of(emit);

    args.base = cr_emit_in(emit, BASE);
    args.x = cr_emit_in(emit, X);
    args.loss = cr_emit_out(emit, LOSS);
    CR_EMIT(emit, distill_forward, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_distill_args args = args_of(emit);

    args.dloss = cr_emit_dout(emit, LOSS);
    args.dbase = cr_emit_din(emit, BASE, &args.add_base);
    args.dx = cr_emit_din(emit, X, &args.add);
    CR_EMIT(emit, distill_backward, args);
}

const struct cr_op cr_op_distill = {
    .entry = {.name = "distill", .help = "a teacher's answers beside the loss of each sample", .options = options},
    .inputs = 2,
    .outputs = 2,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_ACTIVATION},
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .examples =
        (const struct cr_example[]){
            {.options = "slot: 2", .inputs = {CR_SHAPE(1), CR_SHAPE(10)}},
            {.options = "{slot: 2, weight: 0.3, temperature: 1}", .inputs = {CR_SHAPE(1), CR_SHAPE(7)}},
            {.options = "{slot: 2, weight: 1, temperature: 2.5}", .inputs = {CR_SHAPE(1), CR_SHAPE(33)}},
            {.options = "slot: 3", .inputs = {CR_SHAPE(1), CR_SHAPE(5)}}, /* nothing comes with the batch there */
            {0},
        },
};
