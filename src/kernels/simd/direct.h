/*
 * Direct convolution of pictures x with packed filters, without im2col: for each line of the window the KW * C numbers
 * under it lie side by side in the picture, so a tile takes ROWS output pixels as its rows, each pointing to where its
 * window begins, and walks KH lines of KW * C steps. The filters are panels of the matrix [KH * KW * C][F].
 *
 * Lines and columns of a window that reach beyond the picture are left out: pixels are sorted by which of them that
 * are, and a tile takes pixels of one kind, of the lines of several pictures where there are few in one. So nothing is
 * multiplied by margins, nor copied for them.
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
    /*
     * A turn is one output line of each of `turn` pictures; the next turn is the next line of each, up to `bands`, then
     * come the next `turn` pictures. Pictures beyond the batch, and lines from out_height on, do not exist.
     */
    int64_t batch, turn, bands;
    int64_t y_picture, y_line, y_pixel; /* floats from one to the next */
    bool add;
    const struct cr_finish *finish; /* its mask is like `origin`, the array that y points into */
    const float *origin;
    struct moments moments; /* of y, whose pixels then all lie side by side */
};

/* The turns of `block.rows` and the panels of `block.columns`. */
void CR_NAME(direct)(const struct direct *d, struct cr_block block);
int64_t CR_NAME(direct_depth)(const struct direct *d);

/* Numbers of the window, but for their channels, that meet the picture: over all pixels of one. */
int64_t CR_NAME(direct_taps)(const struct direct *d);

/* The same as a tile takes them, ROWS pixels of a kind of `lines` output lines at once: more where these fill none. */
double CR_NAME(direct_work)(const struct direct *d, int64_t lines);

/* How many pictures should take turns: several where one has few pixels of a kind. */
int64_t CR_NAME(direct_turn)(const struct direct *d);

/* How many turns there are. */
int64_t CR_NAME(direct_turns)(const struct direct *d);

/* Operations, in vectors, of one turn and one panel. */
int64_t CR_NAME(direct_cost)(const struct direct *d);

#endif
