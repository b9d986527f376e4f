/*
 * Group normalisation (Wu & He 2018), for each sample over its pixels and the channels of each group.
 *
 *     forward   m = mean x, v = mean (x - m)^2, y = (x - m) / sqrt(v + epsilon) * scale[c] + shift[c]
 *     backward  dx = inverse (scale[c] dy - mean(scale dy) - xhat mean(scale dy xhat)),
 *               dscale = sum dy xhat, dshift = sum dy over samples and pixels
 *
 * A part is some whole samples: each stays in the cache for its two or three passes. Sums are made channel by channel,
 * by lines, and then put together for each group.
 */
#include <math.h>

#include "kernels/ref/line.h"

static int64_t parts(const void *args)
{
    const struct cr_groupnorm_args *a = args;
    return cr_parts(a->batch, a->pixels * a->channels);
}

static struct cr_range samples_of(const struct cr_work *work)
{
    const struct cr_groupnorm_args *a = work->args;
    return cr_part(a->batch, a->pixels * a->channels, work->part);
}

static real square_root(real x)
{
    return sizeof x == sizeof(float) ? (real)sqrtf((float)x) : (real)sqrt((double)x);
}

/* Numbers that share their statistics. */
static int64_t group_size(const struct cr_groupnorm_args *a)
{
    return a->pixels * (a->channels / a->groups);
}

/* A number a group to a line of one a channel. */
static void line_of_groups(const struct cr_groupnorm_args *a, real *line, const real *of_group)
{
    int64_t width = a->channels / a->groups;
    for (int64_t group = 0; group < a->groups; group++)
        for (int64_t c = 0; c < width; c++)
            line[group * width + c] = of_group[group];
    line_extend(line, a->channels);
}

/* of_group[g] = sum over its channels of the line's sums; `line` keeps them by channel in its first pixel. */
static void sum_by_group(const struct cr_groupnorm_args *a, real *of_group, real *line)
{
    int64_t width = a->channels / a->groups;
    line_fold(line, line, a->channels);
    for (int64_t group = 0; group < a->groups; group++) {
        of_group[group] = 0;
        for (int64_t c = 0; c < width; c++)
            of_group[group] += line[group * width + c];
    }
}

/* --------------------------------------------------------------------------------------------------------- forward */

/* mean[groups] and inverse[groups] of one sample; `means` gets the mean as a line. */
static void measure(const struct cr_groupnorm_args *a, const real *x, real *mean, real *inverse, real *means,
                    real *sums)
{
    int64_t length = line_length(a->channels), end = a->pixels * a->channels;
    real size = (real)group_size(a);
    line_clear(sums, a->channels);
    for (int64_t k = 0; k < end; k += length) {
        int64_t count = line_count(k, end, length);
#pragma omp simd
        for (int64_t l = 0; l < count; l++)
            sums[l] += x[k + l];
    }
    sum_by_group(a, mean, sums);
    for (int64_t group = 0; group < a->groups; group++)
        mean[group] /= size;
    line_of_groups(a, means, mean);
    line_clear(sums, a->channels);
    for (int64_t k = 0; k < end; k += length) {
        int64_t count = line_count(k, end, length);
#pragma omp simd
        for (int64_t l = 0; l < count; l++)
            sums[l] += (x[k + l] - means[l]) * (x[k + l] - means[l]);
    }
    sum_by_group(a, inverse, sums);
    for (int64_t group = 0; group < a->groups; group++)
        inverse[group] = 1 / square_root(inverse[group] / size + (real)a->epsilon);
}

static void forward(const struct cr_work *work)
{
    const struct cr_groupnorm_args *a = work->args;
    struct cr_range samples = samples_of(work);
    int64_t length = line_length(a->channels), size = a->pixels * a->channels;
    real *means = work->scratch, *factors = means + length, *shifts = factors + length, *sums = shifts + length;
    line_repeat(shifts, a->shift, a->channels);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * size, *scale = a->scale;
        real *y = (real *)a->y + n * size;
        real *mean = (real *)a->mean + n * a->groups, *inverse = (real *)a->inverse + n * a->groups;
        measure(a, x, mean, inverse, means, sums);
        line_of_groups(a, factors, inverse);
        for (int64_t c = 0; c < a->channels; c++)
            factors[c] *= scale[c];
        line_extend(factors, a->channels);
        for (int64_t k = 0; k < size; k += length) {
            int64_t count = line_count(k, size, length);
#pragma omp simd
            for (int64_t l = 0; l < count; l++)
                y[k + l] = (x[k + l] - means[l]) * factors[l] + shifts[l];
        }
    }
}

static size_t forward_scratch(const void *args)
{
    const struct cr_groupnorm_args *a = args;
    return 4 * (size_t)line_length(a->channels) * sizeof(real);
}

