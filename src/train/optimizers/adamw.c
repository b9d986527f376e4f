/*
 * adamw: adam with decoupled weight decay (Loshchilov & Hutter 2019).
 */
#include "train/optimizers/adam.h"

static const struct cr_option options[] = {
    CR_ADAM_OPTIONS(0.01, CR_DECAY_DECOUPLED),
    {0},
};

const struct cr_optimizer_kind cr_optimizer_adamw = {
    .entry = {.name = "adamw",
              .help = "adam with decoupled weight decay (Loshchilov and Hutter 2019)",
              .options = options},
    .slots = {"mean", "square"},
    .rates_size = sizeof(struct cr_adam_rates),
    .set_rates = cr_adam_set_rates,
    .emit = cr_adam_emit,
};
