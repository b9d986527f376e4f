/*
 * Muon (K. Jordan 2024), what is not a product of matrices in it. The products are those of dense layers.
 *
 *     muon_begin   m = momentum m + (1 - momentum) g;  u = nesterov ? momentum m + (1 - momentum) g : m;
 *                  x = u / (|u| + 1e-7)
 *     muon_blend   b = 3.4445 I - 4.7750 a + 2.0315 aa       of square matrices [size][size]
 *     muon_end     w -= lr decay w;  w -= lr scale x
 *
 * The polynomial 3.4445 s - 4.7750 s^3 + 2.0315 s^5 moves every singular value s of (0, 1] to about 1 in five rounds.
 */
#include "kernels/ref/root.h"

static int64_t parts(const void *args)
{
    const struct cr_muon_args *a = args;
    return cr_flat_parts(a->count);
}

static void gather(const struct cr_work *work)
{
    const struct cr_muon_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    real momentum = (real)a->rates->momentum, rest = (real)(1 - a->rates->momentum);
    bool nesterov = a->rates->nesterov;
    const real *g = a->g;
    real *m = a->m, *x = a->x;
    double sum = 0;
    for (int64_t i = range.begin; i < range.end; i++) {
        m[i] = momentum * m[i] + rest * g[i];
        x[i] = nesterov ? momentum * m[i] + rest * g[i] : m[i];
        sum += (double)x[i] * (double)x[i];
    }
    ((double *)work->shared)[work->part] = sum;
}

static void scale(const struct cr_work *work)
{
    const struct cr_muon_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    const double *sums = work->shared;
    double sum = 0;
    for (int64_t part = 0; part < parts(a); part++)
        sum += sums[part];
    real factor = (real)(1 / (sqrt(sum) + 1e-7));
    real *x = a->x;
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; i++)
        x[i] *= factor;
}

static size_t shared(const void *args)
{
    return sizeof(double) * (size_t)parts(args);
}

static void end(const struct cr_work *work)
{
    const struct cr_muon_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    real shrink = (real)(1 - a->rates->lr * a->rates->decay), rate = (real)(a->rates->lr * a->scale);
    const real *x = a->x;
    real *w = a->w;
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; i++)
        w[i] = w[i] * shrink - rate * x[i];
}

static int64_t blend_parts(const void *args)
{
    const struct cr_muon_blend_args *a = args;
    return cr_parts(a->size, a->size);
}

static void blend(const struct cr_work *work)
{
    const struct cr_muon_blend_args *a = work->args;
    struct cr_range rows = cr_part(a->size, a->size, work->part);
    for (int64_t i = rows.begin; i < rows.end; i++) {
        const real *x = (const real *)a->a + i * a->size, *y = (const real *)a->aa + i * a->size;
        real *b = (real *)a->b + i * a->size;
#pragma omp simd
        for (int64_t k = 0; k < a->size; k++)
            b[k] = (real)-4.7750 * x[k] + (real)2.0315 * y[k];
        b[i] += (real)3.4445;
    }
}

const struct cr_kernel CR_NAME(muon_begin) = {.phases = {{parts, gather}, {parts, scale}}, .shared = shared};
const struct cr_kernel CR_NAME(muon_blend) = {.phases = {{blend_parts, blend}}};
const struct cr_kernel CR_NAME(muon_end) = {.phases = {{parts, end}}};
