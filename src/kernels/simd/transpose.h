/* Squares of vectors that change places in registers. */
#ifndef CR_KERNELS_SIMD_TRANSPOSE_H
#define CR_KERNELS_SIMD_TRANSPOSE_H

#include "kernels/simd/vector.h"

/*
 * A square of LANES rows. Interleaving row i with row i + LANES/2 moves the highest bit of the row's number to the
 * lowest bit of the column's; after log2 LANES rounds rows and columns have changed places.
 */
INLINE void transpose_square(vector row[LANES])
{
    vector next[LANES];
    UNROLLED
    for (int round = 1; round < LANES; round *= 2) {
        UNROLLED
        for (int i = 0; i < LANES / 2; i++) {
            next[2 * i] = interleave_first(row[i], row[i + LANES / 2]);
            next[2 * i + 1] = interleave_second(row[i], row[i + LANES / 2]);
        }
        UNROLLED
        for (int i = 0; i < LANES; i++)
            row[i] = next[i];
    }
}

/* Lane i of the result: the sum of the lanes of row i. Half of each row at a time comes to lie on the other half. */
INLINE vector sum_square(vector row[LANES])
{
    UNROLLED
    for (int half = LANES / 2; half > 0; half /= 2)
        UNROLLED
    for (int i = 0; i < LANES / 2; i++)
        if (i < half)
            row[i] = interleave_first(row[i], row[i + half]) + interleave_second(row[i], row[i + half]);
    return row[0];
}

#endif
