/*
 * Small dense matrices in double for the Gaussian process, row by row. Plain loops in a fixed order: a library that
 * shares the work among threads would give other last bits on other machines, and with them other trials.
 */
#ifndef CR_TUNE_MATRIX_H
#define CR_TUNE_MATRIX_H

#include <stdbool.h>

double cr_dot(const double *a, const double *b, int n);
/* a += factor * b */
void cr_add_scaled(double *a, double factor, const double *b, int n);
/*
 * A = U^T U in the upper triangle of a [n][n]; what lies below is not touched. False where A is not positive definite.
 */
bool cr_cholesky(double *a, int n);
/* w [n][n], lower: the inverse of U^T, so that the inverse of A is W^T W. */
void cr_triangle_invert(const double *u, double *w, int n);
/* The upper triangle of W^T W. */
void cr_triangle_square(const double *w, double *inverse, int n);

#endif
