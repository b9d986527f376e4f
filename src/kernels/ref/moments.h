/*
 * Moments (kernels/moments.h) of what a part of a kernel writes.
 */
#ifndef CR_KERNELS_REF_MOMENTS_H
#define CR_KERNELS_REF_MOMENTS_H

#include <math.h>

#include "kernels/moments.h"
#include "kernels/ref/line.h"

/* The slot of this part, empty. */
static inline real *moments_begin(void *moments, int64_t part, int64_t parts, int64_t channels)
{
    real *slot = cr_moments_slot(moments, part, channels, sizeof(real));
    if (part == 0)
        *(struct cr_moments_head *)moments = (struct cr_moments_head){.slots = parts};
    for (int64_t k = 0; k < CR_MOMENTS_FIELDS * channels; k++)
        slot[k] = 0;
    for (int64_t c = 0; c < channels; c++) {
        slot[CR_MOMENTS_LEAST * channels + c] = (real)INFINITY;
        slot[CR_MOMENTS_MOST * channels + c] = (real)-INFINITY;
    }
    return slot;
}

/* Floats of scratch memory for the next two. */
static inline int64_t moments_scratch(int64_t channels)
{
    return 3 * line_length(channels);
}

/*
 * Mean and squares of the rows begin..end of x [rows][channels], in two passes: a part's rows are in the cache then.
 * The second goes by the distances d from the first one's mean m, which has the rounding of large sums: mean = m + sum
 * d / n, M2 = sum d^2 - (sum d)^2 / n.
 */
static inline void moments_measure(real *slot, const real *x, struct cr_range rows, int64_t channels, real *scratch)
{
    int64_t length = line_length(channels), begin = rows.begin * channels, end = rows.end * channels;
    real *mean = slot + CR_MOMENTS_MEAN * channels, *squares = slot + CR_MOMENTS_SQUARES * channels;
    real *sums = scratch, *means = sums + length, *products = means + length, count = (real)(rows.end - rows.begin);
    line_clear(sums, channels);
    for (int64_t k = begin; k < end; k += length) {
        int64_t numbers = line_count(k, end, length);
#pragma omp simd
        for (int64_t l = 0; l < numbers; l++)
            sums[l] += x[k + l];
    }
    line_fold(mean, sums, channels);
    for (int64_t c = 0; c < channels; c++)
        mean[c] /= count;
    line_repeat(means, mean, channels);
    line_clear(sums, channels);
    line_clear(products, channels);
    for (int64_t k = begin; k < end; k += length) {
        int64_t numbers = line_count(k, end, length);
#pragma omp simd
        for (int64_t l = 0; l < numbers; l++) {
            real distance = x[k + l] - means[l];
            sums[l] += distance;
            products[l] += distance * distance;
        }
    }
    line_fold(means, sums, channels);
    line_fold(squares, products, channels);
    for (int64_t c = 0; c < channels; c++) {
        slot[c] = count;
        mean[c] += means[c] / count;
        real rounding = means[c] * means[c] / count;
        squares[c] = squares[c] < rounding ? 0 : squares[c] - rounding;
    }
}

/* Least, greatest and zeros, by lines first. */
static inline void moments_extremes(real *slot, const real *x, struct cr_range rows, int64_t channels, real *scratch)
{
    int64_t length = line_length(channels), end = rows.end * channels;
    real *least = scratch, *most = least + length, *zeros = most + length;
    for (int64_t l = 0; l < length; l++) {
        least[l] = (real)INFINITY;
        most[l] = (real)-INFINITY;
        zeros[l] = 0;
    }
    for (int64_t k = rows.begin * channels; k < end; k += length) {
        int64_t count = line_count(k, end, length);
#pragma omp simd
        for (int64_t l = 0; l < count; l++) {
            real number = x[k + l];
            least[l] = number < least[l] ? number : least[l];
            most[l] = number > most[l] ? number : most[l];
            zeros[l] += number == 0 ? 1 : 0;
        }
    }
    for (int64_t l = 0; l < length; l++) {
        real *low = slot + CR_MOMENTS_LEAST * channels + l % channels;
        real *high = slot + CR_MOMENTS_MOST * channels + l % channels;
        *low = least[l] < *low ? least[l] : *low;
        *high = most[l] > *high ? most[l] : *high;
        slot[CR_MOMENTS_ZEROS * channels + l % channels] += zeros[l];
    }
}

/* Both, of the rows that a part has written, as its struct cr_finish asks for. */
static inline void moments_leave(const struct cr_finish *finish, int64_t part, int64_t parts, const real *y,
                                 struct cr_range rows, int64_t channels, real *scratch)
{
    if (!finish->moments)
        return;
    real *slot = moments_begin(finish->moments, part, parts, channels);
    moments_measure(slot, y, rows, channels, scratch);
    if (finish->extremes)
        moments_extremes(slot, y, rows, channels, scratch);
}

/* Puts all slots together: mean and squares, and the count of each channel. */
static inline void moments_join(const void *moments, int64_t channels, real *mean, real *squares, real *total)
{
    const struct cr_moments_head *head = moments;
    for (int64_t c = 0; c < channels; c++)
        mean[c] = squares[c] = total[c] = 0;
    for (int64_t i = 0; i < head->slots; i++) {
        const real *slot = cr_moments_slot((void *)moments, i, channels, sizeof(real));
#pragma omp simd
        for (int64_t c = 0; c < channels; c++) {
            real count = slot[c], distance = slot[CR_MOMENTS_MEAN * channels + c] - mean[c];
            real share = count > 0 ? count / (total[c] + count) : 0;
            squares[c] += slot[CR_MOMENTS_SQUARES * channels + c] + distance * distance * total[c] * share;
            mean[c] += distance * share;
            total[c] += count;
        }
    }
}

#endif
