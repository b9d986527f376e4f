/*
 * The statistics that checks judge by.
 */
#ifndef CR_BABYSIT_STATS_H
#define CR_BABYSIT_STATS_H

#include <stdbool.h>
#include <stdint.h>

/* A mean and its standard error. */
struct cr_mean {
    double mean, error;
};
struct cr_mean cr_mean_of(const double *values, int count);
/* How many standard errors `a` lies above `b` (Welch 1947); infinity where `a` alone is not finite, -infinity where `b`
 * is not. */
double cr_welch(struct cr_mean a, struct cr_mean b);
/* Whether an accuracy shows that classes are told apart: twice that of guessing, and 0.3 to 0.5 at least. */
bool cr_far_above_guessing(double accuracy, int64_t classes);
/* The median of `count` values, at most 64; NaNs count as infinite. */
double cr_median(const double *values, int count);

#endif
