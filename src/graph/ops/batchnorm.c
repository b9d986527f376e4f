/*
 * batchnorm (Ioffe & Szegedy 2015): y = (x - m_c) / sqrt(v_c + epsilon) scale_c + shift_c, with mean and variance of
 * each channel over the batch in training, and their running averages in inference. The gradient is derived in
 * docs/batchnorm.md.
 *
 * x [N][...][C]; inputs x, scale, shift and the states mean, variance. A sum and an activation behind it are
 * absorbed; in use, a product before it absorbs it (epilogue.c).
 */
#include <assert.h>

#include "graph/batchnorm.h"
#include "graph/op.h"
#include "graph/tables.h"

const struct cr_option cr_batchnorm_options[] = {
    CR_FLOAT("momentum", struct cr_batchnorm_options, momentum, .min = 1e-6, .max = 1, .def = 0.1,
             .help = "share of the new batch in the running statistics"),
    CR_FLOAT("epsilon", struct cr_batchnorm_options, epsilon, .min = 1e-12, .max = 1, .def = 1e-5, .log = true,
             .help = "added to the variance"),
    {0},
};

enum {
    X = CR_BATCHNORM_X,
    SCALE = CR_BATCHNORM_SCALE,
    SHIFT = CR_BATCHNORM_SHIFT,
    MEAN = CR_BATCHNORM_MEAN,
    VARIANCE = CR_BATCHNORM_VARIANCE
};
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
    const struct cr_batchnorm_options *o = emit->options;
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

static bool absorb(enum cr_mode mode, struct cr_tail *tail, const struct cr_vertex *next)
{
    (void)mode;
    if (tail->activation != NULL)
        return false;
    if (next->op->curve != NULL)
        tail->activation = next;
    else if (next->op == cr_op_find("add") && tail->add == NULL)
        tail->add = next;
    else
        return false;
    return true;
}

/* The other branch of a sum behind it; NULL: there is none. */
static const void *residual(struct cr_emit *emit)
{
    struct cr_emit sum;

    if (emit->tail->add == NULL)
        return NULL;
    sum = cr_emit_member(emit, emit->tail->add);
    return cr_emit_in(&sum, RESIDUAL);
}

static void forward(struct cr_emit *emit)
{
    struct cr_batchnorm_args args = args_of(emit);

    args.y = cr_emit_out(emit, 0);
    args.curve = cr_vertex_curve(emit->tail->activation);
    args.residual = residual(emit);
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

    args.curve = cr_vertex_curve(emit->tail->activation);
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
    if (emit->tail->activation != NULL) {
        struct cr_emit activation = cr_emit_member(emit, emit->tail->activation);
        args.curve = cr_emit_is_derived(&activation) ? (struct cr_curve){0} : cr_vertex_curve(activation.vertex);
        if (!cr_curve_by_result(args.curve))
            args.residual = residual(emit);
        else if (args.curve.kind != CR_ACTIVATION_none)
            args.y = cr_emit_out(emit, 0);
    }
    if (emit->tail->add != NULL) {
        struct cr_emit sum = cr_emit_member(emit, emit->tail->add);
        args.dresidual = cr_emit_din_over(&sum, RESIDUAL, &args.add_dresidual);
        args.dx = cr_emit_din(emit, X, &args.add);
        if (args.dresidual == args.dy && args.curve.kind == CR_ACTIVATION_none)
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
    .derives_tail = true,
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
