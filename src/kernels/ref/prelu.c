/*
 * Leaky ReLU with a learned slope for each channel (He et al. 2015). A NaN stays one.
 *
 *     forward   y = x <= 0 ? slope[c] x : x
 *     backward  dx = x <= 0 ? slope[c] dy : dy, dslope[c] = sum of x dy where x <= 0: one partial sum a slice of the
 *               pixels, then the slices in order
 */
#include "kernels/ref/line.h"

static int64_t slices(const void *args)
{
    const struct cr_prelu_args *a = args;
    return cr_parts(a->batch * a->pixels, a->channels);
}

static void forward(const struct cr_work *work)
{
    const struct cr_prelu_args *a = work->args;
    struct cr_range pixels = cr_part(a->batch * a->pixels, a->channels, work->part);
    int64_t length = line_length(a->channels), end = pixels.end * a->channels;
    real *slope = work->scratch;
    line_repeat(slope, a->slope, a->channels);
    for (int64_t k = pixels.begin * a->channels; k < end; k += length) {
        int64_t count = line_count(k, end, length);
        const real *x = (const real *)a->x + k;
        real *y = (real *)a->y + k;
#pragma omp simd
        for (int64_t l = 0; l < count; l++)
            y[l] = x[l] <= 0 ? slope[l] * x[l] : x[l];
    }
}

static void backward_slice(const struct cr_work *work)
{
    const struct cr_prelu_args *a = work->args;
    struct cr_range pixels = cr_part(a->batch * a->pixels, a->channels, work->part);
    int64_t length = line_length(a->channels), end = pixels.end * a->channels;
    real *slope = work->scratch, *sums = slope + length;
    line_repeat(slope, a->slope, a->channels);
    line_clear(sums, a->channels);
    for (int64_t k = pixels.begin * a->channels; k < end; k += length) {
        int64_t count = line_count(k, end, length), moved = a->dx ? count : 0;
        const real *x = (const real *)a->x + k, *dy = (const real *)a->dy + k;
        real *dx = (real *)a->dx + k;
#pragma omp simd
        for (int64_t l = 0; l < count; l++)
            sums[l] += x[l] <= 0 ? x[l] * dy[l] : 0;
#pragma omp simd
        for (int64_t l = 0; l < moved; l++) {
            real gradient = x[l] <= 0 ? slope[l] * dy[l] : dy[l];
            dx[l] = a->add ? dx[l] + gradient : gradient;
        }
    }
    line_fold((real *)work->shared + work->part * a->channels, sums, a->channels);
}

static void sum_slices(const struct cr_work *work)
{
    const struct cr_prelu_args *a = work->args;
    const real *partial = work->shared;
    real *dslope = a->dslope;
    for (int64_t c = 0; c < a->channels; c++)
        dslope[c] = 0;
    for (int64_t slice = 0; slice < slices(a); slice++, partial += a->channels)
#pragma omp simd
        for (int64_t c = 0; c < a->channels; c++)
            dslope[c] += partial[c];
}

static size_t shared(const void *args)
{
    const struct cr_prelu_args *a = args;
    return (size_t)(slices(a) * a->channels) * sizeof(real);
}

static size_t scratch(const void *args)
{
    const struct cr_prelu_args *a = args;
    return 2 * (size_t)line_length(a->channels) * sizeof(real);
}

const struct cr_kernel CR_NAME(prelu_forward) = {.phases = {{slices, forward}}, .scratch = scratch};
const struct cr_kernel CR_NAME(prelu_backward) = {
    .phases = {{slices, backward_slice}, {cr_one_part, sum_slices}}, .shared = shared, .scratch = scratch};
