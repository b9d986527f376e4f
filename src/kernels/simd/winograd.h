/*
 * Winograd's convolution F(4x4, 3x3), stride 1 (Winograd 1980; Lavin & Gray 2016): 4 x 4 outputs of a 3 x 3 filter from
 * 6 x 6 inputs by 36 multiplications instead of 144,
 *
 *     y = A' [ (G g G') . (B' d B) ] A
 *
 * with . number by number. Summed over channels, each of the 36 points is a product of matrices of its own:
 * M[e] [tiles][F] = V[e] [tiles][C] U[e] [C][F]. docs/engine.md derives it and the gradient of the filters,
 *
 *     dg = G' [ sum over tiles of (B' d B) . (A dy A') ] G
 *
 * A band is a row of tiles of one picture: 4 lines of outputs. A part has a range of bands and a group of panels of
 * filters, and takes some bands at once, so that V and M stay in the cache.
 */
#ifndef CR_KERNELS_SIMD_WINOGRAD_H
#define CR_KERNELS_SIMD_WINOGRAD_H

#include "kernels/simd/moments.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

enum { OUTPUTS = 4, INPUTS = 6, POINTS = INPUTS * INPUTS, TAPS = 3 };

/* A convolution of `batch` pictures x with packed filters to y; kernels.h says what is done at the end. */
struct winograd {
    int64_t batch, height, width, channels;
    int64_t out_height, out_width, filters;
    int64_t top, left; /* the window of output pixel (i, j) begins at (i - top, j - left) */
    const float *x;
    float *panels; /* [POINTS] panels of the transformed filters */
    float *y;
    bool add;
    const struct cr_finish *finish;
};

/* Along one side. */
static inline int64_t tiles_along(int64_t outputs)
{
    return (outputs + OUTPUTS - 1) / OUTPUTS;
}

static inline int64_t padded(int64_t channels)
{
    return (channels + LANES - 1) / LANES * LANES;
}

/* Filters, of which [C][F] at tap (a, b) lie at w + a * row + b * column. */
struct filters {
    const float *w;
    int64_t row, column, channels, filters;
};

/* Bytes of the panels; and filling them from `filters`, or from their transposes ([F] inputs, [C] outputs). */
size_t CR_NAME(winograd_panels)(int64_t channels, int64_t filters);
int64_t CR_NAME(winograd_pack_parts)(const struct filters *filters, bool transposed);
void CR_NAME(winograd_pack)(const struct filters *filters, bool transposed, float *panels, int64_t part,
                            float *scratch);

int64_t CR_NAME(winograd_parts)(const struct winograd *w);
void CR_NAME(winograd)(const struct winograd *w, int64_t part, float *scratch);
size_t CR_NAME(winograd_scratch)(const struct winograd *w);
double CR_NAME(winograd_cost)(const struct winograd *w);

#endif
