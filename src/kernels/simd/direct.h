/*
 * Direct convolution of pictures x with packed filters, without im2col: for each line of the window the KW * C numbers
 * under it lie side by side in the picture, so a tile takes ROWS output pixels as its rows, each pointing to where its
 * window begins, and walks KH lines of KW * C steps. The filters are panels of the matrix [KH * KW * C][F].
 *
 * Where windows reach beyond the picture, the lines that a few output lines need are first copied with their margins of
 * zeros into scratch memory (at most LIMIT bytes, to stay in the cache); else the tiles read x itself. Lines of a tall
 * window that meet only margin are not walked.
 *
 * It serves conv_forward, and conv_backward_data, where it runs over dy.
 */
#ifndef CR_KERNELS_SIMD_DIRECT_H
#define CR_KERNELS_SIMD_DIRECT_H

#include "kernels/simd/moments.h"

struct direct {
    const float *x; /* [N][height][width][channels] */
    int64_t height, width, channels;
    int64_t kernel_height, kernel_width, stride;
    int64_t top, left; /* the window of output pixel (i, j) begins at (i*stride - top, j*stride - left) */
    float *panels;
    int64_t filters;
    float *y;
    int64_t out_height, out_width;
    int64_t bands; /* output lines are numbered n * bands + i; those with i >= out_height do not exist */
    int64_t y_picture, y_line, y_pixel; /* floats from one to the next */
    bool add;
    const struct cr_finish *finish; /* its mask is like `origin`, the array that y points into */
    const float *origin;
    struct moments moments; /* of y, whose pixels then all lie side by side */
};

/* The output lines of `block.rows` and the panels of `block.columns`. */
void CR_NAME(direct)(const struct direct *d, struct cr_block block, void *scratch);
size_t CR_NAME(direct_scratch)(const struct direct *d);
int64_t CR_NAME(direct_depth)(const struct direct *d);

/* Operations, in vectors, of one line and one panel. */
int64_t CR_NAME(direct_cost)(const struct direct *d);

#endif
