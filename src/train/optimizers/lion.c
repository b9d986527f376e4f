/*
 * lion (Chen et al. 2023): every number moves by lr, in the direction of a mean of its gradients. Half the state of
 * adam.
 *
 *     w -= lr (sign(beta1 m + (1 - beta1) g) + decay w);  m = beta2 m + (1 - beta2) g
 *
 * Its rates are 3 to 10 times lower than adam's, and its decay as much higher.
 */
#include "train/optimizer.h"

struct lion {
    double lr, beta1, beta2, weight_decay;
    int decay;
};

static const struct cr_option options[] = {
    CR_OPTIMIZER_LR(struct lion, 1e-4),
    CR_FLOAT("beta1", struct lion, beta1, .min = 0, .max = 0.99999, .def = 0.9,
             .help = "weight of the memory in the direction of a step"),
    CR_FLOAT("beta2", struct lion, beta2, .min = 0, .max = 0.9999999, .def = 0.99,
             .help = "memory of the gradient's mean"),
    CR_OPTIMIZER_DECAY_AS(struct lion, 0, CR_DECAY_DECOUPLED),
    {0},
};

static void set_rates(const void *values, double lr, int64_t step, void *rates)
{
    const struct lion *o = values;
    (void)step;
    *(struct cr_lion_rates *)rates = (struct cr_lion_rates){.lr = lr,
                                                            .beta1 = o->beta1,
                                                            .beta2 = o->beta2,
                                                            .decay = o->weight_decay,
                                                            .decoupled = o->decay == CR_DECAY_DECOUPLED};
}

static enum cr_status emit(struct cr_update *update, struct cr_error *err)
{
    struct cr_lion_args args = {.batch = 1,
                                .count = update->count,
                                .decayed = update->decayed,
                                .rates = update->rates,
                                .w = update->w,
                                .m = update->slots[0],
                                .g = update->g};
    return CR_UPDATE(update, lion, args, err);
}

const struct cr_optimizer_kind cr_optimizer_lion = {
    .entry = {.name = "lion", .help = "the sign of a mean of gradients (Chen et al. 2023)", .options = options},
    .slots = {"mean"},
    .rates_size = sizeof(struct cr_lion_rates),
    .set_rates = set_rates,
    .emit = emit,
};
