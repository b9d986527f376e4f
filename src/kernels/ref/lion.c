/*
 * Lion (Chen et al. 2023): the sign of a mean of gradients.
 *
 *     g += decay w (classic) or w -= lr decay w (decoupled);
 *     w -= lr sign(beta1 m + (1 - beta1) g);  m = beta2 m + (1 - beta2) g
 */
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_lion_args *a = args;
    return cr_flat_parts(a->count);
}

static void update(const struct cr_lion_args *a, int64_t begin, int64_t end, double decay)
{
    real lr = (real)a->rates->lr, beta1 = (real)a->rates->beta1, beta2 = (real)a->rates->beta2;
    real rest1 = (real)(1 - a->rates->beta1), rest2 = (real)(1 - a->rates->beta2);
    real added = a->rates->decoupled ? 0 : (real)decay;
    real shrink = a->rates->decoupled ? (real)(1 - a->rates->lr * decay) : 1;
    const real *g = a->g;
    real *w = a->w, *m = a->m;
#pragma omp simd
    for (int64_t i = begin; i < end; i++) {
        real gradient = g[i] + added * w[i], mean = beta1 * m[i] + rest1 * gradient;
        real sign = mean > 0 ? 1 : mean < 0 ? -1 : mean; /* a NaN stays one */
        m[i] = beta2 * m[i] + rest2 * gradient;
        w[i] = w[i] * shrink - lr * sign;
    }
}

static void run(const struct cr_work *work)
{
    const struct cr_lion_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    int64_t middle = a->decayed < range.begin ? range.begin : a->decayed < range.end ? a->decayed : range.end;
    update(a, range.begin, middle, a->rates->decay);
    update(a, middle, range.end, 0);
}

const struct cr_kernel CR_NAME(lion) = {.phases = {{parts, run}}};
