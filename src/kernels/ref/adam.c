/*
 * Adam (Kingma & Ba 2015), and with decoupled decay AdamW (Loshchilov & Hutter 2019).
 *
 *     g += decay w (classic) or w -= lr decay w (decoupled);  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2)
 * g^2; w -= lr (m / correction1) / (sqrt(v / correction2) + epsilon)
 */
#include "kernels/ref/root.h"

static int64_t parts(const void *args)
{
    const struct cr_adam_args *a = args;
    return cr_flat_parts(a->count);
}

static void update(const struct cr_adam_args *a, int64_t begin, int64_t end, double decay)
{
    real beta1 = (real)a->rates->beta1, beta2 = (real)a->rates->beta2, epsilon = (real)a->rates->epsilon;
    real rest1 = (real)(1 - a->rates->beta1), rest2 = (real)(1 - a->rates->beta2);
    real lr = (real)(a->rates->lr / a->rates->correction1), correction2 = (real)a->rates->correction2;
    real added = a->rates->decoupled ? 0 : (real)decay;
    real shrink = a->rates->decoupled ? (real)(1 - a->rates->lr * decay) : 1;
    const real *g = a->g;
    real *w = a->w, *m = a->m, *v = a->v;
#pragma omp simd
    for (int64_t i = begin; i < end; i++) {
        real gradient = g[i] + added * w[i];
        m[i] = beta1 * m[i] + rest1 * gradient;
        v[i] = beta2 * v[i] + rest2 * gradient * gradient;
        w[i] = w[i] * shrink - lr * m[i] / (square_root(v[i] / correction2) + epsilon);
    }
}

static void run(const struct cr_work *work)
{
    const struct cr_adam_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    int64_t middle = a->decayed < range.begin ? range.begin : a->decayed < range.end ? a->decayed : range.end;
    update(a, range.begin, middle, a->rates->decay);
    update(a, middle, range.end, 0);
}

const struct cr_kernel CR_NAME(adam) = {.phases = {{parts, run}}};
