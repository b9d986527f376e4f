/*
 * r2: the share of the targets' spread that is explained, 1 - sum (x - t)^2 / sum (t - mean t)^2 over all outputs of
 * all samples. 1 is perfect, 0 as good as always answering the mean, below 0 worse. Where all targets are the same
 * nothing can be explained: 1 where they are met, else 0.
 */
#include <math.h>

#include "model/metric.h"

enum { COUNT, TARGETS, SQUARES, ERRORS, SUMS }; /* n, sums of t, t^2, (x - t)^2 */
_Static_assert((int)SUMS <= (int)CR_FIRST_SUMS, "it is the first metric of losses");

static void add(double *sums, const struct cr_answer *answer)
{
    for (int64_t k = 0; k < answer->classes; k++) {
        double t = cr_answer_target(answer, k), error = cr_answer_output(answer, k) - t;
        sums[TARGETS] += t;
        sums[SQUARES] += t * t;
        sums[ERRORS] += error * error;
    }
    sums[COUNT] += (double)answer->classes;
}

static double value(const double *sums, int64_t classes)
{
    (void)classes;
    if (sums[COUNT] == 0)
        return NAN;
    double spread = sums[SQUARES] - sums[TARGETS] * sums[TARGETS] / sums[COUNT];
    return spread > 0 ? 1 - sums[ERRORS] / spread : sums[ERRORS] == 0;
}

const struct cr_metric cr_metric_r2 = {
    .entry = {.name = "r2",
              .help = "share of the targets' spread that is explained (R^2); 0: no better than their mean"},
    .sums = SUMS,
    .add = add,
    .value = value,
};
