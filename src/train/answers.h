/*
 * How each class fared in a validation, and how sure the network was.
 */
#ifndef CR_TRAIN_ANSWERS_H
#define CR_TRAIN_ANSWERS_H

#include <cradle/train.h>

#include "model/metric.h"

enum { CR_CONFIDENCE_BINS = 200 };

struct cr_answer_counts {
    struct cr_answers answers;
    int64_t *counts;                         /* [2][classes]; NULL: there are no classes to count */
    int64_t wrong;                           /* told wrong, */
    double ranks;                            /* and the sum of the labels' places */
    int64_t confidences[CR_CONFIDENCE_BINS]; /* largest probabilities, in bins of equal width over 0..1 */
};

enum cr_status cr_answers_new(struct cr_answer_counts *counts, const struct cr_network *network, struct cr_error *err);
void cr_answers_free(struct cr_answer_counts *counts);
void cr_answers_clear(struct cr_answer_counts *counts);
void cr_answers_add(struct cr_answer_counts *counts, const struct cr_answer *answer);
/* NULL where there are no classes. */
const struct cr_answers *cr_answers_sum(struct cr_answer_counts *counts);

#endif
