/*
 * top5: the share of the samples whose class is among the five of the largest outputs; equal ones to the lower class.
 */
#include "model/metric.h"

enum { TOP = 5 };
enum { NEAR, COUNT, SUMS };

static void add(double *sums, const struct cr_answer *answer)
{
    sums[NEAR] += cr_answer_rank(answer) < TOP;
    sums[COUNT]++;
}

const struct cr_metric cr_metric_top5 = {
    .entry = {.name = "top5", .help = "share of the samples whose class is among the five of the largest outputs"},
    .share = true,
    .sums = SUMS,
    .classes = TOP + 1,
    .add = add,
    .value = cr_metric_mean,
};
