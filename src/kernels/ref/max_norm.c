/*
 * No column of a weight matrix [rows][columns], the weights into one output, is longer than `most` (Srivastava et al.
 * 2014): a longer one is scaled down to it.
 */
#include "kernels/ref/root.h"

static int64_t parts(const void *args)
{
    const struct cr_max_norm_args *a = args;
    return cr_parts(a->columns, a->rows);
}

static void run(const struct cr_work *work)
{
    const struct cr_max_norm_args *a = work->args;
    struct cr_range columns = cr_part(a->columns, a->rows, work->part);
    real *w = a->w, most = (real)a->most;
    for (int64_t c = columns.begin; c < columns.end; c++) {
        real sum = 0;
        for (int64_t r = 0; r < a->rows; r++)
            sum += w[r * a->columns + c] * w[r * a->columns + c];
        real norm = square_root(sum);
        if (norm <= most)
            continue;
        for (int64_t r = 0; r < a->rows; r++)
            w[r * a->columns + c] *= most / norm;
    }
}

const struct cr_kernel CR_NAME(max_norm) = {.phases = {{parts, run}}};
