/*
 * Eigenvalues and eigenvectors of a symmetric matrix, in double.
 */
#ifndef CR_BASE_EIGEN_H
#define CR_BASE_EIGEN_H

#include <cradle/base.h>

/* Called now and then with the share 0..1 that is done; false stops. */
typedef bool cr_eigen_progress(void *user, double done);

/*
 * a [n][n], of which the lower triangle counts, becomes the eigenvectors, one a row, sorted by descending eigenvalue;
 * each has its largest number (the first of equals) positive, so that nothing is left to chance. CR_ERROR_STOPPED where
 * `progress` (may be NULL) says so.
 */
enum cr_status cr_eigen_symmetric(double *a, int64_t n, double *values, cr_eigen_progress *progress, void *user,
                                  struct cr_error *err);

#endif
