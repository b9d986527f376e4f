/* y = a + b */
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_add_args *a = args;
    return cr_flat_parts(a->batch * a->size);
}

static void run(const struct cr_work *work)
{
    const struct cr_add_args *args = work->args;
    struct cr_range range = cr_flat_part(args->batch * args->size, work->part);
    const real *a = args->a, *b = args->b;
    real *y = args->y;
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; i++)
        y[i] = a[i] + b[i];
}

const struct cr_kernel CR_NAME(add) = {.phases = {{parts, run}}};
