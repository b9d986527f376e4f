/*
 * asha: asynchronous successive halving (Li et al. 2020). At the rungs, steps first, first r, first r^2, ..., a trial
 * goes on only if it is among the best 1/r of those that have been at the rung.
 */
#include "tune/pruner.h"

#include <math.h>

struct asha {
    int64_t first, reduction;
};

static const struct cr_option options[] = {
    CR_INT("first", struct asha, first, .min = 1, .max = 1e9, .def = 1, .help = "the step of the first rung"),
    CR_INT("reduction", struct asha, reduction, .min = 2, .max = 100, .def = 3,
           .help = "of so many trials at a rung one goes on; the next rung is as many times later"),
    {0},
};

static bool is_rung(const struct asha *o, int64_t step)
{
    int64_t rung = o->first;
    while (rung < step && rung <= INT64_MAX / o->reduction)
        rung *= o->reduction;
    return rung == step;
}

static enum cr_status decide(const struct cr_pruner_call *call, bool *prune, struct cr_error *err)
{
    const struct asha *o = call->options;
    int64_t step = call->own->reports[call->own->report_count - 1].step, better = 0, all = 1;
    (void)err;
    *prune = false;
    if (!is_rung(o, step))
        return CR_OK;
    double own = cr_pruner_at(call, call->own, step);
    for (int64_t i = 0; i < call->count; i++) {
        double loss = cr_pruner_at(call, &call->trials[i], step);
        all += !isnan(loss);
        better += loss < own;
    }
    /* The first trials at a rung are all among the best of few: they go on. */
    *prune = better >= (all + o->reduction - 1) / o->reduction;
    return CR_OK;
}

const struct cr_pruner cr_pruner_asha = {
    .entry = {.name = "asha",
              .help = "asynchronous successive halving: the best part of a rung goes on (Li et al. 2020)",
              .options = options},
    .decide = decide,
};
