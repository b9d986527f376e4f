/*
 * inverse: 1 / (1 + decay time), also called 1/t decay.
 */
#include "train/schedule.h"

struct inverse {
    double warmup, decay;
};

static const struct cr_option options[] = {
    CR_FLOAT("decay", struct inverse, decay, .min = 0, .max = 1e6, .def = 0.1, .log = true,
             .help = "after 1 / decay epochs the rate is halved"),
    CR_SCHEDULE_WARMUP(struct inverse),
    {0},
};

static double factor(const void *values, double time, double epochs)
{
    const struct inverse *o = values;
    (void)epochs;
    return 1 / (1 + o->decay * time);
}

const struct cr_schedule cr_schedule_inverse = {
    .entry = {.name = "inverse", .help = "1 / (1 + decay t), with t in epochs", .options = options},
    .factor = factor,
};
