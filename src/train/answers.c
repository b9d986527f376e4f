#include "train/answers.h"

#include <math.h>
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
    counts->wrong = 0;
    counts->ranks = 0;
}

void cr_answers_add(struct cr_answer_counts *counts, const struct cr_answer *answer)
{
    if (!counts->counts)
        return;
    int64_t told = cr_answer_class(answer);
    double confidence = cr_answer_output(answer, told), bin = confidence * CR_CONFIDENCE_BINS;
    counts->counts[answer->label]++;
    /* A NaN is never right. */
    counts->counts[counts->answers.classes + answer->label] += told == answer->label && confidence > 0;
    if (told != answer->label && confidence > 0 && counts->answers.classes > 2) {
        counts->wrong++;
        counts->ranks += (double)(cr_answer_rank(answer) - 1) / (double)(counts->answers.classes - 2);
    }
    if (bin >= 0)
        counts->confidences[bin < CR_CONFIDENCE_BINS ? (int)bin : CR_CONFIDENCE_BINS - 1]++;
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
    counts->answers.rank = counts->wrong > 0 ? counts->ranks / (double)counts->wrong : (double)NAN;
    return &counts->answers;
}
