/*
 * What a network answers on the validation part, counted in all the ways that the page shows.
 */
#ifndef CR_REPORT_JUDGE_H
#define CR_REPORT_JUDGE_H

#include "report/report.h"

enum { CR_JUDGE_BINS = 15, CR_JUDGE_WORST = 24, CR_JUDGE_TOP = 3, CR_JUDGE_MATRIX = 1000 };

/* An answer, with the most probable classes. */
struct cr_judged {
    int64_t index; /* in the data set */
    int32_t label;
    double loss; /* -log of the probability of its class */
    int32_t top[CR_JUDGE_TOP];
    float probability[CR_JUDGE_TOP];
};

/* Answers whose largest probability lies in [i, i + 1) / CR_JUDGE_BINS. */
struct cr_bin {
    int64_t count, right;
    double confidence; /* the sum of these probabilities */
};

struct cr_judgement {
    int64_t count, right, near, classes;   /* near: among the five most probable */
    double loss;                           /* the mean */
    int64_t *true_count, *answered, *hits; /* [classes]: of that class; answered as it; both */
    int32_t *confusion;                    /* [true][answered]; NULL with more classes than CR_JUDGE_MATRIX */
    struct cr_bin bins[CR_JUDGE_BINS];
    struct cr_judged worst[CR_JUDGE_WORST]; /* of the wrong answers, the largest loss first */
    int worst_count;
};

/* All of the split's validation part, in index order. */
enum cr_status cr_judge(struct cr_judgement *judgement, struct cr_report *report, const struct cr_report_run *run,
                        struct cr_error *err);
void cr_judgement_free(struct cr_judgement *judgement);
/* One sample's answer; for cr_judge and tests. */
void cr_judge_add(struct cr_judgement *judgement, int64_t index, int32_t label, const float *probabilities);

#endif
