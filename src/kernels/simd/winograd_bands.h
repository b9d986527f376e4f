/*
 * The transforms of Winograd's convolution (winograd.h) for a row of tiles side by side: first down every column of
 * pixels, which neighbouring tiles share, then along each tile. Each goes over LANES channels at a time.
 */
#ifndef CR_KERNELS_SIMD_WINOGRAD_BANDS_H
#define CR_KERNELS_SIMD_WINOGRAD_BANDS_H

#include "kernels/simd/winograd.h"

/* Pictures [height][width][channels]. */
struct source {
    const float *x;
    int64_t height, width, channels;
};

/* Where LANES numbers of point e of tile t are: at + e * point + t * tile. */
struct points {
    float *at;
    int64_t point, tile;
};

/*
 * V = B' x B of `tiles` tiles, for `count` channels from c on; beyond them, and where a tile reaches beyond the
 * picture, are zeros. The first tile's inputs begin at line i and column j.
 */
void CR_NAME(winograd_inputs)(const struct source *x, int64_t c, int64_t count, int64_t i, int64_t j, int64_t tiles,
                              const struct points *to);

/* The same of D = A dy A', where the first tile's outputs begin at line i and column j. */
void CR_NAME(winograd_gradients)(const struct source *dy, int64_t c, int64_t count, int64_t i, int64_t j, int64_t tiles,
                                 const struct points *to);

/* y = A' M A of the row of tiles whose outputs begin at line i of picture n, for LANES filters or fewer from f on. */
void CR_NAME(winograd_outputs)(const struct winograd *w, int64_t f, int64_t n, int64_t i, const struct points *from);

#endif
