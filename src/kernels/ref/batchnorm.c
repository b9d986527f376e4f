/*
 * Batch normalisation (Ioffe & Szegedy 2015), over samples and pixels for each channel.
 *
 *     train     m = mean x, v = mean (x - m)^2, y = (x - m) / sqrt(v + epsilon) * scale[c] + shift[c]
 *     infer     the same from the running mean and variance
 *     backward  dx = scale[c] inverse[c] (dy - mean(dy) - xhat mean(dy xhat)), dscale = sum dy xhat, dshift = sum dy
 *
 * The moments of each slice of the pixels are put together in order (kernels/moments.h). Where the kernel that wrote x
 * has left them, training needs no pass over x for them.
 */
#include <math.h>

#include "kernels/ref/moments.h"

static int64_t slices(const void *args)
{
    const struct cr_batchnorm_args *a = args;
    return cr_parts(a->batch * a->pixels, a->channels);
}

static struct cr_range slice_of(const struct cr_work *work)
{
    const struct cr_batchnorm_args *a = work->args;
    return cr_part(a->batch * a->pixels, a->channels, work->part);
}

static real square_root(real x)
{
    return sizeof x == sizeof(float) ? (real)sqrtf((float)x) : (real)sqrt((double)x);
}

/* The sum and the relu behind the normalisation, over `count` numbers from number k on. */
static void finish_line(const struct cr_batchnorm_args *a, real *y, int64_t k, int64_t count)
{
    const real *residual = a->residual;
    int64_t added = residual ? count : 0, rectified = a->relu ? count : 0;
#pragma omp simd
    for (int64_t l = 0; l < added; l++)
        y[l] += residual[k + l];
#pragma omp simd
    for (int64_t l = 0; l < rectified; l++)
        y[l] = y[l] <= 0 ? 0 : y[l];
}

/* y = (x - mean) * factor + shift over one part's pixels; each line holds a number a channel, repeated */
static void normalise(const struct cr_work *work, const real *mean, const real *factor)
{
    const struct cr_batchnorm_args *a = work->args;
    struct cr_range pixels = slice_of(work);
    int64_t length = line_length(a->channels), end = pixels.end * a->channels;
    real *means = work->scratch, *factors = means + length, *shifts = factors + length;
    line_repeat(means, mean, a->channels);
    line_repeat(factors, factor, a->channels);
    line_repeat(shifts, a->shift, a->channels);
    for (int64_t k = pixels.begin * a->channels; k < end; k += length) {
        int64_t count = line_count(k, end, length);
        const real *x = (const real *)a->x + k;
        real *y = (real *)a->y + k;
#pragma omp simd
        for (int64_t l = 0; l < count; l++)
            y[l] = (x[l] - means[l]) * factors[l] + shifts[l];
        finish_line(a, y, k, count);
    }
}

/* ----------------------------------------------------------------------------------------------------------- train */

static int64_t measure_parts(const void *args)
{
    const struct cr_batchnorm_args *a = args;
    return a->moments ? 0 : slices(a);
}

/* shared: moments, where they are not given */
static void measure(const struct cr_work *work)
{
    const struct cr_batchnorm_args *a = work->args;
    real *slot = moments_begin(work->shared, work->part, slices(a), a->channels);
    moments_measure(slot, a->x, slice_of(work), a->channels, work->scratch);
}

static void combine(const struct cr_work *work)
{
    const struct cr_batchnorm_args *a = work->args;
    real *mean = a->mean, *squares = a->inverse, *running_mean = a->running_mean, *total = work->scratch;
    real *running_variance = a->running_variance, momentum = (real)a->momentum;
    moments_join(a->moments ? a->moments : work->shared, a->channels, mean, squares, total);
    for (int64_t c = 0; c < a->channels; c++) {
        real variance = squares[c] / total[c], unbiased = squares[c] / (total[c] > 1 ? total[c] - 1 : 1);
        running_mean[c] += momentum * (mean[c] - running_mean[c]);
        running_variance[c] += momentum * (unbiased - running_variance[c]);
        squares[c] = 1 / square_root(variance + (real)a->epsilon);
    }
}

/* y from the mean and inverse that are there */
static void apply(const struct cr_work *work)
{
    const struct cr_batchnorm_args *a = work->args;
    const real *inverse = a->inverse, *scale = a->scale;
    real *factor = (real *)work->scratch + 3 * line_length(a->channels);
    for (int64_t c = 0; c < a->channels; c++)
        factor[c] = inverse[c] * scale[c];
    normalise(work, a->mean, factor);
}

static size_t train_shared(const void *args)
{
    const struct cr_batchnorm_args *a = args;
    return a->moments ? 0 : cr_moments_size(a->channels, sizeof(real));
}

static size_t train_scratch(const void *args)
{
    const struct cr_batchnorm_args *a = args;
    return 5 * (size_t)line_length(a->channels) * sizeof(real);
}

const struct cr_kernel CR_NAME(batchnorm_train) = {
    .phases = {{measure_parts, measure}, {cr_one_part, combine}, {slices, apply}},
    .shared = train_shared,
    .scratch = train_scratch};

const struct cr_kernel CR_NAME(batchnorm_apply) = {.phases = {{slices, apply}}, .scratch = train_scratch};

