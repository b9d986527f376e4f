/*
 * The greatest number of each window, and its place h * W + v, which is where the gradient goes.
 *
 *     forward   y[n][i][j][c] = max over the window of x[n][h][v][c]
 *     backward  dx[n][index][c] += dy[n][i][j][c]; a window asks each of its pixels, so that channels stay innermost
 */
#include <math.h>

#include "kernels/ref/pool.h"

static int64_t forward_parts(const void *args)
{
    const struct cr_pool_args *a = args;
    return cr_parts(a->batch * a->out_height, pool_line_cost(a));
}

static void forward(const struct cr_work *work)
{
    const struct cr_pool_args *a = work->args;
    struct cr_range lines = cr_part(a->batch * a->out_height, pool_line_cost(a), work->part);
    for (int64_t pixel = lines.begin * a->out_width; pixel < lines.end * a->out_width; pixel++) {
        int64_t n = pixel / a->out_width / a->out_height;
        struct window window = window_at(a, pixel / a->out_width % a->out_height, pixel % a->out_width);
        real *y = (real *)a->y + pixel * a->channels;
        int32_t *index = a->index + pixel * a->channels;
        for (int64_t c = 0; c < a->channels; c++) {
            y[c] = -(real)INFINITY;
            index[c] = (int32_t)(window.top * a->width + window.left);
        }
        for (int64_t h = window.top; h < window.bottom; h++)
            for (int64_t v = window.left; v < window.right; v++) {
                int32_t place = (int32_t)(h * a->width + v);
                const real *x = (const real *)a->x + (n * a->height * a->width + place) * a->channels;
#pragma omp simd
                for (int64_t c = 0; c < a->channels; c++) {
                    bool greater = !(x[c] <= y[c]) & (y[c] == y[c]); /* a NaN is greater, and stays */
                    index[c] = greater ? place : index[c];
                    y[c] = greater ? x[c] : y[c];
                }
            }
    }
}

static int64_t backward_parts(const void *args)
{
    const struct cr_pool_args *a = args;
    return cr_parts(a->batch, pool_sample_cost(a));
}

static void spread(const struct cr_pool_args *a, real *dx, const real *dy, const int32_t *index, struct window window)
{
    for (int64_t h = window.top; h < window.bottom; h++)
        for (int64_t v = window.left; v < window.right; v++) {
            int32_t place = (int32_t)(h * a->width + v);
            real *out = dx + place * a->channels;
#pragma omp simd
            for (int64_t c = 0; c < a->channels; c++)
                out[c] += index[c] == place ? dy[c] : 0;
        }
}

static void backward(const struct cr_work *work)
{
    const struct cr_pool_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, pool_sample_cost(a), work->part);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        int64_t size = a->height * a->width * a->channels;
        real *dx = (real *)a->dx + n * size;
        for (int64_t k = 0; k < size && !a->add; k++)
            dx[k] = 0;
        for (int64_t pixel = 0; pixel < a->out_height * a->out_width; pixel++) {
            int64_t k = (n * a->out_height * a->out_width + pixel) * a->channels;
            spread(a, dx, (const real *)a->dy + k, a->index + k,
                   window_at(a, pixel / a->out_width, pixel % a->out_width));
        }
    }
}

const struct cr_kernel CR_NAME(maxpool_forward) = {.phases = {{forward_parts, forward}}};
const struct cr_kernel CR_NAME(maxpool_backward) = {.phases = {{backward_parts, backward}}};
