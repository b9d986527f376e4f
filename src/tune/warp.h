/*
 * Scores as a Gaussian process likes them: about normally distributed, with the differences among the good ones seen
 * well. The transform of Yeo and Johnson (2000) on scores that are centred by the median and scaled by the quartiles;
 * its exponent is the most likely one, held near 1 (no transform) by a normal prior.
 */
#ifndef CR_TUNE_WARP_H
#define CR_TUNE_WARP_H

/* values [n] to mean 0, deviation 1, in the same order. Where all are equal they become 0. */
void cr_warp(double *values, int n);
/* The transform itself. */
double cr_yeo_johnson(double value, double exponent);

#endif
