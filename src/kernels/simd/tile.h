/*
 * The tile: what every product of matrices ends in. It computes, for ROWS rows and WIDTH (or LANES) columns,
 *
 *     y[r][c] = sum_k a[r][k] b[k][c]
 *
 * with all sums in registers while k walks along. `b` is packed: a panel [k][columns], read from end to end. The rows
 * of `a` lie anywhere, each given by its pointer; k walks along them in three nested loops, so that one tile serves
 *
 *                            a[r]                           the walk                                    b
 *     dense forward          a sample's inputs              inputs                                      weights
 *     conv forward           where a pixel's window begins  lines of the window, their pixels' channels weights
 *     dense backward_weights input r of the first sample    samples                                     dy
 *     conv backward_weights  a channel at a tap             pictures, lines, pixels                     dy
 *
 * and the backward_data of both are forward products with transposed weights.
 */
#ifndef CR_KERNELS_SIMD_TILE_H
#define CR_KERNELS_SIMD_TILE_H

#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* Counts of the three loops, the innermost last, and how many floats each step moves on in `a`. */
struct walk {
    int64_t pictures, picture_stride;
    int64_t lines, line_stride;
    int64_t steps, stride;
    int64_t left_out; /* floats of `b` behind each line that are passed over */
};

struct tile {
    const float *a[ROWS];
    float *y[ROWS];
    int64_t rows;                   /* that are stored; pointers beyond repeat a valid one */
    int64_t columns;                /* of the panel, that are stored */
    bool add;                       /* to what is in y */
    const struct cr_finish *finish; /* NULL: nothing is done to the sums */
    const float *origin;            /* with a mask: the array that y points into, which the mask is like */
    int64_t column;                 /* of y's first, for the bias */
};

void CR_NAME(tile)(const struct tile *tile, const struct walk *walk, const float *b);

#endif
