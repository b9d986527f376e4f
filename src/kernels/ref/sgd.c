/*
 * Stochastic gradient descent with momentum (Polyak 1964; Nesterov as in Sutskever et al. 2013, PyTorch's form).
 *
 *     g += decay w (classic) or w -= lr decay w (decoupled);  m = momentum m + g;  w -= lr (nesterov ? g + momentum m :
 * m)
 */
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_sgd_args *a = args;
    return cr_flat_parts(a->count);
}

static void update(const struct cr_sgd_args *a, int64_t begin, int64_t end, double decay)
{
    real lr = (real)a->rates->lr, momentum = (real)a->rates->momentum;
    real added = a->rates->decoupled ? 0 : (real)decay;
    real shrink = a->rates->decoupled ? (real)(1 - a->rates->lr * decay) : 1;
    bool nesterov = a->rates->nesterov;
    const real *g = a->g;
    real *w = a->w, *m = a->m;
    if (!m)
#pragma omp simd
        for (int64_t i = begin; i < end; i++)
            w[i] = w[i] * shrink - lr * (g[i] + added * w[i]);
    else
#pragma omp simd
        for (int64_t i = begin; i < end; i++) {
            real gradient = g[i] + added * w[i];
            m[i] = momentum * m[i] + gradient;
            w[i] = w[i] * shrink - lr * (nesterov ? gradient + momentum * m[i] : m[i]);
        }
}

static void run(const struct cr_work *work)
{
    const struct cr_sgd_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    int64_t middle = a->decayed < range.begin ? range.begin : a->decayed < range.end ? a->decayed : range.end;
    update(a, range.begin, middle, a->rates->decay);
    update(a, middle, range.end, 0);
}

const struct cr_kernel CR_NAME(sgd) = {.phases = {{parts, run}}};
