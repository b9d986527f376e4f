/*
 * The mean of each window, over the pixels that lie inside the picture.
 *
 *     forward   y[n][i][j][c] = sum over the window of x[n][h][v][c] / pixels
 *     backward  dx[n][h][v][c] += dy[n][i][j][c] / pixels, for each window that holds (h, v)
 */
#include "kernels/ref/pool.h"

static real pixels_of(struct window window)
{
    return (real)((window.bottom - window.top) * (window.right - window.left));
}

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
        real *y = (real *)a->y + pixel * a->channels, share = 1 / pixels_of(window);
        for (int64_t c = 0; c < a->channels; c++)
            y[c] = 0;
        for (int64_t h = window.top; h < window.bottom; h++)
            for (int64_t v = window.left; v < window.right; v++) {
                const real *x = (const real *)a->x + ((n * a->height + h) * a->width + v) * a->channels;
#pragma omp simd
                for (int64_t c = 0; c < a->channels; c++)
                    y[c] += x[c];
            }
#pragma omp simd
        for (int64_t c = 0; c < a->channels; c++)
            y[c] *= share;
    }
}

static int64_t backward_parts(const void *args)
{
    const struct cr_pool_args *a = args;
    return cr_parts(a->batch, pool_sample_cost(a));
}

static void spread(const struct cr_pool_args *a, real *dx, const real *dy, struct window window)
{
    real share = 1 / pixels_of(window);
    for (int64_t h = window.top; h < window.bottom; h++)
        for (int64_t v = window.left; v < window.right; v++) {
            real *out = dx + (h * a->width + v) * a->channels;
#pragma omp simd
            for (int64_t c = 0; c < a->channels; c++)
                out[c] += dy[c] * share;
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
            spread(a, dx, (const real *)a->dy + k, window_at(a, pixel / a->out_width, pixel % a->out_width));
        }
    }
}

const struct cr_kernel CR_NAME(avgpool_forward) = {.phases = {{forward_parts, forward}}};
const struct cr_kernel CR_NAME(avgpool_backward) = {.phases = {{backward_parts, backward}}};
