/*
 * cosine: half a wave from 1 down to `final` over the whole training (Loshchilov & Hutter 2017, without restarts).
 *
 *     final + (1 - final) (1 + cos(pi time / epochs)) / 2
 */
#include <math.h>

#include "train/schedule.h"

struct cosine {
    double warmup, final;
};

static const struct cr_option options[] = {
    CR_FLOAT("final", struct cosine, final, .min = 0, .max = 1, .help = "factor at the end"),
    CR_SCHEDULE_WARMUP(struct cosine),
    {0},
};

static double factor(const void *values, double time, double epochs)
{
    const struct cosine *o = values;
    return o->final + (1 - o->final) * 0.5 * (1 + cos(M_PI * time / epochs));
}

const struct cr_schedule cr_schedule_cosine = {
    .entry = {.name = "cosine",
              .help = "half a cosine down to the end (Loshchilov and Hutter 2017)",
              .options = options},
    .factor = factor,
};
