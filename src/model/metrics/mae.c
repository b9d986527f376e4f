/*
 * mae: the mean absolute error |x - t| over all outputs of all samples, in the unit of the targets.
 */
#include <math.h>

#include "model/metric.h"

enum { ERRORS, COUNT, SUMS };

static void add(double *sums, const struct cr_answer *answer)
{
    for (int64_t k = 0; k < answer->classes; k++)
        sums[ERRORS] += fabs(cr_answer_output(answer, k) - cr_answer_target(answer, k));
    sums[COUNT] += (double)answer->classes;
}

const struct cr_metric cr_metric_mae = {
    .entry = {.name = "mae", .help = "mean absolute error, in the unit of the targets"},
    .sums = SUMS,
    .add = add,
    .value = cr_metric_mean,
};
