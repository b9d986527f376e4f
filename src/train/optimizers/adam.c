/*
 * adam (Kingma & Ba 2015): a step of about lr in each number, whatever the scale of its gradients.
 *
 *     m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
 *     w -= lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * With decay: decoupled it is adamw.
 */
#include <math.h>

#include "train/optimizers/adam.h"

static const struct cr_option options[] = {
    CR_ADAM_OPTIONS(0, CR_DECAY_CLASSIC),
    {0},
};

void cr_adam_set_rates(const void *values, double lr, int64_t step, void *rates)
{
    const struct cr_adam *o = values;
    *(struct cr_adam_rates *)rates = (struct cr_adam_rates){.lr = lr,
                                                            .beta1 = o->beta1,
                                                            .beta2 = o->beta2,
                                                            .epsilon = o->epsilon,
                                                            .decay = o->weight_decay,
                                                            .correction1 = 1 - pow(o->beta1, (double)step),
                                                            .correction2 = 1 - pow(o->beta2, (double)step),
                                                            .decoupled = o->decay == CR_DECAY_DECOUPLED};
}

enum cr_status cr_adam_emit(struct cr_update *update, struct cr_error *err)
{
    struct cr_adam_args args = {.batch = 1,
                                .count = update->count,
                                .decayed = update->decayed,
                                .rates = update->rates,
                                .w = update->w,
                                .m = update->slots[0],
                                .v = update->slots[1],
                                .g = update->g};
    return CR_UPDATE(update, adam, args, err);
}

const struct cr_optimizer_kind cr_optimizer_adam = {
    .entry = {.name = "adam",
              .help = "adaptive steps (Kingma and Ba 2015); AdamW with decay: decoupled",
              .options = options},
    .slots = {"mean", "square"},
    .rates_size = sizeof(struct cr_adam_rates),
    .set_rates = cr_adam_set_rates,
    .emit = cr_adam_emit,
};
