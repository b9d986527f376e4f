/*
 * What is done around an optimizer's update. In order, with the gradient g of the update:
 *
 *     accumulate   g = sum of n_b g_b / sum of n_b over the batches b of n_b samples
 *     clip         g *= min(1, norm / |g|), or each number held within -value..value (Pascanu et al. 2013)
 *     l1           g += l1 sign(w) for what decays (Tibshirani 1996)
 *     (the optimizer)
 *     max_norm     the weights into one output are no longer than that (Srivastava et al. 2014)
 *     ema          average = decay average + (1 - decay) w, beginning with the first w (Polyak & Juditsky 1992)
 *     swa          average = the mean of w at the end of the later epochs (Izmailov et al. 2018)
 *
 * An average is of the learned numbers and the states.
 */
#include "train/refine.h"

#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "graph/plan.h"
#include "train/optimizer.h"
#include "train/watch.h"

/* ------------------------------------------------------------------------------------------------------- the options
 */

struct averages {
    const struct cr_node *ema, *swa;
};

static const struct cr_option clip_options[] = {
    CR_FLOAT("norm", struct cr_refine, clip_norm, .min = 0, .max = 1e9, .help = "of all gradients together; 0: any"),
    CR_FLOAT("value", struct cr_refine, clip_value, .min = 0, .max = 1e9, .help = "of each number; 0: any"),
    {0},
};
static const struct cr_option average_options[] = {
    CR_NODE("ema", struct averages, ema, .kind = "ema", .help = "running mean"),
    CR_NODE("swa", struct averages, swa, .kind = "swa", .help = "mean of the later epochs"),
    {0},
};
static const struct cr_option ema_options[] = {
    CR_FLOAT("decay", struct cr_refine, ema, .min = 0.1, .max = 0.9999999, .def = 0.999, .help = "memory of the mean"),
    {0},
};
static const struct cr_option swa_options[] = {
    CR_FLOAT("start", struct cr_refine, swa, .min = 0.001, .max = 0.999, .def = 0.75,
             .help = "share of the training after which it begins"),
    {0},
};
static const struct cr_option stop_options[] = {
    CR_INT("patience", struct cr_early_stop, patience, .min = 1, .max = 1e6, .def = 10,
           .help = "epochs without a better result"),
    CR_CHOICE("watch", struct cr_early_stop, watch, .def = CR_WATCH_LOSS, .names = cr_watch_names,
              .help = "which result has to get better"),
    CR_FLOAT("threshold", struct cr_early_stop, threshold, .min = 0, .max = 1,
             .help = "share of the best that a better result differs by"),
    {0},
};

static enum cr_status read_average(struct cr_refine *refine, struct cr_config *config, const struct cr_node *node,
                                   struct cr_error *err)
{
    struct averages averages;
    struct cr_refine read = {0};
    CR_TRY(cr_bind(config, average_options, node, &averages, err));
    if ((averages.ema != NULL) == (averages.swa != NULL))
        return cr_node_fail(node, err, "expected one of `ema: {decay: 0.999}` and `swa: {start: 0.75}`");
    if (averages.ema) {
        CR_TRY(cr_bind(config, ema_options, averages.ema, &read, err));
        refine->ema = read.ema;
    } else {
        CR_TRY(cr_bind(config, swa_options, averages.swa, &read, err));
        refine->swa = read.swa;
    }
    return CR_OK;
}

static enum cr_status read_clip(struct cr_refine *refine, struct cr_config *config, const struct cr_node *node,
                                struct cr_error *err)
{
    struct cr_refine read = {0};
    CR_TRY(cr_bind(config, clip_options, node, &read, err));
    if ((read.clip_norm > 0) == (read.clip_value > 0))
        return cr_node_fail(node, err, "expected one of `norm: 1.0` and `value: 0.5`");
    refine->clip_norm = read.clip_norm;
    refine->clip_value = read.clip_value;
    return CR_OK;
}

enum cr_status cr_refine_read(struct cr_refine *refine, struct cr_early_stop *stop, struct cr_config *config,
                              const struct cr_train_section *section, struct cr_error *err)
{
    *refine = (struct cr_refine){.l1 = section->l1, .max_norm = section->max_norm, .accumulate = section->accumulate};
    *stop = (struct cr_early_stop){0};
    if (section->clip)
        CR_TRY(read_clip(refine, config, section->clip, err));
    if (section->average)
        CR_TRY(read_average(refine, config, section->average, err));
    if (section->early_stop) {
        CR_TRY(cr_bind(config, stop_options, section->early_stop, stop, err));
        stop->on = true;
    }
    return CR_OK;
}

/* --------------------------------------------------------------------------------------------------------- the steps
 */

static enum cr_status add_mix(struct cr_steps **steps, struct cr_optimizer *optimizer, const struct cr_mix_args *args,
                              struct cr_error *err)
{
    struct cr_step_info info = cr_optimizer_info(optimizer);
    CR_TRY(cr_steps_new(steps, optimizer->context, err));
    CR_TRY(cr_steps_add(*steps, &optimizer->kernels.mix, args, sizeof *args, NULL, 0, &info, err));
    return cr_steps_ready(*steps, err);
}

