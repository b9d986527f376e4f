/*
 * f1-micro: F1 = 2 tp / (2 tp + fp + fn) over the answers yes or no to all outputs of all samples together. Of what is
 * rarely yes, `hamming` is high even when nothing is found; this one is not. Where there is no yes at all, it is 1.
 */
#include <math.h>

#include "model/metric.h"

enum { HITS, WRONG, COUNT, SUMS };

static void add(double *sums, const struct cr_answer *answer)
{
    for (int64_t k = 0; k < answer->classes; k++) {
        bool right = cr_answer_is_right(answer, k);
        sums[HITS] += right && cr_answer_is_yes(answer, k);
        sums[WRONG] += !right;
    }
    sums[COUNT]++;
}

static double value(const double *sums, int64_t classes)
{
    (void)classes;
    double all = 2 * sums[HITS] + sums[WRONG];
    if (sums[COUNT] == 0)
        return NAN;
    return all > 0 ? 2 * sums[HITS] / all : 1;
}

const struct cr_metric cr_metric_f1_micro = {
    .entry = {.name = "f1-micro", .help = "harmonic mean of precision and recall over all answers yes or no together"},
    .share = true,
    .sums = SUMS,
    .add = add,
    .value = value,
};
