/*
 * Moments (kernels/moments.h) of the numbers that a kernel has just stored, for whoever asks in its struct cr_finish.
 * A part calls moments_begin once, then moments_add for each block while it is in the nearest cache: some hundred rows.
 */
#ifndef CR_KERNELS_SIMD_MOMENTS_H
#define CR_KERNELS_SIMD_MOMENTS_H

#include "kernels/moments.h"
#include "kernels/simd/simd.h"

/* Where a part leaves them; slot NULL: nobody asks, and both functions do nothing. */
struct moments {
    float *slot;
    int64_t channels;
    bool extremes;
};

struct moments CR_NAME(moments_begin)(const struct cr_finish *finish, int64_t part, int64_t parts, int64_t channels);

/* The numbers y[row * stride + column] of `rows` rows and `columns` columns, the first of which is channel `channel`.
 */
void CR_NAME(moments_add)(const struct moments *moments, const float *y, int64_t rows, int64_t stride, int64_t channel,
                          int64_t columns);

#endif