static void *zeros(struct cr_optimizer *optimizer, int64_t count)
{
    size_t size = (size_t)count * cr_dtype_size(optimizer->params->dtype);
    void *block = cr_block_alloc(optimizer->context, size + 1);
    if (block)
        memset(block, 0, size);
    return block;
}

static enum cr_status make_gathering(struct cr_optimizer *optimizer, struct cr_error *err)
{
    const struct cr_params *params = optimizer->params;
    optimizer->gathered = zeros(optimizer, params->trainable);
    if (!optimizer->gathered)
        return cr_fail_memory(err);
    struct cr_mix_args args = {.batch = 1,
                               .count = params->trainable,
                               .rates = &optimizer->mix,
                               .x = params->gradients,
                               .y = optimizer->gathered};
    return add_mix(&optimizer->gathering, optimizer, &args, err);
}

static enum cr_status make_averaging(struct cr_optimizer *optimizer, struct cr_error *err)
{
    const struct cr_params *params = optimizer->params;
    optimizer->average = zeros(optimizer, params->total);
    if (!optimizer->average)
        return cr_fail_memory(err);
    struct cr_mix_args args = {
        .batch = 1, .count = params->total, .rates = &optimizer->mix, .x = params->values, .y = optimizer->average};
    return add_mix(&optimizer->averaging, optimizer, &args, err);
}

enum cr_status cr_optimizer_refine(struct cr_optimizer *optimizer, const struct cr_refine *refine, struct cr_error *err)
{
    optimizer->refine = *refine;
    if (refine->accumulate > 1)
        CR_TRY(make_gathering(optimizer, err));
    if (refine->ema > 0 || refine->swa > 0)
        CR_TRY(make_averaging(optimizer, err));
    return cr_optimizer_remake(optimizer, err);
}

enum cr_status cr_optimizer_set_clip(struct cr_optimizer *optimizer, double norm, struct cr_error *err)
{
    if (norm == optimizer->refine.clip_norm)
        return CR_OK;
    if (!(norm >= 0 && norm <= 1e9))
        return cr_fail(err, CR_ERROR_ARGUMENT, "a clip at the norm %g: expected 0..1e9", norm);
    optimizer->refine.clip_norm = norm;
    return cr_optimizer_remake(optimizer, err);
}

enum cr_status cr_update_begin(struct cr_update *update, struct cr_optimizer *optimizer, struct cr_error *err)
{
    const struct cr_refine *refine = &optimizer->refine;
    struct cr_mix_args gather = {.batch = 1,
                                 .count = update->count,
                                 .rates = &optimizer->mix,
                                 .x = optimizer->gathered,
                                 .y = optimizer->params->gradients};
    struct cr_clip_args clip = {.batch = 1,
                                .count = update->count,
                                .norm = refine->clip_norm,
                                .value = refine->clip_value,
                                .g = optimizer->params->gradients};
    struct cr_lasso_args lasso = {
        .batch = 1, .count = update->decayed, .l1 = refine->l1, .w = update->w, .g = optimizer->params->gradients};
    if (optimizer->gathered)
        CR_TRY(CR_UPDATE(update, mix, gather, err));
    if (refine->clip_norm > 0 || refine->clip_value > 0)
        CR_TRY(CR_UPDATE(update, clip, clip, err));
    if (refine->l1 > 0 && update->decayed > 0)
        CR_TRY(CR_UPDATE(update, lasso, lasso, err));
    return CR_OK;
}

enum cr_status cr_update_end(struct cr_update *update, struct cr_optimizer *optimizer, struct cr_error *err)
{
    const struct cr_params *params = optimizer->params;
    for (int i = 0; optimizer->refine.max_norm > 0 && i < params->count; i++) {
        const struct cr_param *param = &params->items[i];
        if (param->kind != CR_PARAM || !param->decay || param->shape.rank < 2)
            continue;
        int64_t columns = param->shape.dims[param->shape.rank - 1];
        struct cr_max_norm_args args = {.batch = 1,
                                        .rows = param->count / columns,
                                        .columns = columns,
                                        .most = optimizer->refine.max_norm,
                                        .w = cr_update_at(update, update->w, param->offset)};
        CR_TRY(CR_UPDATE(update, max_norm, args, err));
    }
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------- in use
 */

void cr_optimizer_gather(struct cr_optimizer *optimizer, struct cr_plan *plan, const struct cr_feed *feed)
{
    optimizer->mix = (struct cr_mix_rates){.keep = optimizer->samples > 0, .share = (double)feed->count};
    cr_plan_run_and(plan, feed, optimizer->gathering);
    optimizer->samples += feed->count;
}

void cr_optimizer_average(struct cr_optimizer *optimizer, double keep, double share)
{
    optimizer->mix = (struct cr_mix_rates){.keep = keep, .share = share};
    cr_steps_run(optimizer->averaging);
}

void cr_optimizer_swap(struct cr_optimizer *optimizer)
{
    const struct cr_params *params = optimizer->params;
    size_t size = (size_t)params->total * cr_dtype_size(params->dtype);
    unsigned char *a = params->values, *b = optimizer->average;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}
