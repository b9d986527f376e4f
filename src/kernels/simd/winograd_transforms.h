/*
 * The matrices of F(4x4, 3x3) applied to vectors: to[k * to_step] = sum over l of matrix[k][l] from[l * from_step].
 * Applied along both sides they transform a tile. The points are 0, 1, -1, 2, -2 and infinity.
 */
#ifndef CR_KERNELS_SIMD_WINOGRAD_TRANSFORMS_H
#define CR_KERNELS_SIMD_WINOGRAD_TRANSFORMS_H

#include <string.h>

#include "kernels/simd/vector.h"

/* `count` numbers, LANES or fewer; zeros behind them. */
INLINE vector load_some(const float *from, int64_t count)
{
    vector value = {0};
    if (count >= LANES)
        return load(from);
    memcpy(&value, from, (size_t)count * sizeof *from);
    return value;
}

/* B': 6 inputs to 6 points */
INLINE void times_b(vector *to, int to_step, const vector *from, int from_step)
{
    vector d0 = from[0], d1 = from[from_step], d2 = from[2 * from_step], d3 = from[3 * from_step];
    vector d4 = from[4 * from_step], d5 = from[5 * from_step];
    vector even = d4 - 4 * d2, odd = d3 - 4 * d1, wide = d4 - d2, skew = 2 * (d3 - d1);
    to[0] = 4 * d0 - 5 * d2 + d4;
    to[to_step] = even + odd;
    to[2 * to_step] = even - odd;
    to[3 * to_step] = wide + skew;
    to[4 * to_step] = wide - skew;
    to[5 * to_step] = 4 * d1 - 5 * d3 + d5;
}

/* A': 6 points to 4 outputs */
INLINE void times_a(vector *to, int to_step, const vector *from, int from_step)
{
    vector m0 = from[0], m5 = from[5 * from_step];
    vector near = from[from_step] + from[2 * from_step], tilt = from[from_step] - from[2 * from_step];
    vector far = from[3 * from_step] + from[4 * from_step], skew = from[3 * from_step] - from[4 * from_step];
    to[0] = m0 + near + far;
    to[to_step] = tilt + 2 * skew;
    to[2 * to_step] = near + 4 * far;
    to[3 * to_step] = tilt + 8 * skew + m5;
}

/* A: 4 outputs to 6 points */
INLINE void times_a_back(vector *to, int to_step, const vector *from, int from_step)
{
    vector y0 = from[0], y1 = from[from_step], y2 = from[2 * from_step], y3 = from[3 * from_step];
    vector even = y0 + y2, odd = y1 + y3, wide = y0 + 4 * y2, skew = 2 * y1 + 8 * y3;
    to[0] = y0;
    to[to_step] = even + odd;
    to[2 * to_step] = even - odd;
    to[3 * to_step] = wide + skew;
    to[4 * to_step] = wide - skew;
    to[5 * to_step] = y3;
}

/* G: 3 taps to 6 points */
INLINE void times_g(vector *to, int to_step, const vector *from, int from_step)
{
    vector g0 = from[0], g1 = from[from_step], g2 = from[2 * from_step];
    vector ends = (g0 + g2) * (-1 / 6.0F), far = g0 * (1 / 24.0F) + g2 * (1 / 6.0F);
    to[0] = g0 * 0.25F;
    to[to_step] = ends - g1 * (1 / 6.0F);
    to[2 * to_step] = ends + g1 * (1 / 6.0F);
    to[3 * to_step] = far + g1 * (1 / 12.0F);
    to[4 * to_step] = far - g1 * (1 / 12.0F);
    to[5 * to_step] = g2;
}

/* G': 6 points to 3 taps */
INLINE void times_g_back(vector *to, int to_step, const vector *from, int from_step)
{
    vector near = from[from_step] + from[2 * from_step], tilt = from[2 * from_step] - from[from_step];
    vector far = from[3 * from_step] + from[4 * from_step], skew = from[3 * from_step] - from[4 * from_step];
    to[0] = from[0] * 0.25F - near * (1 / 6.0F) + far * (1 / 24.0F);
    to[to_step] = tilt * (1 / 6.0F) + skew * (1 / 12.0F);
    to[2 * to_step] = (far - near) * (1 / 6.0F) + from[5 * from_step];
}

/* A matrix along the columns, then along the rows, of a tile of `from` x `from` vectors. */
#define TRANSFORM(name, matrix, from_side, to_side)                   \
    INLINE void name(vector *to, const vector *from)                  \
    {                                                                 \
        vector half[(to_side) * (from_side)];                         \
        UNROLLED                                                      \
        for (int j = 0; j < (from_side); j++)                         \
            matrix(half + j, from_side, from + j, from_side);         \
        UNROLLED                                                      \
        for (int i = 0; i < (to_side); i++)                           \
            matrix(to + i * (to_side), 1, half + i * (from_side), 1); \
    }
TRANSFORM(taps_to_points, times_g, 3, 6)
TRANSFORM(points_to_taps, times_g_back, 6, 3)
#undef TRANSFORM

#endif
