/*
 * rmse: the root of the mean squared error (x - t)^2 over all outputs of all samples, in the unit of the targets.
 */
#include <math.h>

#include "model/metric.h"

enum { ERRORS, COUNT, SUMS };

static void add(double *sums, const struct cr_answer *answer)
{
    for (int64_t k = 0; k < answer->classes; k++) {
        double error = cr_answer_output(answer, k) - cr_answer_target(answer, k);
        sums[ERRORS] += error * error;
    }
    sums[COUNT] += (double)answer->classes;
}

static double value(const double *sums, int64_t classes)
{
    (void)classes;
    return sums[COUNT] > 0 ? sqrt(sums[ERRORS] / sums[COUNT]) : NAN;
}

const struct cr_metric cr_metric_rmse = {
    .entry = {.name = "rmse", .help = "root of the mean squared error, in the unit of the targets"},
    .sums = SUMS,
    .add = add,
    .value = value,
};
