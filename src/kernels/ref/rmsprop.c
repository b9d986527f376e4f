/*
 * RMSProp (Tieleman & Hinton 2012), with or without momentum; with memory 1 and fresh 1 Adagrad (Duchi et al. 2011).
 *
 *     g += decay w (classic) or w -= lr decay w (decoupled);  v = memory v + fresh g^2;
 *     m = momentum m + g / (sqrt(v) + epsilon);  w -= lr m
 *
 * Centered (Graves 2013), v - mean^2 stands under the root, the gradient's variance; rounding may take it below 0.
 */
#include "kernels/ref/root.h"

static int64_t parts(const void *args)
{
    const struct cr_rmsprop_args *a = args;
    return cr_flat_parts(a->count);
}

/* The running means of the gradient and its square. */
static void measure(const struct cr_rmsprop_args *a, int64_t begin, int64_t end, real added)
{
    real memory = (real)a->rates->memory, fresh = (real)a->rates->fresh;
    const real *g = a->g, *w = a->w;
    real *v = a->v, *mean = a->mean;
#pragma omp simd
    for (int64_t i = begin; i < end; i++) {
        real gradient = g[i] + added * w[i];
        v[i] = memory * v[i] + fresh * gradient * gradient;
        mean[i] = memory * mean[i] + fresh * gradient;
    }
}

static void update_centered(const struct cr_rmsprop_args *a, int64_t begin, int64_t end, real added, real shrink)
{
    real lr = (real)a->rates->lr, momentum = (real)a->rates->momentum, epsilon = (real)a->rates->epsilon;
    const real *g = a->g, *v = a->v, *mean = a->mean;
    real *w = a->w, *m = a->m;
    measure(a, begin, end, added);
#pragma omp simd
    for (int64_t i = begin; i < end; i++) {
        real gradient = g[i] + added * w[i], variance = v[i] - mean[i] * mean[i];
        m[i] = momentum * m[i] + gradient / (square_root(variance > 0 ? variance : 0) + epsilon);
        w[i] = w[i] * shrink - lr * m[i];
    }
}

static void update(const struct cr_rmsprop_args *a, int64_t begin, int64_t end, double decay)
{
    real lr = (real)a->rates->lr, memory = (real)a->rates->memory, fresh = (real)a->rates->fresh;
    real momentum = (real)a->rates->momentum, epsilon = (real)a->rates->epsilon;
    real added = a->rates->decoupled ? 0 : (real)decay;
    real shrink = a->rates->decoupled ? (real)(1 - a->rates->lr * decay) : 1;
    const real *g = a->g;
    real *w = a->w, *m = a->m, *v = a->v;
    if (a->mean)
        update_centered(a, begin, end, added, shrink);
    else if (!m)
#pragma omp simd
        for (int64_t i = begin; i < end; i++) {
            real gradient = g[i] + added * w[i];
            v[i] = memory * v[i] + fresh * gradient * gradient;
            w[i] = w[i] * shrink - lr * gradient / (square_root(v[i]) + epsilon);
        }
    else
#pragma omp simd
        for (int64_t i = begin; i < end; i++) {
            real gradient = g[i] + added * w[i];
            v[i] = memory * v[i] + fresh * gradient * gradient;
            m[i] = momentum * m[i] + gradient / (square_root(v[i]) + epsilon);
            w[i] = w[i] * shrink - lr * m[i];
        }
}

static void run(const struct cr_work *work)
{
    const struct cr_rmsprop_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    int64_t middle = a->decayed < range.begin ? range.begin : a->decayed < range.end ? a->decayed : range.end;
    update(a, range.begin, middle, a->rates->decay);
    update(a, middle, range.end, 0);
}

const struct cr_kernel CR_NAME(rmsprop) = {.phases = {{parts, run}}};
