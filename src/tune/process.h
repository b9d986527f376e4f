/*
 * A Gaussian process over points of ranges, choices and branches (Rasmussen and Williams 2006).
 *
 *     k(x, y) = s Matern(r),   Matern(r) = (1 + sqrt(5) r + 5/3 r^2) exp(-sqrt(5) r),   r^2 = sum_d diff_d(x, y) /
 * l_d^2
 *
 * diff is the square of the distance for a range; 0 or 1 for a choice (overlap); where one of two points has no value
 * in the dimension, it counts as the middle of the range and 1/4 is added for that. All are squares of distances in a
 * larger space, so the kernel is valid. Lengths l, variance s and noise are the most probable ones (MAP) by L-BFGS
 * under log-normal priors.
 */
#ifndef CR_TUNE_PROCESS_H
#define CR_TUNE_PROCESS_H

#include <cradle/base.h>

#include "tune/space.h"

/* Hyper-parameters, as logarithms: lengths [dims], then variance and noise. */
struct cr_process_prior {
    double mean[CR_SPACE_MOST + 2], deviation[CR_SPACE_MOST + 2];
};

struct cr_process {
    int dims, n;
    bool choice[CR_SPACE_MOST]; /* the dimension is a choice */
    const double *points;       /* [n][dims], of the caller; NaN: no value */
    double *targets;            /* [n] */
    double hyper[CR_SPACE_MOST + 2];
    double scale[CR_SPACE_MOST]; /* 1 / l^2 */
    double variance;
    double *inverse; /* W [n][n], lower: the kernel matrix is the inverse of W^T W */
    double *weights; /* K^-1 targets [n] */
    double *work;    /* [4 n] */
};

void cr_process_prior(struct cr_process_prior *prior, int dims);
/* The squared distance of two points in one dimension, and its derivative by x. */
double cr_process_difference(bool choice, double x, double y, double *slope);
/* Matern(r) by r^2, and its derivative by r^2. */
double cr_matern(double square, double *slope);

/* Finds the hyper-parameters for these points. `hyper` [dims + 2] begins where it is. */
enum cr_status cr_process_fit(double *hyper, int dims, const bool *choice, const double *points, const double *targets,
                              int n, struct cr_error *err);
/* The process that has seen the points. The points must live as long; targets are copied. */
enum cr_status cr_process_new(struct cr_process **process, const double *hyper, int dims, const bool *choice,
                              const double *points, const double *targets, int n, struct cr_error *err);
void cr_process_free(struct cr_process *process);
/* Mean and variance (of the function, without noise) at x; their gradients [dims] where not NULL, 0 for choices. */
void cr_process_predict(const struct cr_process *process, const double *x, double *mean, double *variance,
                        double *mean_slope, double *variance_slope);

#endif
