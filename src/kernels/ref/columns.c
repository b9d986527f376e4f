/* y[r][c] = x[r][c], or plus what is there, of rows that lie apart */
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_columns_args *a = args;
    return cr_parts(a->batch * a->rows, a->columns);
}

static void run(const struct cr_work *work)
{
    const struct cr_columns_args *a = work->args;
    struct cr_range rows = cr_part(a->batch * a->rows, a->columns, work->part);
    for (int64_t row = rows.begin; row < rows.end; row++) {
        const real *x = (const real *)a->x + row * a->x_stride;
        real *y = (real *)a->y + row * a->y_stride;
#pragma omp simd
        for (int64_t c = 0; c < a->columns; c++)
            y[c] = a->add ? y[c] + x[c] : x[c];
    }
}

const struct cr_kernel CR_NAME(columns) = {.phases = {{parts, run}}};
