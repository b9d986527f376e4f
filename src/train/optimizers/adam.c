/*
 * adam (Kingma & Ba 2015): a step of about lr in each number, whatever the scale of its gradients.
 *
 *     m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
 *     w -= lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * With decay: decoupled it is AdamW (Loshchilov & Hutter 2019).
 */
#include <math.h>

#include "train/optimizer.h"

struct adam {
    double lr, beta1, beta2, epsilon, weight_decay;
    int decay;
};

static const struct cr_option options[] = {
    CR_OPTIMIZER_LR(struct adam, 1e-3),
    CR_FLOAT("beta1", struct adam, beta1, .min = 0, .max = 0.99999, .def = 0.9,
             .help = "memory of the gradient's mean"),
    CR_FLOAT("beta2", struct adam, beta2, .min = 0, .max = 0.9999999, .def = 0.999,
             .help = "memory of the gradient's square"),
    CR_FLOAT("epsilon", struct adam, epsilon, .min = 1e-16, .max = 1, .def = 1e-8, .log = true,
             .help = "keeps the division from zero"),
    CR_OPTIMIZER_DECAY(struct adam),
    {0},
};

static void set_rates(const void *values, double lr, int64_t step, void *rates)
{
    const struct adam *o = values;
    *(struct cr_adam_rates *)rates = (struct cr_adam_rates){.lr = lr,
                                                            .beta1 = o->beta1,
                                                            .beta2 = o->beta2,
                                                            .epsilon = o->epsilon,
                                                            .decay = o->weight_decay,
                                                            .correction1 = 1 - pow(o->beta1, (double)step),
                                                            .correction2 = 1 - pow(o->beta2, (double)step),
                                                            .decoupled = o->decay == CR_DECAY_DECOUPLED};
}

static enum cr_status emit(const struct cr_update *update, struct cr_error *err)
{
    struct cr_adam_args args = {.batch = 1,
                                .count = update->count,
                                .decayed = update->decayed,
                                .rates = update->rates,
                                .w = update->w,
                                .m = update->slots[0],
                                .v = update->slots[1],
                                .g = update->g};
    return cr_steps_add(update->steps, &update->kernels->adam, &args, sizeof args, NULL, &update->info, err);
}

const struct cr_optimizer_kind cr_optimizer_adam = {
    .entry = {.name = "adam",
              .help = "adaptive steps (Kingma and Ba 2015); AdamW with decay: decoupled",
              .options = options},
    .slots = {"mean", "square"},
    .rates_size = sizeof(struct cr_adam_rates),
    .set_rates = set_rates,
    .emit = emit,
};
