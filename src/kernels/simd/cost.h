/*
 * What convolutions cost, in vector multiply-adds at full speed: for choosing between their ways. SPEED is the share of
 * full speed that multiply-adds reach in a loop, COST what is done besides. Measured once, by
 *
 *     cradle bench --kernels conv --seconds 60
 *
 * on a Zen 5 with two cores, and rounded. Only their ratios matter.
 */
#ifndef CR_KERNELS_SIMD_COST_H
#define CR_KERNELS_SIMD_COST_H

#include "kernels/simd/vector.h"

#if defined(__AVX512F__)
#define SPEED_DIRECT     0.90 /* forward, backward_data */
#define SPEED_SUMS       0.75 /* backward_weights */
#define SPEED_POINTS     0.80 /* Winograd's products */
#define SPEED_POINT_SUMS 0.70 /* the same in backward_weights */
#define COST_INPUT       240  /* of LANES channels of a tile, */
#define COST_INPUT_PART  1500 /* and of fewer, which are gathered one by one */
#define COST_OUTPUT      220
#define COST_FILTER      300 /* of LANES filters at a channel */
#else
#define SPEED_DIRECT     0.90
#define SPEED_SUMS       0.75
#define SPEED_POINTS     0.80
#define SPEED_POINT_SUMS 0.70
#define COST_INPUT       240
#define COST_INPUT_PART  1000
#define COST_OUTPUT      220
#define COST_FILTER      300
#endif
#define SPEED_NARROW 0.80 /* of the direct ones, where a tile has one vector beside each broadcast number */
#define SPEED_LANES  0.85
#define COST_PACK    2 /* of a vector of weights */

enum { FEW = 32 }; /* channels and filters, at most, that pictures may be laid across lanes for */

static inline double cost_of_product(int64_t rows, int64_t depth, int64_t columns, double speed)
{
    int64_t vectors = (columns + LANES - 1) / LANES;
    return (double)rows * (double)depth * (double)vectors / (vectors == 1 ? speed * SPEED_NARROW : speed);
}

/* Of Winograd's transform of a tile. */
static inline double cost_of_inputs(int64_t channels)
{
    return (double)(channels / LANES) * COST_INPUT + (channels % LANES ? COST_INPUT_PART : 0);
}

#endif
