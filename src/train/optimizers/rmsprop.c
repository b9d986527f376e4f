/*
 * rmsprop (Tieleman & Hinton 2012): steps divided by the root of a running mean of the gradient's square.
 *
 *     v = beta v + (1 - beta) g^2;  m = momentum m + g / (sqrt(v) + epsilon);  w -= lr m
 *
 * Centered (Graves 2013) by the root of the variance, v - mean^2 with mean = beta mean + (1 - beta) g, in v's place.
 */
#include "train/optimizer.h"

struct rmsprop {
    double lr, beta, epsilon, momentum;
    bool centered;
    double weight_decay;
    int decay;
};

static const struct cr_option options[] = {
    CR_OPTIMIZER_LR(struct rmsprop, 1e-3),
    CR_FLOAT("beta", struct rmsprop, beta, .min = 0, .max = 0.9999999, .def = 0.99,
             .help = "memory of the gradient's square"),
    CR_FLOAT("epsilon", struct rmsprop, epsilon, .min = 1e-16, .max = 1, .def = 1e-8, .log = true,
             .help = "keeps the division from zero"),
    CR_FLOAT("momentum", struct rmsprop, momentum, .min = 0, .max = 0.99999,
             .help = "share of the last update that goes on; 0: none"),
    CR_BOOL("centered", struct rmsprop, centered,
            .help = "steps divided by the gradient's standard deviation (Graves 2013)"),
    CR_OPTIMIZER_DECAY(struct rmsprop),
    {0},
};

static int slots_used(const void *values)
{
    const struct rmsprop *o = values;
    return o->centered ? 3 : o->momentum > 0 ? 2 : 1;
}

static void set_rates(const void *values, double lr, int64_t step, void *rates)
{
    const struct rmsprop *o = values;
    (void)step;
    *(struct cr_rmsprop_rates *)rates = (struct cr_rmsprop_rates){.lr = lr,
                                                                  .memory = o->beta,
                                                                  .fresh = 1 - o->beta,
                                                                  .epsilon = o->epsilon,
                                                                  .momentum = o->momentum,
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
                                   .m = update->slots[1],
                                   .v = update->slots[0],
                                   .mean = update->slots[2],
                                   .g = update->g};
    return CR_UPDATE(update, rmsprop, args, err);
}

const struct cr_optimizer_kind cr_optimizer_rmsprop = {
    .entry = {.name = "rmsprop",
              .help = "steps divided by the gradient's root mean square (Tieleman and Hinton 2012)",
              .options = options},
    .slots = {"square", "momentum", "mean"},
    .slots_used = slots_used,
    .rates_size = sizeof(struct cr_rmsprop_rates),
    .set_rates = set_rates,
    .emit = emit,
};
