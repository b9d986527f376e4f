/*
 * sgd: stochastic gradient descent with momentum (Polyak 1964), or Nesterov's (Sutskever et al. 2013).
 *
 *     m = momentum m + g;  w -= lr m        nesterov: w -= lr (g + momentum m)
 */
#include "train/optimizer.h"

struct sgd {
    double lr, momentum;
    bool nesterov;
    double weight_decay;
    int decay;
};

static const struct cr_option options[] = {
    CR_OPTIMIZER_LR(struct sgd, 0.1),
    CR_FLOAT("momentum", struct sgd, momentum, .min = 0, .max = 0.99999, .def = 0.9,
             .help = "share of the last update that goes on; 0: none"),
    CR_BOOL("nesterov", struct sgd, nesterov, .help = "looks ahead along the momentum"),
    CR_OPTIMIZER_DECAY(struct sgd),
    {0},
};

static int slots_used(const void *values)
{
    const struct sgd *o = values;
    return o->momentum > 0;
}

static void set_rates(const void *values, double lr, int64_t step, void *rates)
{
    const struct sgd *o = values;
    (void)step;
    *(struct cr_sgd_rates *)rates = (struct cr_sgd_rates){.lr = lr,
                                                          .momentum = o->momentum,
                                                          .decay = o->weight_decay,
                                                          .nesterov = o->nesterov,
                                                          .decoupled = o->decay == CR_DECAY_DECOUPLED};
}

static enum cr_status emit(struct cr_update *update, struct cr_error *err)
{
    const struct sgd *o = update->options;
    struct cr_sgd_args args = {.batch = 1,
                               .count = update->count,
                               .decayed = update->decayed,
                               .rates = update->rates,
                               .w = update->w,
                               .m = update->slots[0],
                               .g = update->g};
    if (o->nesterov && o->momentum == 0)
        return cr_fail(err, CR_ERROR_CONFIG, "nesterov: true needs a momentum above 0");
    return CR_UPDATE(update, sgd, args, err);
}

const struct cr_optimizer_kind cr_optimizer_sgd = {
    .entry = {.name = "sgd",
              .help = "gradient descent with momentum (Polyak 1964; Sutskever et al. 2013)",
              .options = options},
    .slots = {"momentum"},
    .slots_used = slots_used,
    .rates_size = sizeof(struct cr_sgd_rates),
    .set_rates = set_rates,
    .emit = emit,
};
