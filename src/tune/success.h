/*
 * The chance that a trial does not fail where it is: a Gaussian process over labels, failed or not, with lengths of its
 * own (least-squares classification, Rasmussen and Williams 2006, 6.5). By how much an improvement is expected says
 * nothing about where trainings diverge: a rate that is better the larger it is has a long length, and a sharp end.
 */
#ifndef CR_TUNE_SUCCESS_H
#define CR_TUNE_SUCCESS_H

#include <cradle/base.h>

struct cr_success;

/* From points that had a value, good [n][dims], and points that failed [failures][dims]; n and failures above 0. */
enum cr_status cr_success_new(struct cr_success **success, int dims, const bool *choice, const double *good, int n,
                              const double *failed, int failures, struct cr_error *err);
void cr_success_free(struct cr_success *success);
/* The logarithm of the chance at x; its slopes in `gradient` [dims], which may be NULL. */
double cr_success_log(const struct cr_success *success, const double *x, double *gradient);

#endif
