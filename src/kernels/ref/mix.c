/*
 * y = keep y + share x over flat arrays: sums of gradients, running means of weights.
 */
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_mix_args *a = args;
    return cr_flat_parts(a->count);
}

static void run(const struct cr_work *work)
{
    const struct cr_mix_args *a = work->args;
    struct cr_range range = cr_flat_part(a->count, work->part);
    real keep = (real)a->rates->keep, share = (real)a->rates->share;
    const real *x = a->x;
    real *y = a->y;
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; i++)
        y[i] = keep * y[i] + share * x[i];
}

const struct cr_kernel CR_NAME(mix) = {.phases = {{parts, run}}};
