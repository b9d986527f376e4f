/*
 * median: a trial ends where the best that it has reported is worse than the median of what complete trials had
 * reported at that step (Golovin et al. 2017, Google Vizier: the median stopping rule).
 */
#include "tune/pruner.h"

#include <math.h>
#include <stdlib.h>

struct median {
    int64_t trials, warmup;
};

static const struct cr_option options[] = {
    CR_INT("trials", struct median, trials, .min = 1, .max = 1e6, .def = 5,
           .help = "complete trials before any is ended"),
    CR_INT("warmup", struct median, warmup, .min = 0, .max = 1e9, .def = 1,
           .help = "no trial is ended at this step or before"),
    {0},
};

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static enum cr_status decide(const struct cr_pruner_call *call, bool *prune, struct cr_error *err)
{
    const struct median *o = call->options;
    int64_t step = call->own->reports[call->own->report_count - 1].step, count = 0;
    *prune = false;
    if (step <= o->warmup)
        return CR_OK;
    double *losses = malloc((size_t)(call->count + 1) * sizeof *losses);
    if (!losses)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < call->count; i++) {
        double loss =
            call->trials[i].state == CR_TRIAL_COMPLETE ? cr_pruner_at(call, &call->trials[i], step) : (double)NAN;
        if (!isnan(loss))
            losses[count++] = loss;
    }
    if (count >= o->trials) {
        qsort(losses, (size_t)count, sizeof *losses, by_size);
        double middle = count % 2 ? losses[count / 2] : (losses[count / 2 - 1] + losses[count / 2]) / 2;
        *prune = cr_pruner_best(call, call->own, step) > middle;
    }
    free(losses);
    return CR_OK;
}

const struct cr_pruner cr_pruner_median = {
    .entry = {.name = "median",
              .help = "ends a trial that is worse than the median at the same step (Golovin et al. 2017)",
              .options = options},
    .decide = decide,
};
