/*
 * The gradient of l1 sum |w| is added: g += l1 sign(w), 0 at 0 (Tibshirani 1996).
 */
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_lasso_args *a = args;
    return cr_flat_parts(a->count);
}

static void run(const struct cr_work *work)
{
    const struct cr_lasso_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    real l1 = (real)a->l1;
    const real *w = a->w;
    real *g = a->g;
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; i++)
        g[i] += w[i] > 0 ? l1 : w[i] < 0 ? -l1 : 0;
}

const struct cr_kernel CR_NAME(lasso) = {.phases = {{parts, run}}};
