/*
 * adagrad (Duchi et al. 2011): steps divided by the root of the sum of all squares so far, so that what rarely has a
 * gradient moves far. The steps become ever shorter.
 *
 *     v += g^2;  w -= lr g / (sqrt(v) + epsilon)
 */
#include "train/optimizer.h"

struct adagrad {
    double lr, epsilon, weight_decay;
    int decay;
};

static const struct cr_option options[] = {
    CR_OPTIMIZER_LR(struct adagrad, 1e-2),
    CR_FLOAT("epsilon", struct adagrad, epsilon, .min = 1e-16, .max = 1, .def = 1e-10, .log = true,
             .help = "keeps the division from zero"),
    CR_OPTIMIZER_DECAY(struct adagrad),
    {0},
};

static void set_rates(const void *values, double lr, int64_t step, void *rates)
{
    const struct adagrad *o = values;
    (void)step;
    *(struct cr_rmsprop_rates *)rates = (struct cr_rmsprop_rates){.lr = lr,
                                                                  .memory = 1,
                                                                  .fresh = 1,
                                                                  .epsilon = o->epsilon,
                                                                  .decay = o->weight_decay,
                                                                  .decoupled = o->decay == CR_DECAY_DECOUPLED};
}

static enum cr_status emit(struct cr_update *update, struct cr_error *err)
{
    struct cr_rmsprop_args args = {.batch = 1,
                                   .count = update->count,
                                   .decayed = update->decayed,
                                   .rates = update->rates,
                                   .w = update->w,
                                   .v = update->slots[0],
                                   .g = update->g};
    return CR_UPDATE(update, rmsprop, args, err);
}

const struct cr_optimizer_kind cr_optimizer_adagrad = {
    .entry = {.name = "adagrad",
              .help = "steps divided by the root of all squares so far (Duchi et al. 2011)",
              .options = options},
    .slots = {"square"},
    .rates_size = sizeof(struct cr_rmsprop_rates),
    .set_rates = set_rates,
    .emit = emit,
};
