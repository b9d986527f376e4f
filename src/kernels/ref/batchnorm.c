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

#include "kernels/ref/curve.h"
#include "kernels/ref/moments.h"

enum { BLOCK = 1024 /* numbers that an activation is applied to at once */ };

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

/* Numbers of a block: whole lines, in the nearest cache. */
static int64_t block_length(const struct cr_batchnorm_args *a)
{
    int64_t length = line_length(a->channels);
    return length < BLOCK ? BLOCK / length * length : length;
}

/* What each channel is normalised by, in lines: (x - mean) * factor + shift. */
struct norm {
    const real *means, *factors, *shifts;
};

/* In the memory that begins at `lines`. */
static struct norm norm_of(const struct cr_batchnorm_args *a, real *lines, const real *mean, const real *factor)
{
    int64_t length = line_length(a->channels);
    line_repeat(lines, mean, a->channels);
    line_repeat(lines + length, factor, a->channels);
    line_repeat(lines + 2 * length, a->shift, a->channels);
    return (struct norm){lines, lines + length, lines + 2 * length};
}

/* to = x normalised + residual, of `count` numbers from number k on: what goes into the activation. */
static void normalise(const struct cr_batchnorm_args *a, const struct norm *n, real *to, int64_t k, int64_t count)
{
    const real *x = (const real *)a->x + k, *residual = (const real *)a->residual + k;
    int64_t length = line_length(a->channels), line;
    for (int64_t done = 0; done < count; done += line, to += line, x += line, residual += line) {
        line = line_count(done, count, length);
        int64_t added = a->residual ? line : 0;
#pragma omp simd
        for (int64_t l = 0; l < line; l++)
            to[l] = (x[l] - n->means[l]) * n->factors[l] + n->shifts[l];
#pragma omp simd
        for (int64_t l = 0; l < added; l++)
            to[l] += residual[l];
    }
}

/* y of one part's pixels */
static void write(const struct cr_work *work, const real *mean, const real *factor)
{
    const struct cr_batchnorm_args *a = work->args;
    struct cr_range pixels = slice_of(work);
    int64_t length = block_length(a), end = pixels.end * a->channels;
    struct norm norm = norm_of(a, work->scratch, mean, factor);
    for (int64_t k = pixels.begin * a->channels; k < end; k += length) {
        real *y = (real *)a->y + k;
        int64_t count = line_count(k, end, length);
        normalise(a, &norm, y, k, count);
        curve_apply(a->curve, y, y, count);
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
    write(work, a->mean, factor);
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
    write(work, a->running_mean, factor);
}

const struct cr_kernel CR_NAME(batchnorm_infer) = {.phases = {{slices, infer}}, .scratch = train_scratch};

/* -------------------------------------------------------------------------------------------------------- backward */

/* Lines that a pass over dy needs, the last for one number a channel; behind them are two blocks. */
enum { LINES = 7 };

static size_t backward_scratch(const void *args)
{
    const struct cr_batchnorm_args *a = args;
    return (size_t)(LINES * line_length(a->channels) + 2 * block_length(a)) * sizeof(real);
}

/* The first three lines. */
static struct norm norm_back(const struct cr_work *work)
{
    const struct cr_batchnorm_args *a = work->args;
    const real *inverse = a->inverse, *scale = a->scale;
    real *factor = (real *)work->scratch + (LINES - 1) * line_length(a->channels);
    for (int64_t c = 0; c < a->channels; c++)
        factor[c] = scale[c] * inverse[c];
    return norm_of(a, work->scratch, a->mean, factor);
}

/* dy as it comes through the activation, of the block of `count` numbers from number k on. */
static const real *block_dy(const struct cr_work *work, const struct norm *norm, int64_t k, int64_t count)
{
    const struct cr_batchnorm_args *a = work->args;
    const real *dy = (const real *)a->dy + k;
    real *to = (real *)work->scratch + LINES * line_length(a->channels), *z = to + block_length(a);
    if (a->curve.kind == CR_ACTIVATION_none)
        return dy;
    if (cr_curve_by_result(a->curve)) {
        curve_back(a->curve, to, (const real *)a->y + k, dy, count, false);
    } else {
        normalise(a, norm, z, k, count);
        curve_back(a->curve, to, z, dy, count, false);
    }
    return to;
}

/* shared: for each slice sum dy [C], sum dy xhat [C] */
static void sum_slice(const struct cr_work *work)
{
    const struct cr_batchnorm_args *a = work->args;
    struct cr_range pixels = slice_of(work);
    struct norm norm = norm_back(work);
    int64_t length = line_length(a->channels), block = block_length(a), end = pixels.end * a->channels;
    real *inverses = (real *)work->scratch + 3 * length, *sums = inverses + length, *products = sums + length;
    line_repeat(inverses, a->inverse, a->channels);
    line_clear(sums, a->channels);
    line_clear(products, a->channels);
    for (int64_t k = pixels.begin * a->channels; k < end; k += block) {
        int64_t count = line_count(k, end, block);
        const real *dy = block_dy(work, &norm, k, count), *x = (const real *)a->x + k;
        for (; count > 0; count -= length, x += length, dy += length) {
            int64_t line = count < length ? count : length;
#pragma omp simd
            for (int64_t l = 0; l < line; l++) {
                sums[l] += dy[l];
                products[l] += dy[l] * ((x[l] - norm.means[l]) * inverses[l]);
            }
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

/* With p = mean dy and q = mean(dy xhat) inverse:  dx = scale inverse (dy - p - (x - mean) q), of one line. */
static void line_back(const struct cr_batchnorm_args *a, const struct norm *n, const real *p, const real *q,
                      const real *dy, int64_t k, int64_t count)
{
    const real *x = (const real *)a->x + k;
    real *dx = (real *)a->dx + k, *dresidual = (real *)a->dresidual + k;
    int64_t passed = a->dresidual ? count : 0, moved = a->dx ? count : 0;
#pragma omp simd
    for (int64_t l = 0; l < passed; l++)
        dresidual[l] = a->add_dresidual ? dresidual[l] + dy[l] : dy[l];
#pragma omp simd
    for (int64_t l = 0; l < moved; l++) {
        real gradient = n->factors[l] * (dy[l] - p[l] - (x[l] - n->means[l]) * q[l]);
        dx[l] = a->add ? dx[l] + gradient : gradient;
    }
}

static void backward(const struct cr_work *work)
{
    const struct cr_batchnorm_args *a = work->args;
    struct cr_range pixels = slice_of(work);
    struct norm norm = norm_back(work);
    int64_t length = line_length(a->channels), block = block_length(a), end = pixels.end * a->channels;
    real *p = (real *)work->scratch + 3 * length, *q = p + length, size = (real)(a->batch * a->pixels);
    const real *inverse = a->inverse, *dscale = a->dscale, *dshift = a->dshift;
    for (int64_t l = 0; l < length; l++) {
        int64_t c = l % a->channels;
        p[l] = dshift[c] / size;
        q[l] = dscale[c] / size * inverse[c];
    }
    for (int64_t k = pixels.begin * a->channels; k < end; k += block) {
        int64_t count = line_count(k, end, block);
        const real *dy = block_dy(work, &norm, k, count);
        for (int64_t done = 0; done < count; done += length)
            line_back(a, &norm, p, q, dy + done, k + done, line_count(done, count, length));
    }
}

const struct cr_kernel CR_NAME(batchnorm_backward) = {
    .phases = {{slices, sum_slice}, {cr_one_part, sum_slices}, {backward_parts, backward}},
    .shared = backward_shared,
    .scratch = backward_scratch};
