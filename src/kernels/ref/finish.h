/*
 * What products do besides: the finish of what they store, and the gradient of a bias.
 */
#ifndef CR_KERNELS_REF_FINISH_H
#define CR_KERNELS_REF_FINISH_H

#include "kernels/ref/ref.h"

/* One row y of `columns` numbers, which begins at number `at` of its array: as kernels.h says of struct cr_finish. */
static inline void finish(real *y, const struct cr_finish *finish, int64_t at, int64_t columns)
{
    const real *bias = finish->bias, *mask = finish->mask;
    int64_t biased = bias ? columns : 0, rectified = finish->relu ? columns : 0, masked = mask ? columns : 0;
#pragma omp simd
    for (int64_t c = 0; c < biased; c++)
        y[c] += bias[c];
#pragma omp simd
    for (int64_t c = 0; c < rectified; c++)
        y[c] = y[c] <= 0 ? 0 : y[c];
#pragma omp simd
    for (int64_t c = 0; c < masked; c++)
        y[c] = mask[at + c] <= 0 ? 0 : y[c];
}

/* to[c] = sum of m[row][c] over the rows, or plus what is there. */
static inline void sum_rows(real *to, const real *m, int64_t rows, int64_t columns, bool add)
{
    for (int64_t c = 0; c < columns && !add; c++)
        to[c] = 0;
    for (int64_t row = 0; row < rows; row++, m += columns)
#pragma omp simd
        for (int64_t c = 0; c < columns; c++)
            to[c] += m[c];
}

#endif
