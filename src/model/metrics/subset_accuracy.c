/*
 * subset-accuracy: the share of the samples all of whose answers, yes or no, are right.
 */
#include "model/metric.h"

enum { RIGHT, COUNT, SUMS };

static void add(double *sums, const struct cr_answer *answer)
{
    bool right = true;
    for (int64_t k = 0; k < answer->classes; k++)
        right = right && cr_answer_is_right(answer, k);
    sums[RIGHT] += right;
    sums[COUNT]++;
}

const struct cr_metric cr_metric_subset_accuracy = {
    .entry = {.name = "subset-accuracy", .help = "share of the samples all of whose answers, yes or no, are right"},
    .share = true,
    .sums = SUMS,
    .add = add,
    .value = cr_metric_mean,
};
