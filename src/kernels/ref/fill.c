/* y = value / batch */
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_fill_args *a = args;
    return cr_flat_parts(a->batch * a->size);
}

static void run(const struct cr_work *work)
{
    const struct cr_fill_args *a = work->args;
    struct cr_range range = cr_flat_part(a->batch * a->size, work->part);
    real value = (real)(a->value / (double)a->batch), *y = a->y;
    for (int64_t i = range.begin; i < range.end; i++)
        y[i] = value;
}

const struct cr_kernel CR_NAME(fill) = {.phases = {{parts, run}}};
