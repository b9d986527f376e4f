/*
 * moments: what the epilogue of a kernel would have left (kernels/moments.h), in a pass over memory of its own.
 */
#include "kernels/ref/moments.h"

static int64_t rows_of(const struct cr_moments_args *a)
{
    return a->rows > 0 ? a->rows : a->batch * a->pixels;
}

static int64_t parts(const void *args)
{
    const struct cr_moments_args *a = args;
    return cr_parts(rows_of(a), a->channels);
}

static void run(const struct cr_work *work)
{
    const struct cr_moments_args *a = work->args;
    struct cr_range rows = cr_part(rows_of(a), a->channels, work->part);
    real *slot = moments_begin(a->moments, work->part, parts(a), a->channels);
    moments_measure(slot, a->x, rows, a->channels, work->scratch);
    moments_extremes(slot, a->x, rows, a->channels, work->scratch);
}

static size_t scratch(const void *args)
{
    const struct cr_moments_args *a = args;
    return (size_t)moments_scratch(a->channels) * sizeof(real);
}

const struct cr_kernel CR_NAME(moments) = {.phases = {{parts, run}}, .scratch = scratch};
