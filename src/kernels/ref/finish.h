/*
 * What products do besides: the finish of what they store, and the gradient of a bias.
 */
#ifndef CR_KERNELS_REF_FINISH_H
#define CR_KERNELS_REF_FINISH_H

#include <string.h>

#include "kernels/ref/curve.h"
#include "kernels/ref/ref.h"

/* One row y of `columns` numbers, which begins at number `at` of its array: as kernels.h says of struct cr_finish. */
static inline void finish(real *y, const struct cr_finish *finish, int64_t at, int64_t columns)
{
    const real *scale = finish->scale, *bias = finish->bias, *residual = (const real *)finish->residual + at;
    int64_t scaled = scale ? columns : 0, biased = bias ? columns : 0, added = finish->residual ? columns : 0;
#pragma omp simd
    for (int64_t c = 0; c < scaled; c++)
        y[c] *= scale[c];
#pragma omp simd
    for (int64_t c = 0; c < biased; c++)
        y[c] += bias[c];
#pragma omp simd
    for (int64_t c = 0; c < added; c++)
        y[c] += residual[c];
    if (finish->before)
        memcpy((real *)finish->before + at, y, (size_t)columns * sizeof(real));
    curve_apply(finish->curve, y, y, columns);
    curve_back(finish->back, y, (const real *)finish->of + at, y, columns, false);
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
