/*
 * step: the rate falls by a factor at given epochs, or every so many.
 *
 *     gamma^k, k = how many of the epochs `at` are over, or floor(time / every)
 */
#include <math.h>
#include <stdio.h>

#include "train/schedule.h"

struct step {
    double warmup;
    struct cr_list at;
    double every, gamma;
};

static const struct cr_option options[] = {
    CR_LIST("at", struct step, at, .min = 0, .max = 1e6, .help = "epochs after which the rate falls: [60, 80]"),
    CR_FLOAT("every", struct step, every, .min = 0, .max = 1e6, .help = "epochs between two falls, instead of `at`"),
    CR_FLOAT("gamma", struct step, gamma, .min = 1e-6, .max = 1, .def = 0.1, .help = "factor of each fall"),
    CR_SCHEDULE_WARMUP(struct step),
    {0},
};

static enum cr_status check(const void *values, struct cr_error *err)
{
    const struct step *o = values;
    if ((o->at.count > 0) == (o->every > 0))
        return cr_fail(err, CR_ERROR_CONFIG, "expected one of `at: [60, 80]` and `every: 30`, found %s",
                       o->every > 0 ? "both" : "neither");
    return CR_OK;
}

static double factor(const void *values, double time, double epochs)
{
    const struct step *o = values;
    (void)epochs;
    double falls = o->every > 0 ? floor(time / o->every) : 0;
    for (int64_t i = 0; i < o->at.count; i++)
        falls += time >= o->at.items[i];
    return pow(o->gamma, falls);
}

static bool doubt(const void *values, double epochs, char *text, size_t size)
{
    const struct step *o = values;
    double last = o->every;
    for (int64_t i = 0; i < o->at.count; i++)
        last = fmax(last, o->at.items[i]);
    snprintf(text, size, "the rate would fall after epoch %g", last);
    return last >= epochs;
}

const struct cr_schedule cr_schedule_step = {
    .entry = {.name = "step", .help = "falls by a factor at given epochs", .options = options},
    .check = check,
    .doubt = doubt,
    .factor = factor,
};
