/*
 * batchnorm (Ioffe & Szegedy 2015): y = (x - m_c) / sqrt(v_c + epsilon) scale_c + shift_c, with mean and variance of
 * each channel over the batch in training, and their running averages in inference. The gradient is derived in
 * docs/batchnorm.md.
 *
 * x [N][...][C]; inputs x, scale, shift and the states mean, variance. A sum and a relu behind it are absorbed.
 */
#include <assert.h>

#include "graph/op.h"
#include "graph/tables.h"

struct batchnorm {
    double momentum, epsilon;
};

const struct cr_option cr_batchnorm_options[] = {
    CR_FLOAT("momentum", struct batchnorm, momentum, .min = 1e-6, .max = 1, .def = 0.1,
             .help = "share of the new batch in the running statistics"),
    CR_FLOAT("epsilon", struct batchnorm, epsilon, .min = 1e-12, .max = 1, .def = 1e-5, .log = true,
             .help = "added to the variance"),
    {0},
};

enum { X, SCALE, SHIFT, MEAN, VARIANCE };
enum { BATCH_MEAN, BATCH_INVERSE };
enum { PATH, RESIDUAL }; /* operands of a sum behind it */

static enum cr_status infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    struct cr_shape x = vertex->in[X]->shape;

    for (int i = SCALE; i <= VARIANCE; i++)
        if (x.rank < 1 || vertex->in[i]->shape.rank != 1 || vertex->in[i]->shape.dims[0] != x.dims[x.rank - 1])
            return cr_fail(err, CR_ERROR_SHAPE, "statistics of %lld channels do not fit the input",
                           (long long)vertex->in[i]->shape.dims[0]);
    outputs[0] = x;
    return CR_OK;
}

static struct cr_batchnorm_args args_of(struct cr_emit *emit)
{
    const struct batchnorm *o = emit->options;
    struct cr_shape x = emit->vertex->in[X]->shape;
    int64_t channels = x.dims[x.rank - 1];

    return (struct cr_batchnorm_args){.batch = emit->batch,
                                      .pixels = cr_shape_count(x) / channels,
                                      .channels = channels,
                                      .momentum = o->momentum,
                                      .epsilon = o->epsilon,
                                      .x = cr_emit_in(emit, X),
                                      .scale = cr_emit_in(emit, SCALE),
                                      .shift = cr_emit_in(emit, SHIFT)};
}

static void *saved(struct cr_emit *emit, int slot, int64_t channels)
{
    return cr_emit_saved(emit, slot, (size_t)channels * cr_emit_number(emit));
}

static bool absorb(struct cr_tail *tail, const struct cr_vertex *next)
{
    if (tail->relu != NULL)
        return false;
    if (next->op == cr_op_find("relu"))
        tail->relu = next;
    else if (next->op == cr_op_find("add") && tail->add == NULL)
        tail->add = next;
    else
        return false;
    return true;
}

static void forward(struct cr_emit *emit)
{
    struct cr_batchnorm_args args = args_of(emit);

    args.y = cr_emit_out(emit, 0);
    args.relu = emit->tail->relu != NULL;
    if (emit->tail->add != NULL) {
        struct cr_emit sum = cr_emit_member(emit, emit->tail->add);
        args.residual = cr_emit_in(&sum, RESIDUAL);
    }
    args.running_mean = cr_emit_in(emit, MEAN);
    args.running_variance = cr_emit_in(emit, VARIANCE);
    if (emit->mode == CR_MODE_INFER || cr_vertex_frozen(emit->vertex)) {
        CR_EMIT(emit, batchnorm_infer, args);
        return;
    }
    args.mean = saved(emit, BATCH_MEAN, args.channels);
    args.inverse = saved(emit, BATCH_INVERSE, args.channels);
    args.moments = cr_emit_moments_in(emit, X);
    CR_EMIT(emit, batchnorm_train, args);
}

static void again(struct cr_emit *emit)
{
    struct cr_batchnorm_args args = args_of(emit);

    args.relu = emit->tail->relu != NULL;
    args.mean = saved(emit, BATCH_MEAN, args.channels);
    args.inverse = saved(emit, BATCH_INVERSE, args.channels);
    args.y = cr_emit_out(emit, 0);
    CR_EMIT(emit, batchnorm_apply, args);
}

static void backward(struct cr_emit *emit)
{
    struct cr_batchnorm_args args = args_of(emit);
    bool add_scale = false, add_shift = false;

    args.mean = saved(emit, BATCH_MEAN, args.channels);
    args.inverse = saved(emit, BATCH_INVERSE, args.channels);
    args.dy = cr_emit_dout(emit, 0);
    args.dscale = cr_emit_din(emit, SCALE, &add_scale);
    args.dshift = cr_emit_din(emit, SHIFT, &add_shift);
    assert(!add_scale && !add_shift); /* no two share their scale or shift: dx is made of this one's sums */
    if (emit->tail->relu != NULL) {
        struct cr_emit relu = cr_emit_member(emit, emit->tail->relu);
        args.relu = !cr_emit_is_masked(&relu);
        args.y = args.relu ? cr_emit_out(emit, 0) : NULL;
    }
    if (emit->tail->add != NULL) {
        struct cr_emit sum = cr_emit_member(emit, emit->tail->add);
        args.dresidual = cr_emit_din_over(&sum, RESIDUAL, &args.add_dresidual);
        args.dx = cr_emit_din(emit, X, &args.add);
        if (args.dresidual == args.dy && !args.relu)
            args.dresidual = NULL; /* it is there already */
    } else {
        args.dx = cr_emit_din_over(emit, X, &args.add);
    }
    CR_EMIT(emit, batchnorm_backward, args);
}

static int64_t flops(const struct cr_vertex *vertex)
{
    return 2 * cr_shape_count(vertex->out[0]->shape);
}

const struct cr_op cr_op_batchnorm = {
    .entry = {.name = "batchnorm",
              .help = "normalises each channel by the batch's statistics",
              .options = cr_batchnorm_options},
    .inputs = 5,
    .outputs = 1,
    .roles = {CR_ROLE_ACTIVATION, CR_ROLE_PARAM, CR_ROLE_PARAM, CR_ROLE_STATE, CR_ROLE_STATE},
    .masks_tail = true,
    .measures = true,
    .absorb = absorb,
    .forgets = true,
    .infer = infer,
    .forward = forward,
    .again = again,
    .backward = backward,
    .flops = flops,
    .examples =
        (const struct cr_example[]){
            {.inputs = {CR_SHAPE(3, 5, 7), CR_SHAPE(7), CR_SHAPE(7), CR_SHAPE(7), CR_SHAPE(7)}},
            {.options = "epsilon: 0.01",
             .inputs = {CR_SHAPE(17), CR_SHAPE(17), CR_SHAPE(17), CR_SHAPE(17), CR_SHAPE(17)}},
            {0},
        },
};
