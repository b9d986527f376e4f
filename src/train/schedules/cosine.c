/*
 * cosine: half a wave from 1 down to `final` over the whole training, or over `restart` epochs, then from 1 again over
 * `multiply` times as many, and so on (SGDR, Loshchilov & Hutter 2017).
 *
 *     final + (1 - final) (1 + cos(pi time / length)) / 2, time since the last restart
 */
#include <math.h>
#include <stdio.h>

#include "train/schedule.h"

struct cosine {
    double warmup, final, restart, multiply;
};

static const struct cr_option options[] = {
    CR_FLOAT("final", struct cosine, final, .min = 0, .max = 1, .help = "factor at the end of a wave"),
    CR_FLOAT("restart", struct cosine, restart, .min = 0, .max = 1e6, .help = "epochs of the first wave; 0: all"),
    CR_FLOAT("multiply", struct cosine, multiply, .min = 1, .max = 100, .def = 1,
             .help = "how many times as long each wave is as the one before"),
    CR_SCHEDULE_WARMUP(struct cosine),
    {0},
};

static enum cr_status check(const void *values, struct cr_error *err)
{
    const struct cosine *o = values;
    if (o->multiply > 1 && o->restart == 0)
        return cr_fail(err, CR_ERROR_CONFIG, "multiply: %g needs `restart`, the epochs of the first wave", o->multiply);
    return CR_OK;
}

static double factor(const void *values, double time, double epochs)
{
    const struct cosine *o = values;
    double length = o->restart > 0 ? o->restart : epochs;
    if (o->restart > 0 && o->multiply == 1)
        time = fmod(time, length);
    for (; o->multiply > 1 && time >= length; length *= o->multiply)
        time -= length;
    return o->final + (1 - o->final) * 0.5 * (1 + cos(M_PI * time / length));
}

static bool doubt(const void *values, double epochs, char *text, size_t size)
{
    const struct cosine *o = values;
    snprintf(text, size, "the first wave has %g epochs", o->restart);
    return o->restart > epochs;
}

const struct cr_schedule cr_schedule_cosine = {
    .entry = {.name = "cosine",
              .help = "half a cosine down to the end, with restarts (Loshchilov and Hutter 2017)",
              .options = options},
    .check = check,
    .doubt = doubt,
    .factor = factor,
};
