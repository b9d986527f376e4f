/*
 * linear: a straight line from 1 to `final` over the whole training.
 *
 *     1 + (final - 1) time / epochs
 */
#include "train/schedule.h"

struct linear {
    double warmup, final;
};

static const struct cr_option options[] = {
    CR_FLOAT("final", struct linear, final, .min = 0, .max = 1, .help = "factor at the end"),
    CR_SCHEDULE_WARMUP(struct linear),
    {0},
};

static double factor(const void *values, double time, double epochs)
{
    const struct linear *o = values;
    return 1 + (o->final - 1) * time / epochs;
}

const struct cr_schedule cr_schedule_linear = {
    .entry = {.name = "linear", .help = "falls along a straight line to the end", .options = options},
    .factor = factor,
};
