/*
 * Lines of a picture with margins of zeros, so that windows which reach beyond the picture are read like any other.
 */
#ifndef CR_KERNELS_SIMD_PICTURE_H
#define CR_KERNELS_SIMD_PICTURE_H

#include "kernels/simd/simd.h"

struct picture {
    const float *x; /* [height][width][channels] */
    int64_t height, width, channels;
};

/*
 * Copies to [lines][pixels][channels begin..end] what lies from line h and column v on; both may be negative, and what
 * is outside is 0. Returns the end of what was written.
 */
float *CR_NAME(copy_lines)(float *to, const struct picture *picture, struct cr_range channels, int64_t h, int64_t lines,
                           int64_t v, int64_t pixels);

#endif