/* ----------------------------------------------------------------------------------------------------------- infer */

static void infer(const struct cr_work *work)
{
    const struct cr_batchnorm_args *a = work->args;
    const real *variance = a->running_variance, *scale = a->scale;
    real *factor = (real *)work->scratch + 3 * line_length(a->channels);
    for (int64_t c = 0; c < a->channels; c++)
        factor[c] = scale[c] / square_root(variance[c] + (real)a->epsilon);
    normalise(work, a->running_mean, factor);
}

const struct cr_kernel CR_NAME(batchnorm_infer) = {.phases = {{slices, infer}}, .scratch = train_scratch};

/* -------------------------------------------------------------------------------------------------------- backward */

/* dy as it comes through the relu, of the line from number k on; `line` has room for it where there is a relu. */
static const real *line_dy(const struct cr_batchnorm_args *a, real *line, int64_t k, int64_t count)
{
    const real *dy = (const real *)a->dy + k, *y = (const real *)a->y + k;
    if (!a->relu)
        return dy;
#pragma omp simd
    for (int64_t l = 0; l < count; l++)
        line[l] = y[l] <= 0 ? 0 : dy[l];
    return line;
}

/* shared: for each slice sum dy [C], sum dy xhat [C] */
static void sum_slice(const struct cr_work *work)
{
    const struct cr_batchnorm_args *a = work->args;
    struct cr_range pixels = slice_of(work);
    int64_t length = line_length(a->channels), end = pixels.end * a->channels;
    real *means = work->scratch, *inverses = means + length, *sums = inverses + length, *products = sums + length;
    real *line = products + length;
    line_repeat(means, a->mean, a->channels);
    line_repeat(inverses, a->inverse, a->channels);
    line_clear(sums, a->channels);
    line_clear(products, a->channels);
    for (int64_t k = pixels.begin * a->channels; k < end; k += length) {
        int64_t count = line_count(k, end, length);
        const real *x = (const real *)a->x + k, *dy = line_dy(a, line, k, count);
#pragma omp simd
        for (int64_t l = 0; l < count; l++) {
            sums[l] += dy[l];
            products[l] += dy[l] * ((x[l] - means[l]) * inverses[l]);
        }
    }
    real *partial = (real *)work->shared + 2 * work->part * a->channels;
    line_fold(partial, sums, a->channels);
    line_fold(partial + a->channels, products, a->channels);
}

static void sum_slices(const struct cr_work *work)
{
    const struct cr_batchnorm_args *a = work->args;
    real *dshift = a->dshift, *dscale = a->dscale;
    const real *slice = work->shared;
    for (int64_t c = 0; c < a->channels; c++)
        dshift[c] = dscale[c] = 0;
    for (int64_t part = 0; part < slices(a); part++, slice += 2 * a->channels)
#pragma omp simd
        for (int64_t c = 0; c < a->channels; c++) {
            dshift[c] += slice[c];
            dscale[c] += slice[a->channels + c];
        }
}

static size_t backward_shared(const void *args)
{
    const struct cr_batchnorm_args *a = args;
    return 2 * (size_t)(slices(a) * a->channels) * sizeof(real);
}

static int64_t backward_parts(const void *args)
{
    const struct cr_batchnorm_args *a = args;
    return a->dx || a->dresidual ? slices(a) : 0;
}

/* With p = mean dy and q = mean(dy xhat) inverse:  dx = scale inverse (dy - p - (x - mean) q) */
static void backward(const struct cr_work *work)
{
    const struct cr_batchnorm_args *a = work->args;
    struct cr_range pixels = slice_of(work);
    int64_t length = line_length(a->channels), end = pixels.end * a->channels;
    real *means = work->scratch, *factors = means + length, *p = factors + length, *q = p + length, *line = q + length;
    const real *mean = a->mean, *inverse = a->inverse, *scale = a->scale, *dscale = a->dscale, *dshift = a->dshift;
    for (int64_t l = 0; l < length; l++) {
        int64_t c = l % a->channels;
        real count = (real)(a->batch * a->pixels);
        means[l] = mean[c];
        factors[l] = scale[c] * inverse[c];
        p[l] = dshift[c] / count;
        q[l] = dscale[c] / count * inverse[c];
    }
    for (int64_t k = pixels.begin * a->channels; k < end; k += length) {
        int64_t count = line_count(k, end, length);
        const real *x = (const real *)a->x + k, *dy = line_dy(a, line, k, count);
        real *dx = (real *)a->dx + k, *dresidual = (real *)a->dresidual + k;
        int64_t passed = a->dresidual ? count : 0, moved = a->dx ? count : 0;
#pragma omp simd
        for (int64_t l = 0; l < passed; l++)
            dresidual[l] = a->add_dresidual ? dresidual[l] + dy[l] : dy[l];
#pragma omp simd
        for (int64_t l = 0; l < moved; l++) {
            real gradient = factors[l] * (dy[l] - p[l] - (x[l] - means[l]) * q[l]);
            dx[l] = a->add ? dx[l] + gradient : gradient;
        }
    }
}

const struct cr_kernel CR_NAME(batchnorm_backward) = {
    .phases = {{slices, sum_slice}, {cr_one_part, sum_slices}, {backward_parts, backward}},
    .shared = backward_shared,
    .scratch = train_scratch};
