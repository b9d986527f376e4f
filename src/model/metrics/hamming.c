/*
 * hamming: the share of right ones among the answers yes or no to each output, of all samples; yes is above a half. It
 * is 1 minus the Hamming loss (Schapire and Singer 1999).
 */
#include "model/metric.h"

enum { RIGHT, COUNT, SUMS };

static void add(double *sums, const struct cr_answer *answer)
{
    for (int64_t k = 0; k < answer->classes; k++)
        sums[RIGHT] += cr_answer_is_right(answer, k);
    sums[COUNT] += (double)answer->classes;
}

const struct cr_metric cr_metric_hamming = {
    .entry = {.name = "hamming", .help = "share of right answers, yes or no, over all outputs (1 - Hamming loss)"},
    .share = true,
    .sums = SUMS,
    .add = add,
    .value = cr_metric_mean,
};
