/*
 * LAMB (You et al. 2020): Adam's step of a whole tensor, as long as a share of the tensor itself.
 *
 *     m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
 *     r = (m / correction1) / (sqrt(v / correction2) + epsilon) + decay w
 *     w -= lr |w| / |r| r           the quotient is 1 where one of the norms is 0, or `adapt` is not set
 *
 * The norms cross parts: one partial a part, in double, added in order.
 */
#include "kernels/ref/root.h"

static int64_t parts(const void *args)
{
    const struct cr_lamb_args *a = args;
    return cr_flat_parts(a->count);
}

static real step_of(const struct cr_lamb_args *a, int64_t i)
{
    const real *w = a->w, *m = a->m, *v = a->v;
    real mean = m[i] / (real)a->rates->correction1, square = v[i] / (real)a->rates->correction2;
    return mean / (square_root(square) + (real)a->rates->epsilon) + (real)(a->adapt ? a->rates->decay : 0) * w[i];
}

static void measure(const struct cr_work *work)
{
    const struct cr_lamb_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    real beta1 = (real)a->rates->beta1, beta2 = (real)a->rates->beta2;
    real rest1 = (real)(1 - a->rates->beta1), rest2 = (real)(1 - a->rates->beta2);
    const real *g = a->g, *w = a->w;
    real *m = a->m, *v = a->v;
    double *sums = (double *)work->shared + 2 * work->part, ww = 0, rr = 0;
    for (int64_t i = range.begin; i < range.end; i++) {
        m[i] = beta1 * m[i] + rest1 * g[i];
        v[i] = beta2 * v[i] + rest2 * g[i] * g[i];
        real r = step_of(a, i);
        ww += (double)w[i] * (double)w[i];
        rr += (double)r * (double)r;
    }
    sums[0] = ww;
    sums[1] = rr;
}

/* Each part adds the same partials in the same order. */
static void update(const struct cr_work *work)
{
    const struct cr_lamb_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    const double *sums = work->shared;
    double ww = 0, rr = 0;
    for (int64_t part = 0; part < parts(a); part++) {
        ww += sums[2 * part];
        rr += sums[2 * part + 1];
    }
    real rate = (real)(a->rates->lr * (a->adapt && ww > 0 && rr > 0 ? sqrt(ww) / sqrt(rr) : 1));
    real *w = a->w;
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; i++)
        w[i] -= rate * step_of(a, i);
}

static size_t shared(const void *args)
{
    return 2 * sizeof(double) * (size_t)parts(args);
}

const struct cr_kernel CR_NAME(lamb) = {.phases = {{parts, measure}, {parts, update}}, .shared = shared};
