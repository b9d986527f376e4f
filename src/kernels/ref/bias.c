/*
 * A number added to each channel.
 *
 *     forward   y[n][p][c] = x[n][p][c] + b[c]
 *     backward  b[c] = sum_{n,p} y[n][p][c]: one partial sum a slice of the pixels, then the slices in order
 */
#include "kernels/ref/line.h"

static int64_t slices(const void *args)
{
    const struct cr_bias_args *a = args;
    return cr_parts(a->batch * a->pixels, a->channels);
}

static void forward(const struct cr_work *work)
{
    const struct cr_bias_args *a = work->args;
    struct cr_range pixels = cr_part(a->batch * a->pixels, a->channels, work->part);
    int64_t length = line_length(a->channels), end = pixels.end * a->channels;
    real *b = work->scratch;
    line_repeat(b, a->b, a->channels);
    for (int64_t k = pixels.begin * a->channels; k < end; k += length) {
        int64_t count = line_count(k, end, length);
        const real *x = (const real *)a->x + k;
        real *y = (real *)a->y + k;
#pragma omp simd
        for (int64_t l = 0; l < count; l++)
            y[l] = a->add ? y[l] + (x[l] + b[l]) : x[l] + b[l];
    }
}

static void sum_slice(const struct cr_work *work)
{
    const struct cr_bias_args *a = work->args;
    struct cr_range pixels = cr_part(a->batch * a->pixels, a->channels, work->part);
    int64_t length = line_length(a->channels), end = pixels.end * a->channels;
    real *line = work->scratch;
    line_clear(line, a->channels);
    for (int64_t k = pixels.begin * a->channels; k < end; k += length) {
        int64_t count = line_count(k, end, length);
        const real *y = (const real *)a->y + k;
#pragma omp simd
        for (int64_t l = 0; l < count; l++)
            line[l] += y[l];
    }
    line_fold((real *)work->shared + work->part * a->channels, line, a->channels);
}

static void sum_slices(const struct cr_work *work)
{
    const struct cr_bias_args *a = work->args;
    const real *partial = work->shared;
    real *b = a->b;
    for (int64_t c = 0; c < a->channels && !a->add; c++)
        b[c] = 0;
    for (int64_t slice = 0; slice < slices(a); slice++, partial += a->channels)
#pragma omp simd
        for (int64_t c = 0; c < a->channels; c++)
            b[c] += partial[c];
}

static size_t shared(const void *args)
{
    const struct cr_bias_args *a = args;
    return (size_t)(slices(a) * a->channels) * sizeof(real);
}

static size_t scratch(const void *args)
{
    const struct cr_bias_args *a = args;
    return (size_t)line_length(a->channels) * sizeof(real);
}

const struct cr_kernel CR_NAME(bias_forward) = {.phases = {{slices, forward}}, .scratch = scratch};
const struct cr_kernel CR_NAME(bias_backward) = {
    .phases = {{slices, sum_slice}, {cr_one_part, sum_slices}}, .shared = shared, .scratch = scratch};
