/*
 * The products of Winograd's convolution (winograd.h) at one point, tiles t, channels c, filters f:
 *
 *     M[t][f] = sum over c of V[t][c] U[c][f]          to the outputs
 *     U[c][f] = sum over t of V[t][c] D[t][f]          to the filters
 *
 * V is cut into blocks of LANES channels, [block][tiles][LANES], and U and D into panels. So the rows of a product lie
 * at distances that are known to the compiler, and need one pointer instead of one each.
 */
#ifndef CR_KERNELS_SIMD_WINOGRAD_POINTS_H
#define CR_KERNELS_SIMD_WINOGRAD_POINTS_H

#include "kernels/simd/simd.h"

/* A product with one panel of `width` columns, LANES or WIDTH; the result's rows are `row` floats apart. */
struct point_product {
    const float *v, *panel;
    float *to;
    int64_t tiles, channels, width, row;
    bool add; /* to what is there; only to the filters */
};

void CR_NAME(point_outputs)(const struct point_product *p);
void CR_NAME(point_filters)(const struct point_product *p);

#endif
