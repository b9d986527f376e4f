#include "train/answers.h"

#include <stdlib.h>
#include <string.h>

#include "graph/graph.h"

/* Beyond that many a class of its own is no news, and validations have few samples of each. */
enum { MOST_CLASSES = 1000 };

enum cr_status cr_answers_new(struct cr_answer_counts *counts, const struct cr_network *network, struct cr_error *err)
{
    int64_t classes = network->output.dims[0];
    *counts = (struct cr_answer_counts){.answers.classes = classes};
    if (network->task != CR_TASK_CLASS || classes > MOST_CLASSES || network->params->dtype != CR_F32)
        return CR_OK;
    counts->counts = calloc(2 * (size_t)classes, sizeof *counts->counts);
    counts->answers.count = counts->counts;
    counts->answers.correct = counts->counts + classes;
    return counts->counts ? CR_OK : cr_fail_memory(err);
}

void cr_answers_free(struct cr_answer_counts *counts)
{
    free(counts->counts);
}

void cr_answers_clear(struct cr_answer_counts *counts)
{
    if (counts->counts)
        memset(counts->counts, 0, 2 * (size_t)counts->answers.classes * sizeof *counts->counts);
    memset(counts->confidences, 0, sizeof counts->confidences);
}

static int64_t largest(const float *x, int64_t count)
{
    int64_t best = 0;
    for (int64_t k = 1; k < count; k++)
        best = x[k] > x[best] ? k : best;
    return best;
}

void cr_answers_add(struct cr_answer_counts *counts, const struct cr_plan *plan, const struct cr_network *network,
                    const struct cr_batch *batch)
{
    int64_t classes = counts->answers.classes;
    const float *probabilities = cr_plan_tensor(plan, network->probabilities).data;
    if (!counts->counts)
        return;
    for (int64_t n = 0; n < batch->count; n++) {
        const float *answer = probabilities + n * classes;
        int64_t label = batch->targets ? largest(batch->targets + n * classes, classes) : batch->labels[n];
        int64_t told = largest(answer, classes);
        double bin = (double)answer[told] * CR_CONFIDENCE_BINS;
        counts->counts[label]++;
        counts->counts[classes + label] += told == label && answer[told] > 0; /* a NaN is never right */
        if (bin >= 0)
            counts->confidences[bin < CR_CONFIDENCE_BINS ? (int)bin : CR_CONFIDENCE_BINS - 1]++;
    }
}

static double quantile(const struct cr_answer_counts *counts, double share)
{
    int64_t all = 0, below = 0;
    for (int b = 0; b < CR_CONFIDENCE_BINS; b++)
        all += counts->confidences[b];
    for (int b = 0; b < CR_CONFIDENCE_BINS; b++) {
        below += counts->confidences[b];
        if ((double)below >= share * (double)all)
            return (b + 0.5) / CR_CONFIDENCE_BINS;
    }
    return 1;
}

const struct cr_answers *cr_answers_sum(struct cr_answer_counts *counts)
{
    if (!counts->counts)
        return NULL;
    counts->answers.typical_confidence = quantile(counts, 0.5);
    counts->answers.confidence = quantile(counts, 0.9);
    return &counts->answers;
}
