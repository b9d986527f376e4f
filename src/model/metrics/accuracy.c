/*
 * accuracy: the share of the samples whose class has the largest output.
 */
#include "model/metric.h"

enum { RIGHT, COUNT, SUMS };

static void add(double *sums, const struct cr_answer *answer)
{
    sums[RIGHT] += cr_answer_rank(answer) == 0;
    sums[COUNT]++;
}

const struct cr_metric cr_metric_accuracy = {
    .entry = {.name = "accuracy", .help = "share of the samples whose class has the largest output"},
    .share = true,
    .sums = SUMS,
    .add = add,
    .value = cr_metric_mean,
};
