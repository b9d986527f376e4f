/*
 * The greatest number of each window, and its place h * W + v, which is where the gradient goes.
 *
 *     forward   y[n][i][j][c] = max over the window of x[n][h][v][c]
 *     backward  dx[n][index][c] += dy[n][i][j][c]; a window asks each of its pixels, so that channels stay innermost
 *
 * Forward goes over a line of output pixels [OW * C] once for each tap of the window, with the pixels under the tap
 * copied side by side: the inner loop is long even where there are few channels.
 */
#include "kernels/ref/curve.h"
#include "kernels/ref/pool.h"

/* The output pixels whose tap in column b lies inside the picture. */
static struct cr_range columns_of(const struct cr_pool_args *a, int64_t b)
{
    int64_t before = a->pad_left - b, last = a->width - 1 + before;
    int64_t begin = before > 0 ? (before + a->stride - 1) / a->stride : 0;
    int64_t end = last < 0 ? 0 : last / a->stride + 1;
    return (struct cr_range){begin, end < a->out_width ? end : a->out_width};
}

/* From the tap of output pixel 0 to that of the pixel of each number: [OW * C], in pixels */
static int32_t *steps_fill(int32_t *steps, const struct cr_pool_args *a)
{
    for (int64_t k = 0; k < a->out_width * a->channels; k++)
        steps[k] = (int32_t)(k / a->channels * a->stride);
    return steps;
}

static size_t scratch(const void *args)
{
    const struct cr_pool_args *a = args;
    return (size_t)(a->out_width * a->channels) * (sizeof(real) + sizeof(int32_t));
}

static int64_t forward_parts(const void *args)
{
    const struct cr_pool_args *a = args;
    return cr_parts(a->batch * a->out_height, pool_line_cost(a));
}

/* index -1: nothing is taken yet. A NaN is greater than all, and stays. */
static void take(real *y, int32_t *index, const real *x, const int32_t *steps, int32_t place, int64_t count)
{
#pragma omp simd
    for (int64_t k = 0; k < count; k++) {
        real old = y[k], new = x[k];
        int32_t before = index[k], now = place + steps[k];
        bool keep = (before >= 0) & ((new <= old) | (old != old));
        index[k] = keep ? before : now;
        y[k] = keep ? old : new;
    }
}

static void forward(const struct cr_work *work)
{
    const struct cr_pool_args *a = work->args;
    struct cr_range lines = cr_part(a->batch * a->out_height, pool_line_cost(a), work->part);
    int64_t count = a->out_width * a->channels;
    real *under = work->scratch;
    int32_t *steps = steps_fill((int32_t *)(under + count), a);
    for (int64_t line = lines.begin; line < lines.end; line++) {
        int64_t n = line / a->out_height, top = line % a->out_height * a->stride - a->pad_top;
        real *y = (real *)a->y + line * count;
        int32_t *index = a->index + line * count;
        for (int64_t k = 0; k < count; k++)
            index[k] = -1;
        for (int64_t h = top < 0 ? 0 : top; h < top + a->kernel_height && h < a->height; h++)
            for (int64_t b = 0; b < a->kernel_width; b++) {
                struct cr_range range = columns_of(a, b);
                int64_t place = h * a->width + b - a->pad_left, first = range.begin * a->channels;
                const real *x = (const real *)a->x + (n * a->height * a->width + place) * a->channels;
                for (int64_t j = range.begin; j < range.end; j++)
                    for (int64_t c = 0; c < a->channels; c++)
                        under[j * a->channels + c] = x[j * a->stride * a->channels + c];
                take(y + first, index + first, under + first, steps + first, (int32_t)place,
                     range.end * a->channels - first);
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
            for (int64_t c = 0; c < a->channels; c++) {
                real given = dy[c];
                out[c] += index[c] != place ? 0 : given;
            }
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
            const real *dy = (const real *)a->dy + k;
            if (a->back.kind != CR_ACTIVATION_none) {
                curve_back(a->back, work->scratch, (const real *)a->y + k, dy, a->channels, false);
                dy = work->scratch;
            }
            spread(a, dx, dy, a->index + k, window_at(a, pixel / a->out_width, pixel % a->out_width));
        }
    }
}

const struct cr_kernel CR_NAME(maxpool_forward) = {.phases = {{forward_parts, forward}}, .scratch = scratch};
static size_t backward_scratch(const void *args)
{
    const struct cr_pool_args *a = args;
    return (size_t)a->channels * sizeof(real);
}

const struct cr_kernel CR_NAME(maxpool_backward) = {.phases = {{backward_parts, backward}},
                                                    .scratch = backward_scratch};
