/*
 * one-cycle: up from `first` to the full rate at the share `peak` of the training, then down to `last` (Smith & Topin
 * 2018). The base rate is the highest one, and may be several times what a constant rate could be. With `momentum:
 * [low, high]` the optimizer's momentum (adam's beta1) goes the other way: from high to low at the peak and back.
 *
 *     a + (b - a) s             shape: linear, s is the share of the way from a to b
 *     a + (b - a) (1 - cos(pi s)) / 2      shape: cosine
 */
#include <math.h>

#include "train/schedule.h"

enum { COSINE, LINEAR };

struct one_cycle {
    double warmup, peak, first, last;
    int shape;
    struct cr_list momentum;
};

static const struct cr_name shapes[] = {{"cosine", COSINE}, {"linear", LINEAR}, {0}};

static const struct cr_option options[] = {
    CR_FLOAT("peak", struct one_cycle, peak, .min = 0.001, .max = 0.999, .def = 0.3,
             .help = "share of the training after which the rate is highest"),
    CR_FLOAT("first", struct one_cycle, first, .min = 1e-6, .max = 1, .def = 0.04, .help = "factor at the beginning"),
    CR_FLOAT("last", struct one_cycle, last, .min = 0, .max = 1, .def = 4e-6, .help = "factor at the end"),
    CR_CHOICE("shape", struct one_cycle, shape, .def = COSINE, .names = shapes, .help = "of both ways"),
    CR_LIST("momentum", struct one_cycle, momentum, .min = 0.01, .max = 0.9999,
            .help = "[low, high]: the momentum at the peak and at both ends; default: the optimizer's own"),
    CR_SCHEDULE_WARMUP(struct one_cycle),
    {0},
};

static enum cr_status check(const void *values, struct cr_error *err)
{
    const struct one_cycle *o = values;
    const double *ends = o->momentum.items;
    if (o->momentum.count == 0 || (o->momentum.count == 2 && ends[0] <= ends[1]))
        return CR_OK;
    return cr_fail(err, CR_ERROR_CONFIG, "momentum: expected the lowest and the highest, [0.85, 0.95]");
}

/* From `first` to `peak` in the middle, then to `last`. */
static double way(const struct one_cycle *o, double time, double epochs, double first, double peak, double last)
{
    double middle = o->peak * epochs;
    double from = time < middle ? first : peak, to = time < middle ? peak : last;
    double share = time < middle ? time / middle : (time - middle) / (epochs - middle);
    return from + (to - from) * (o->shape == LINEAR ? share : 0.5 * (1 - cos(M_PI * share)));
}

static double factor(const void *values, double time, double epochs)
{
    const struct one_cycle *o = values;
    return way(o, time, epochs, o->first, 1, o->last);
}

static bool momentum(const void *values, double time, double epochs, double *value)
{
    const struct one_cycle *o = values;
    const double *ends = o->momentum.items;
    if (o->momentum.count > 0)
        *value = way(o, time, epochs, ends[1], ends[0], ends[1]);
    return o->momentum.count > 0;
}

const struct cr_schedule cr_schedule_one_cycle = {
    .entry = {.name = "one-cycle",
              .help = "up to the full rate, then down to almost nothing (Smith and Topin 2018)",
              .options = options},
    .check = check,
    .factor = factor,
    .momentum = momentum,
};
