/*
 * Moments: what was seen of an array's numbers, a channel of its own: their count, mean and sum of squared deviations
 * from it, and where they were asked for the least, the greatest and the count of zeros. A kernel that writes an array
 * can leave its moments beside it, part by part while the numbers are in its cache, so that a batch norm or who watches
 * the training needs no pass over memory of its own.
 *
 *     head (CR_MOMENTS_HEAD bytes), then for each slot [CR_MOMENTS_FIELDS][channels] numbers
 *
 * One part of the work fills one slot; the first writes the head. Slots are put together in order by
 * n = na + nb, d = mb - ma, m = ma + d nb / n, M2 = M2a + M2b + d^2 na nb / n (Chan, Golub & LeVeque 1979): the
 * textbook's E[x^2] - m^2 would lose all digits where the mean is large.
 */
#ifndef CR_KERNELS_MOMENTS_H
#define CR_KERNELS_MOMENTS_H

#include <stddef.h>
#include <stdint.h>

#include <cradle/kernels.h>

enum {
    CR_MOMENTS_COUNT,
    CR_MOMENTS_MEAN,
    CR_MOMENTS_SQUARES, /* sum of (x - mean)^2 */
    CR_MOMENTS_LEAST,   /* a NaN is neither least nor greatest */
    CR_MOMENTS_MOST,
    CR_MOMENTS_ZEROS,
    CR_MOMENTS_FIELDS
};

enum { CR_MOMENTS_HEAD = 64, CR_MOMENTS_SLOTS = 64 /* at most: one a part */ };

struct cr_moments_head {
    int64_t slots;
};

/* Bytes for any number of slots; `number` are the bytes of one. */
size_t cr_moments_size(int64_t channels, size_t number);

static inline void *cr_moments_slot(void *moments, int64_t slot, int64_t channels, size_t number)
{
    return (char *)moments + CR_MOMENTS_HEAD + (size_t)(slot * CR_MOMENTS_FIELDS * channels) * number;
}

/* All slots of channels begin..end put together. */
struct cr_moments_sum {
    double count, mean, squares, least, most, zeros;
};
struct cr_moments_sum cr_moments_sum(const void *moments, enum cr_dtype dtype, int64_t channels, int64_t begin,
                                     int64_t end);

#endif
