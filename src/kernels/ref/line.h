/*
 * Lines: a picture's numbers [pixels][channels] seen as rows of whole pixels with at least 64 numbers each, and vectors
 * over channels repeated to that length. A loop over a line is long enough for the compiler's vectors even with one
 * channel, and a sum over lines has several independent accumulators; `line_fold` adds them up by channel.
 */
#ifndef CR_KERNELS_REF_LINE_H
#define CR_KERNELS_REF_LINE_H

#include "kernels/ref/ref.h"

/* Numbers of a line. */
static inline int64_t line_length(int64_t channels)
{
    return channels * ((63 + channels) / channels);
}

/* line[k * channels + c] = v[c] */
static inline void line_repeat(real *line, const real *v, int64_t channels)
{
    for (int64_t k = 0; k < line_length(channels); k++)
        line[k] = v[k % channels];
}

/* A line of which the first pixel is there: the others become like it. */
static inline void line_extend(real *line, int64_t channels)
{
    for (int64_t k = channels; k < line_length(channels); k += channels)
#pragma omp simd
        for (int64_t c = 0; c < channels; c++)
            line[k + c] = line[c];
}

/* v[c] = sum_k line[k * channels + c] */
static inline void line_fold(real *v, const real *line, int64_t channels)
{
    for (int64_t c = 0; c < channels; c++)
        v[c] = line[c];
    for (int64_t k = channels; k < line_length(channels); k += channels)
#pragma omp simd
        for (int64_t c = 0; c < channels; c++)
            v[c] += line[k + c];
}

static inline void line_clear(real *line, int64_t channels)
{
    for (int64_t k = 0; k < line_length(channels); k++)
        line[k] = 0;
}

/* Numbers in the line that begins at `k`, where the numbers end at `end`: the last line may be shorter. */
static inline int64_t line_count(int64_t k, int64_t end, int64_t length)
{
    return end - k < length ? end - k : length;
}

#endif