const struct cr_kernel CR_NAME(groupnorm_forward) = {.phases = {{parts, forward}}, .scratch = forward_scratch};

/* -------------------------------------------------------------------------------------------------------- backward */

/* By channel, in the first pixel of each line: sum dy, sum dy xhat over one sample. */
static void sum_sample(const struct cr_groupnorm_args *a, const real *x, const real *dy, const real *means,
                       const real *inverses, real *sums, real *products)
{
    int64_t length = line_length(a->channels), end = a->pixels * a->channels;
    line_clear(sums, a->channels);
    line_clear(products, a->channels);
    for (int64_t k = 0; k < end; k += length) {
        int64_t count = line_count(k, end, length);
#pragma omp simd
        for (int64_t l = 0; l < count; l++) {
            sums[l] += dy[k + l];
            products[l] += dy[k + l] * ((x[k + l] - means[l]) * inverses[l]);
        }
    }
    line_fold(sums, sums, a->channels);
    line_fold(products, products, a->channels);
}

/* With p = mean(scale dy) inverse and q = mean(scale dy xhat) inverse^2:  dx = scale inverse dy - p - (x - mean) q */
static void write_sample(const struct cr_groupnorm_args *a, const real *x, const real *dy, real *dx, const real *lines)
{
    int64_t length = line_length(a->channels), end = a->pixels * a->channels;
    const real *means = lines, *factors = means + length, *p = factors + length, *q = p + length;
    for (int64_t k = 0; k < end; k += length) {
        int64_t count = line_count(k, end, length);
#pragma omp simd
        for (int64_t l = 0; l < count; l++) {
            real gradient = factors[l] * dy[k + l] - p[l] - (x[k + l] - means[l]) * q[l];
            dx[k + l] = a->add ? dx[k + l] + gradient : gradient;
        }
    }
}

/* shared: for each part sum dy [C], sum dy xhat [C] */
static void backward(const struct cr_work *work)
{
    const struct cr_groupnorm_args *a = work->args;
    struct cr_range samples = samples_of(work);
    int64_t channels = a->channels, length = line_length(channels), size = a->pixels * channels;
    int64_t width = channels / a->groups;
    real *means = work->scratch, *factors = means + length, *p = factors + length, *q = p + length;
    real *sums = q + length, *products = sums + length;
    real *dshift = (real *)work->shared + 2 * work->part * channels, *dscale = dshift + channels;
    const real *scale = a->scale;
    for (int64_t c = 0; c < channels; c++)
        dshift[c] = dscale[c] = 0;
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * size, *dy = (const real *)a->dy + n * size;
        const real *inverse = (const real *)a->inverse + n * a->groups;
        line_of_groups(a, means, (const real *)a->mean + n * a->groups);
        line_of_groups(a, factors, inverse);
        sum_sample(a, x, dy, means, factors, sums, products);
        for (int64_t c = 0; c < channels; c++) {
            dshift[c] += sums[c];
            dscale[c] += products[c];
            factors[c] *= scale[c];
        }
        if (!a->dx)
            continue;
        for (int64_t group = 0; group < a->groups; group++) {
            real sum = 0, product = 0, share = inverse[group] / (real)group_size(a);
            for (int64_t c = group * width; c < (group + 1) * width; c++) {
                sum += scale[c] * sums[c];
                product += scale[c] * products[c];
            }
            for (int64_t c = group * width; c < (group + 1) * width; c++) {
                p[c] = sum * share;
                q[c] = product * share * inverse[group];
            }
        }
        line_extend(factors, channels);
        line_extend(p, channels);
        line_extend(q, channels);
        write_sample(a, x, dy, (real *)a->dx + n * size, means);
    }
}

static void sum_parts(const struct cr_work *work)
{
    const struct cr_groupnorm_args *a = work->args;
    real *dshift = a->dshift, *dscale = a->dscale;
    const real *partial = work->shared;
    for (int64_t c = 0; c < a->channels; c++)
        dshift[c] = dscale[c] = 0;
    for (int64_t part = 0; part < parts(a); part++, partial += 2 * a->channels)
#pragma omp simd
        for (int64_t c = 0; c < a->channels; c++) {
            dshift[c] += partial[c];
            dscale[c] += partial[a->channels + c];
        }
}

static size_t backward_shared(const void *args)
{
    const struct cr_groupnorm_args *a = args;
    return 2 * (size_t)(parts(a) * a->channels) * sizeof(real);
}

static size_t backward_scratch(const void *args)
{
    const struct cr_groupnorm_args *a = args;
    return 6 * (size_t)line_length(a->channels) * sizeof(real);
}

const struct cr_kernel CR_NAME(groupnorm_backward) = {
    .phases = {{parts, backward}, {cr_one_part, sum_parts}}, .shared = backward_shared, .scratch = backward_scratch};
