/*
 * What products do to each number before they store it (struct cr_finish), on vectors and on single numbers.
 */
#ifndef CR_KERNELS_SIMD_FINISH_H
#define CR_KERNELS_SIMD_FINISH_H

#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

typedef int32_t lanes __attribute__((vector_size(sizeof(vector))));

/* of <= 0 ? 0 : value */
static inline vector select_positive(vector of, vector value)
{
    return (vector)((lanes)value & ~(lanes)(of <= 0));
}

/* LANES numbers of channel `column` on, which go to number `at` of the array. */
static inline vector finish_vector(const struct cr_finish *f, int64_t column, int64_t at, vector value)
{
    if (f->bias)
        value += load((const float *)f->bias + column);
    if (f->relu)
        value = select_positive(value, value);
    if (f->mask)
        value = select_positive(load((const float *)f->mask + at), value);
    return value;
}

/* The same for one number, where fewer than LANES are left. */
static inline float finish_number(const struct cr_finish *f, int64_t column, int64_t at, float value)
{
    if (f->bias)
        value += ((const float *)f->bias)[column];
    if (f->relu)
        value = value <= 0 ? 0 : value;
    if (f->mask)
        value = ((const float *)f->mask)[at] <= 0 ? 0 : value;
    return value;
}

#endif
