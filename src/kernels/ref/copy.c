/* y = x, or y += x */
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_copy_args *a = args;
    return cr_flat_parts(a->batch * a->size);
}

static void run(const struct cr_work *work)
{
    const struct cr_copy_args *a = work->args;
    struct cr_range range = cr_flat_part(a->batch * a->size, work->part);
    const real *x = a->x;
    real *y = a->y;
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; i++)
        y[i] = a->add ? y[i] + x[i] : x[i];
}

const struct cr_kernel CR_NAME(copy) = {.phases = {{parts, run}}};
