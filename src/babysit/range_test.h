/*
 * The learning-rate range test (Smith 2017, section 3.3): a training whose rate rises from step to step by a constant
 * factor. The loss is flat while the rate is too low, falls, and rises where the rate is too high.
 */
#ifndef CR_BABYSIT_RANGE_TEST_H
#define CR_BABYSIT_RANGE_TEST_H

#include "babysit/check.h"

enum { CR_RANGE_STEPS = 120 };

struct cr_range_test {
    int count; /* steps that were made */
    double rate[CR_RANGE_STEPS], loss[CR_RANGE_STEPS];
    double smooth[CR_RANGE_STEPS]; /* the median of five, then an exponential mean: one spike does not move it */
    double noise;                  /* deviation of a loss around the smooth curve in its flat part */
    int lowest;                    /* where the smooth curve is */
    double edge;                   /* the rate from which on the loss rises; infinity where it never does */
    double pick;                   /* a rate that should train well */
    double confidence;             /* 0..1: how far the loss fell below where it began, in deviations, of a clear 10 */
};

enum cr_status cr_range_test_run(struct cr_exam *exam, struct cr_range_test *test, struct cr_error *err);
/* The smoothing and the judgement alone, of `count` rates and losses. */
void cr_range_test_judge(struct cr_range_test *test);

#endif
