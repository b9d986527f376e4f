/*
 * Convolution of few channels or filters, with one picture in each lane: the pictures' numbers [pixel][channel] become
 * vectors [pixel][channel][LANES], every number of w is broadcast, and no lane is wasted whatever the counts of
 * channels and filters are.
 *
 * To waste none on the last pictures of a batch either, each lane holds a strip of a few output lines rather than a
 * whole picture. Strips are numbered strip * batch + sample, so that most vectors hold the same strip of LANES samples:
 * taps that meet nothing but margins in all of them are left out.
 *
 * x is turned from pictures to lanes and y back (or dy too) by whole squares in registers, which costs some ten
 * multiply-adds a vector: little beside kernel height * kernel width * the other side's channels.
 *
 * It serves conv_forward, conv_backward_data of stride 1, where it runs over dy, and conv_backward_weights.
 */
#ifndef CR_KERNELS_SIMD_LANES_H
#define CR_KERNELS_SIMD_LANES_H

#include "kernels/simd/simd.h"

struct lanes {
    const float *x; /* [batch][height][width][channels] */
    int64_t batch, height, width, channels;
    int64_t kernel_height, kernel_width, stride;
    int64_t top, left; /* the window of output pixel (i, j) begins at (i*stride - top, j*stride - left), both >= 0 */
    const float *w;    /* [KH][KW][channels][filters] */
    float *y;          /* [batch][out_height][out_width][filters] */
    int64_t out_height, out_width, filters;
    bool add;
    const struct cr_finish *finish;
};

/* How the output is cut: `lines` of a strip, strips of a picture, vectors of LANES strips of the batch. */
struct strips {
    int64_t lines, count, vectors;
};

struct strips CR_NAME(lanes_strips)(const struct lanes *l);

/* Operations, in vectors, of one vector of strips; and of all, with the turning. */
int64_t CR_NAME(lanes_cost)(const struct lanes *l, struct strips strips);
double CR_NAME(lanes_total)(const struct lanes *l);

/* Floats of a vector of strips of x with margins [lines][pixels][channels][LANES], and of y. */
int64_t CR_NAME(lanes_x_size)(const struct lanes *l, int64_t lines);
int64_t CR_NAME(lanes_y_size)(const struct lanes *l, int64_t lines);
size_t CR_NAME(lanes_scratch)(const struct lanes *l);

/* Turns vector `number` of strips of x, or of y, into `to`; what lies outside is 0. */
void CR_NAME(lanes_load_x)(float *to, const struct lanes *l, struct strips strips, int64_t number);
void CR_NAME(lanes_load_y)(float *to, const struct lanes *l, struct strips strips, int64_t number);

/* y of vector `number` of strips. */
void CR_NAME(lanes)(const struct lanes *l, struct strips strips, int64_t number, float *scratch);

/* Pixels of a line of x as it is turned. */
static inline int64_t lanes_pixels(const struct lanes *l)
{
    return (l->out_width - 1) * l->stride + l->kernel_width;
}

#endif
