/*
 * Over the K classes of each sample.
 *
 *     forward   y[k] = exp(x[k] - max x) / sum_j exp(x[j] - max x)
 *     backward  dx[k] = y[k] (dy[k] - sum_j dy[j] y[j])
 */
#include "kernels/ref/softmax.h"

static int64_t parts(const void *args)
{
    const struct cr_unary_args *a = args;
    return cr_parts(a->batch, a->size * EXP_COST);
}

static void forward(const struct cr_work *work)
{
    const struct cr_unary_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->size * EXP_COST, work->part);
    for (int64_t n = samples.begin; n < samples.end; n++)
        softmax((real *)a->y + n * a->size, (const real *)a->x + n * a->size, a->size);
}

static void backward(const struct cr_work *work)
{
    const struct cr_unary_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->size * EXP_COST, work->part);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *y = (const real *)a->y + n * a->size, *dy = (const real *)a->dy + n * a->size;
        real *dx = (real *)a->dx + n * a->size, dot = 0;
        for (int64_t k = 0; k < a->size; k++)
            dot += dy[k] * y[k];
#pragma omp simd
        for (int64_t k = 0; k < a->size; k++) {
            real gradient = y[k] * (dy[k] - dot);
            dx[k] = a->add ? dx[k] + gradient : gradient;
        }
    }
}

const struct cr_kernel CR_NAME(softmax_forward) = {.phases = {{parts, forward}}};
const struct cr_kernel CR_NAME(softmax_backward) = {.phases = {{parts, backward}}};
