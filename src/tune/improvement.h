/*
 * The logarithm of the expected improvement (Jones et al. 1998) below `best` of a normal value, after Ament et al.
 * 2023: where the improvement itself is 0 in floating point its logarithm still has a slope to follow.
 *
 *     EI = deviation h(z),  h(z) = phi(z) + z Phi(z),  z = (best - mean) / deviation
 */
#ifndef CR_TUNE_IMPROVEMENT_H
#define CR_TUNE_IMPROVEMENT_H

/* log EI and its derivatives by mean and by deviation. */
double cr_log_improvement(double best, double mean, double deviation, double *by_mean, double *by_deviation);
/* log Phi(z), and its derivative. */
double cr_log_normal(double z, double *slope);

#endif
