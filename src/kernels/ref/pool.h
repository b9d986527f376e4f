/* The windows of pooling, cut to the picture. */
#ifndef CR_KERNELS_REF_POOL_H
#define CR_KERNELS_REF_POOL_H

#include "kernels/ref/ref.h"

struct window {
    int64_t top, bottom, left, right; /* top <= h < bottom, left <= v < right */
};

/* Of output pixel (i, j). */
static inline struct window window_at(const struct cr_pool_args *a, int64_t i, int64_t j)
{
    int64_t top = i * a->stride - a->pad_top, left = j * a->stride - a->pad_left;
    int64_t bottom = top + a->kernel_height, right = left + a->kernel_width;
    return (struct window){top < 0 ? 0 : top, bottom < a->height ? bottom : a->height, left < 0 ? 0 : left,
                           right < a->width ? right : a->width};
}

/* Forward is cut into lines of output pixels, backward into samples, for windows may overlap. */
static inline int64_t pool_line_cost(const struct cr_pool_args *a)
{
    return a->out_width * a->channels * a->kernel_height * a->kernel_width;
}

static inline int64_t pool_sample_cost(const struct cr_pool_args *a)
{
    return a->out_height * pool_line_cost(a);
}

#endif
