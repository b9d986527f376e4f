#include "graph/epilogue.h"

#include "graph/batchnorm.h"

enum { X, B };           /* operands of bias */
enum { PATH, RESIDUAL }; /* of a sum */
enum { FACTOR, OFFSET }; /* what is saved of one that is folded */

bool cr_epilogue_absorb(enum cr_mode mode, struct cr_tail *tail, const struct cr_vertex *next)
{
    bool used = mode == CR_MODE_INFER;

    if (tail->activation != NULL)
        return false;
    if (next->op->curve != NULL)
        tail->activation = next;
    else if (used && next->op == cr_op_find("add") && tail->add == NULL)
        tail->add = next;
    else if (used && next->op == cr_op_find("batchnorm") && tail->norm == NULL && tail->add == NULL)
        tail->norm = next;
    else if (next->op == cr_op_find("bias") && tail->bias == NULL && tail->norm == NULL && tail->add == NULL)
        tail->bias = next;
    else
        return false;
    return true;
}

/* The batch norm of the tail, as a factor and an offset, which takes in the bias. */
static void fold(struct cr_emit *emit, struct cr_finish *finish)
{
    struct cr_emit norm = cr_emit_member(emit, emit->tail->norm);
    const struct cr_batchnorm_options *options = norm.options;
    struct cr_fold_args args = {.batch = emit->batch,
                                .channels = cr_shape_count(norm.vertex->in[CR_BATCHNORM_SCALE]->shape),
                                .epsilon = options->epsilon};
    size_t size = (size_t)args.channels * cr_emit_number(emit);

    args.bias = finish->bias;
    args.scale = cr_emit_in(&norm, CR_BATCHNORM_SCALE);
    args.shift = cr_emit_in(&norm, CR_BATCHNORM_SHIFT);
    args.running_mean = cr_emit_in(&norm, CR_BATCHNORM_MEAN);
    args.running_variance = cr_emit_in(&norm, CR_BATCHNORM_VARIANCE);
    args.factor = cr_emit_made(&norm, FACTOR, size);
    args.offset = cr_emit_made(&norm, OFFSET, size);
    CR_EMIT(&norm, batchnorm_fold, args);
    finish->scale = args.factor;
    finish->bias = args.offset;
}

struct cr_finish cr_epilogue_finish(struct cr_emit *emit)
{
    struct cr_finish finish = {.curve = cr_vertex_curve(emit->tail->activation)};

    if (emit->tail->bias != NULL) {
        struct cr_emit bias = cr_emit_member(emit, emit->tail->bias);
        finish.bias = cr_emit_in(&bias, B);
    }
    if (emit->tail->norm != NULL)
        fold(emit, &finish);
    if (emit->tail->add != NULL) {
        struct cr_emit sum = cr_emit_member(emit, emit->tail->add);
        finish.residual = cr_emit_in(&sum, RESIDUAL);
    }
    if (emit->mode == CR_MODE_TRAIN && !cr_curve_by_result(finish.curve))
        finish.before = cr_emit_told_by(emit, emit->tail->activation);
    return finish;
}

void *cr_epilogue_db(struct cr_emit *emit, bool *add)
{
    struct cr_emit bias;

    if (emit->tail->bias == NULL)
        return NULL;
    bias = cr_emit_member(emit, emit->tail->bias);
    return cr_emit_din(&bias, B, add);
}
