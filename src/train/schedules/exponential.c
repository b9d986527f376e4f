/*
 * exponential: gamma^time, a fall by the same factor each epoch.
 */
#include <math.h>

#include "train/schedule.h"

struct exponential {
    double warmup, gamma;
};

static const struct cr_option options[] = {
    CR_FLOAT("gamma", struct exponential, gamma, .min = 1e-3, .max = 1, .def = 0.95, .help = "factor of each epoch"),
    CR_SCHEDULE_WARMUP(struct exponential),
    {0},
};

static double factor(const void *values, double time, double epochs)
{
    const struct exponential *o = values;
    (void)epochs;
    return pow(o->gamma, time);
}

const struct cr_schedule cr_schedule_exponential = {
    .entry = {.name = "exponential", .help = "falls by the same factor each epoch", .options = options},
    .factor = factor,
};
