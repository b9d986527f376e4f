/*
 * The largest of several pieces (Goodfellow et al. 2013): a pixel's channels are `pieces` rows of `outputs` numbers.
 *
 *     forward   y[j] = max_i x[i][j], index[j] = the first i that has it; a NaN is a maximum
 *     backward  dx[i][j] = index[j] == i ? dy[j] : 0
 */
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_maxout_args *a = args;
    return cr_parts(a->batch * a->pixels, a->pieces * a->outputs);
}

static struct cr_range pixels_of(const struct cr_work *work)
{
    const struct cr_maxout_args *a = work->args;
    return cr_part(a->batch * a->pixels, a->pieces * a->outputs, work->part);
}

static void forward(const struct cr_work *work)
{
    const struct cr_maxout_args *a = work->args;
    struct cr_range pixels = pixels_of(work);
    int64_t outputs = a->outputs;
    for (int64_t pixel = pixels.begin; pixel < pixels.end; pixel++) {
        const real *x = (const real *)a->x + pixel * a->pieces * outputs;
        real *y = (real *)a->y + pixel * outputs;
        int32_t *index = a->index + pixel * outputs;
        for (int64_t j = 0; j < outputs; j++) {
            y[j] = x[j];
            index[j] = 0;
        }
        for (int64_t i = 1; i < a->pieces; i++) {
            x += outputs;
#pragma omp simd
            for (int64_t j = 0; j < outputs; j++) {
                bool larger = y[j] == y[j] && !(x[j] <= y[j]);
                y[j] = larger ? x[j] : y[j];
                index[j] = larger ? (int32_t)i : index[j];
            }
        }
    }
}

static void backward(const struct cr_work *work)
{
    const struct cr_maxout_args *a = work->args;
    struct cr_range pixels = pixels_of(work);
    int64_t outputs = a->outputs;
    for (int64_t pixel = pixels.begin; pixel < pixels.end; pixel++) {
        const real *dy = (const real *)a->dy + pixel * outputs;
        const int32_t *index = a->index + pixel * outputs;
        real *dx = (real *)a->dx + pixel * a->pieces * outputs;
        for (int64_t i = 0; i < a->pieces; i++, dx += outputs)
#pragma omp simd
            for (int64_t j = 0; j < outputs; j++) {
                real gradient = index[j] == i ? dy[j] : 0;
                dx[j] = a->add ? dx[j] + gradient : gradient;
            }
    }
}

const struct cr_kernel CR_NAME(maxout_forward) = {.phases = {{parts, forward}}};
const struct cr_kernel CR_NAME(maxout_backward) = {.phases = {{parts, backward}}};
