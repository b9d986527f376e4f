/*
 * f1: the mean over the classes of F1 = 2 tp / (2 tp + fp + fn), the harmonic mean of precision tp / (tp + fp) and
 * recall tp / (tp + fn): rare classes count as much as others (macro average). A class that is neither among the
 * samples nor among the answers is left out.
 */
#include <math.h>

#include "model/metric.h"

enum { HIT, FALSE_ALARM, MISS, BY_CLASS };

static void add(double *sums, const struct cr_answer *answer)
{
    int64_t answered = cr_answer_class(answer);
    if (answered == answer->label) {
        sums[answered * BY_CLASS + HIT]++;
    } else {
        sums[answered * BY_CLASS + FALSE_ALARM]++;
        sums[answer->label * BY_CLASS + MISS]++;
    }
}

static double value(const double *sums, int64_t classes)
{
    double sum = 0, count = 0;
    for (int64_t c = 0; c < classes; c++, sums += BY_CLASS) {
        double all = 2 * sums[HIT] + sums[FALSE_ALARM] + sums[MISS];
        if (all > 0) {
            sum += 2 * sums[HIT] / all;
            count++;
        }
    }
    return count > 0 ? sum / count : NAN;
}

const struct cr_metric cr_metric_f1 = {
    .entry = {.name = "f1", .help = "mean over the classes of the harmonic mean of precision and recall (macro F1)"},
    .share = true,
    .by_class = BY_CLASS,
    .add = add,
    .value = value,
};
