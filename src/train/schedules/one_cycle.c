/*
 * one-cycle: up from `first` to the full rate at the share `peak` of the training, then down to `last` (Smith & Topin
 * 2018). The base rate is the highest one, and may be several times what a constant rate could be. The momentum does
 * not move along.
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
};

static const struct cr_name shapes[] = {{"cosine", COSINE}, {"linear", LINEAR}, {0}};

static const struct cr_option options[] = {
    CR_FLOAT("peak", struct one_cycle, peak, .min = 0.001, .max = 0.999, .def = 0.3,
             .help = "share of the training after which the rate is highest"),
    CR_FLOAT("first", struct one_cycle, first, .min = 1e-6, .max = 1, .def = 0.04, .help = "factor at the beginning"),
    CR_FLOAT("last", struct one_cycle, last, .min = 0, .max = 1, .def = 4e-6, .help = "factor at the end"),
    CR_CHOICE("shape", struct one_cycle, shape, .def = COSINE, .names = shapes, .help = "of both ways"),
    CR_SCHEDULE_WARMUP(struct one_cycle),
    {0},
};

static double factor(const void *values, double time, double epochs)
{
    const struct one_cycle *o = values;
    double middle = o->peak * epochs;
    double from = time < middle ? o->first : 1, to = time < middle ? 1 : o->last;
    double share = time < middle ? time / middle : (time - middle) / (epochs - middle);
    return from + (to - from) * (o->shape == LINEAR ? share : 0.5 * (1 - cos(M_PI * share)));
}

const struct cr_schedule cr_schedule_one_cycle = {
    .entry = {.name = "one-cycle",
              .help = "up to the full rate, then down to almost nothing (Smith and Topin 2018)",
              .options = options},
    .factor = factor,
};
