/*
 * lamb (You et al. 2020): adam's step, made as long in each weight tensor as a share lr of the tensor, for very large
 * batches. Biases and norms are neither decayed nor adapted: theirs is adam's step.
 *
 *     r = (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon) + decay w;  w -= lr |w| / |r| r
 */
#include <math.h>

#include "train/optimizer.h"

struct lamb {
    double lr, beta1, beta2, epsilon, weight_decay;
};

static const struct cr_option options[] = {
    CR_OPTIMIZER_LR(struct lamb, 1e-3),
    CR_FLOAT("beta1", struct lamb, beta1, .min = 0, .max = 0.99999, .def = 0.9,
             .help = "memory of the gradient's mean"),
    CR_FLOAT("beta2", struct lamb, beta2, .min = 0, .max = 0.9999999, .def = 0.999,
             .help = "memory of the gradient's square"),
    CR_FLOAT("epsilon", struct lamb, epsilon, .min = 1e-16, .max = 1, .def = 1e-6, .log = true,
             .help = "keeps the division from zero"),
    CR_OPTIMIZER_WEIGHT_DECAY(struct lamb, 0.01),
    {0},
};

static void set_rates(const void *values, double lr, int64_t step, void *rates)
{
    const struct lamb *o = values;
    *(struct cr_lamb_rates *)rates = (struct cr_lamb_rates){.lr = lr,
                                                            .beta1 = o->beta1,
                                                            .beta2 = o->beta2,
                                                            .epsilon = o->epsilon,
                                                            .decay = o->weight_decay,
                                                            .correction1 = 1 - pow(o->beta1, (double)step),
                                                            .correction2 = 1 - pow(o->beta2, (double)step)};
}

static enum cr_status add(struct cr_update *update, int64_t offset, int64_t count, bool adapt, struct cr_error *err)
{
    struct cr_lamb_args args = {.batch = 1,
                                .count = count,
                                .adapt = adapt,
                                .rates = update->rates,
                                .w = cr_update_at(update, update->w, offset),
                                .m = cr_update_at(update, update->slots[0], offset),
                                .v = cr_update_at(update, update->slots[1], offset),
                                .g = cr_update_at(update, update->g, offset)};
    return CR_UPDATE(update, lamb, args, err);
}

static enum cr_status emit(struct cr_update *update, struct cr_error *err)
{
    const struct cr_params *params = update->params;
    for (int i = 0; i < params->count; i++)
        if (params->items[i].kind == CR_PARAM && params->items[i].decay)
            CR_TRY(add(update, params->items[i].offset, params->items[i].count, true, err));
    if (update->count == update->decayed)
        return CR_OK;
    return add(update, update->decayed, update->count - update->decayed, false, err);
}

const struct cr_optimizer_kind cr_optimizer_lamb = {
    .entry = {.name = "lamb",
              .help = "adam's step as long as a share of the weights, for large batches (You et al. 2020)",
              .options = options},
    .slots = {"mean", "square"},
    .rates_size = sizeof(struct cr_lamb_rates),
    .set_rates = set_rates,
    .emit = emit,
};
