/*
 * The softmax of LANES samples at once, one in each lane, so that maximum and sum over the classes need no other lanes:
 *
 *     p[k] = exp(x[k] - max x) / sum_j exp(x[j] - max x)
 */
#ifndef CR_KERNELS_SIMD_SOFTMAX_H
#define CR_KERNELS_SIMD_SOFTMAX_H

#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

struct softmax {
    int64_t batch, classes;
    const float *x;
    float *p;
};

/* Parts of a batch are groups of LANES samples. */
int64_t CR_NAME(softmax_parts)(const struct softmax *s);
struct cr_range CR_NAME(softmax_groups)(const struct softmax *s, int64_t part);
/* Writes p of the samples of group `group`; log sum_j exp x[j] of each to norm[LANES]. */
void CR_NAME(softmax)(const struct softmax *s, int64_t group, float *scratch, float *norm);
/* Bytes of `scratch`. */
size_t CR_NAME(softmax_scratch)(const struct softmax *s);

#endif
