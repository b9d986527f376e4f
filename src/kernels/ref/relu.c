/*
 * Rectified linear unit (Nair & Hinton 2010). A NaN stays a NaN, forward and backward: both ask whether the number is
 * <= 0.
 *
 *     forward   y = x <= 0 ? 0 : x
 *     backward  dx = y <= 0 ? 0 : dy
 */
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_unary_args *a = args;
    return cr_flat_parts(a->batch * a->size);
}

static void forward(const struct cr_work *work)
{
    const struct cr_unary_args *a = work->args;
    struct cr_range range = cr_flat_part(a->batch * a->size, work->part);
    const real *x = a->x;
    real *y = a->y;
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; i++)
        y[i] = x[i] <= 0 ? 0 : x[i];
}

static void backward(const struct cr_work *work)
{
    const struct cr_unary_args *a = work->args;
    struct cr_range range = cr_flat_part(a->batch * a->size, work->part);
    const real *y = a->y, *dy = a->dy;
    real *dx = a->dx;
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; i++) {
        real given = dy[i], gradient = y[i] <= 0 ? 0 : given;
        dx[i] = a->add ? dx[i] + gradient : gradient;
    }
}

const struct cr_kernel CR_NAME(relu_forward) = {.phases = {{parts, forward}}};
const struct cr_kernel CR_NAME(relu_backward) = {.phases = {{parts, backward}}};
