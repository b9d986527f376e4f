/*
 * Gradient clipping: by the norm of all numbers together (Pascanu et al. 2013), or number by number.
 *
 *     norm > 0    g *= min(1, norm / (|g| + 1e-6))
 *     value > 0   g = g held within -value..value
 *
 * The norm crosses parts: one partial a part, in double, added in order.
 */
#include <math.h>

#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_clip_args *a = args;
    return cr_flat_parts(a->count);
}

static void measure(const struct cr_work *work)
{
    const struct cr_clip_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    const real *g = a->g;
    double sum = 0;
    for (int64_t i = range.begin; a->norm > 0 && i < range.end; i++)
        sum += (double)g[i] * (double)g[i];
    ((double *)work->shared)[work->part] = sum;
}

/* Each part adds the same partials in the same order. */
static void clip(const struct cr_work *work)
{
    const struct cr_clip_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    const double *sums = work->shared;
    double sum = 0;
    for (int64_t part = 0; part < parts(a); part++)
        sum += sums[part];
    double share = a->norm > 0 ? a->norm / (sqrt(sum) + 1e-6) : 1;
    real factor = (real)(share < 1 ? share : share >= 1 ? 1 : share); /* a NaN stays one */
    real value = (real)a->value;
    real *g = a->g;
    if (a->norm > 0 && factor != 1)
#pragma omp simd
        for (int64_t i = range.begin; i < range.end; i++)
            g[i] *= factor;
    if (a->value > 0)
#pragma omp simd
        for (int64_t i = range.begin; i < range.end; i++)
            g[i] = g[i] > value ? value : g[i] < -value ? -value : g[i];
}

static size_t shared(const void *args)
{
    return sizeof(double) * (size_t)parts(args);
}

const struct cr_kernel CR_NAME(clip) = {.phases = {{parts, measure}, {parts, clip}}, .shared = shared};
