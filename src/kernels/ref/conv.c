/*
 * Convolution of x [N][H][W][C] with w [KH][KW][C / G][F] to y [N][OH][OW][F]; taps outside the picture are left out.
 * In G groups filter f sees only the C / G channels of its own: c below goes over these. With one channel and one
 * filter a group it is depthwise (Howard et al. 2017), and the inner loops go over channels side by side; else over the
 * filters of a group. With h = i*stride + a - pad_top and v = j*stride + b - pad_left:
 *
 *     forward            y[n][i][j][f] = sum_{a,b,c} x[n][h][v][c] w[a][b][c][f]
 *     backward_data      x[n][h][v][c] = sum over the (a, i) and (b, j) that meet (h, v), and f,
 *                                        of y[n][i][j][f] w[a][b][c][f]
 *     backward_weights   w[a][b][c][f] = sum_{n,i,j} x[n][h][v][c] y[n][i][j][f]
 */
#include "kernels/ref/finish.h"
#include "kernels/ref/moments.h"

/* How groups lie: `deep` channels and `wide` filters each. */
struct groups {
    int64_t count, deep, wide;
};

static struct groups groups_of(const struct cr_conv_args *a)
{
    return (struct groups){a->groups, a->channels / a->groups, a->filters / a->groups};
}

static bool is_depthwise(const struct cr_conv_args *a)
{
    return a->groups == a->channels && a->groups == a->filters;
}

static int64_t cost(const struct cr_conv_args *a)
{
    return a->kernel_height * a->kernel_width * a->channels / a->groups * a->filters;
}

static int64_t forward_parts(const void *args)
{
    const struct cr_conv_args *a = args;
    return cr_parts(a->batch * a->out_height, a->out_width * cost(a));
}

/* One tap of one output pixel. */
static void add_tap(const struct cr_conv_args *a, real *y, const real *x, const real *w)
{
    struct groups g = groups_of(a);
    if (is_depthwise(a)) {
#pragma omp simd
        for (int64_t c = 0; c < a->channels; c++)
            y[c] += x[c] * w[c];
        return;
    }
    for (int64_t k = 0; k < g.deep; k++, w += a->filters)
        for (int64_t group = 0; group < g.count; group++) {
            real number = x[group * g.deep + k];
#pragma omp simd
            for (int64_t f = group * g.wide; f < (group + 1) * g.wide; f++)
                y[f] += number * w[f];
        }
}

static void forward(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct cr_range rows = cr_part(a->batch * a->out_height, a->out_width * cost(a), work->part);
    for (int64_t pixel = rows.begin * a->out_width; pixel < rows.end * a->out_width; pixel++) {
        int64_t j = pixel % a->out_width, i = pixel / a->out_width % a->out_height;
        const real *x = (const real *)a->x + pixel / a->out_width / a->out_height * a->height * a->width * a->channels;
        real *y = (real *)a->y + pixel * a->filters;
        for (int64_t f = 0; f < a->filters && !a->add; f++)
            y[f] = 0;
        for (int64_t tap = 0; tap < a->kernel_height * a->kernel_width; tap++) {
            int64_t h = i * a->stride + tap / a->kernel_width - a->pad_top;
            int64_t v = j * a->stride + tap % a->kernel_width - a->pad_left;
            if (h >= 0 && h < a->height && v >= 0 && v < a->width)
                add_tap(a, y, x + (h * a->width + v) * a->channels,
                        (const real *)a->w + tap * a->channels / a->groups * a->filters);
        }
        finish(y, &a->finish, pixel * a->filters, a->filters);
    }
    moments_leave(&a->finish, work->part, forward_parts(a), a->y,
                  (struct cr_range){rows.begin * a->out_width, rows.end * a->out_width}, a->filters, work->scratch);
}

static size_t forward_scratch(const void *args)
{
    const struct cr_conv_args *a = args;
    return a->finish.moments ? (size_t)moments_scratch(a->filters) * sizeof(real) : 0;
}

static int64_t backward_data_parts(const void *args)
{
    const struct cr_conv_args *a = args;
    return cr_parts(a->batch * a->height, a->width * cost(a));
}

/* One tap that meets one input pixel. */
static void add_tap_back(const struct cr_conv_args *a, real *x, const real *dy, const real *w)
{
    struct groups g = groups_of(a);
    if (is_depthwise(a)) {
#pragma omp simd
        for (int64_t c = 0; c < a->channels; c++)
            x[c] += dy[c] * w[c];
        return;
    }
    for (int64_t k = 0; k < g.deep; k++, w += a->filters)
        for (int64_t group = 0; group < g.count; group++) {
            real sum = 0;
#pragma omp simd reduction(+ : sum)
            for (int64_t f = group * g.wide; f < (group + 1) * g.wide; f++)
                sum += dy[f] * w[f];
            x[group * g.deep + k] += sum;
        }
}

static void backward_data(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct cr_range rows = cr_part(a->batch * a->height, a->width * cost(a), work->part);
    for (int64_t pixel = rows.begin * a->width; pixel < rows.end * a->width; pixel++) {
        int64_t v = pixel % a->width, h = pixel / a->width % a->height;
        const real *y = (const real *)a->y + pixel / a->width / a->height * a->out_height * a->out_width * a->filters;
        real *x = (real *)a->x + pixel * a->channels;
        for (int64_t c = 0; c < a->channels && !a->add; c++)
            x[c] = 0;
        for (int64_t tap = 0; tap < a->kernel_height * a->kernel_width; tap++) {
            int64_t top = h + a->pad_top - tap / a->kernel_width, left = v + a->pad_left - tap % a->kernel_width;
            int64_t i = top / a->stride, j = left / a->stride;
            if (top >= 0 && top % a->stride == 0 && i < a->out_height && left >= 0 && left % a->stride == 0 &&
                j < a->out_width)
                add_tap_back(a, x, y + (i * a->out_width + j) * a->filters,
                             (const real *)a->w + tap * a->channels / a->groups * a->filters);
        }
        finish(x, &a->finish, pixel * a->channels, a->channels);
    }
}

/* One part holds some rows [F] of the [KH * KW * C / groups] rows of w. */
static struct cr_range rows_of(const struct cr_conv_args *a, int64_t part)
{
    return cr_part(a->kernel_height * a->kernel_width * a->channels / a->groups,
                   a->batch * a->out_height * a->out_width * a->filters, part);
}

static int64_t backward_weights_parts(const void *args)
{
    const struct cr_conv_args *a = args;
    return cr_parts(a->kernel_height * a->kernel_width * a->channels / a->groups,
                    a->batch * a->out_height * a->out_width * a->filters);
}

/* sum[f] = sum_{i,j} x[h][v][channel of f] y[i][j][f] of one sample */
static void sum_pixels(real *sum, const struct cr_conv_args *a, int64_t n, int64_t row)
{
    struct groups g = groups_of(a);
    int64_t k = row % g.deep, tap = row / g.deep;
    const real *x = (const real *)a->x + n * a->height * a->width * a->channels;
    const real *y = (const real *)a->y + n * a->out_height * a->out_width * a->filters;
    for (int64_t f = 0; f < a->filters; f++)
        sum[f] = 0;
    for (int64_t pixel = 0; pixel < a->out_height * a->out_width; pixel++, y += a->filters) {
        int64_t h = pixel / a->out_width * a->stride + tap / a->kernel_width - a->pad_top;
        int64_t v = pixel % a->out_width * a->stride + tap % a->kernel_width - a->pad_left;
        if (h < 0 || h >= a->height || v < 0 || v >= a->width)
            continue;
        const real *from = x + (h * a->width + v) * a->channels;
        if (is_depthwise(a)) {
#pragma omp simd
            for (int64_t f = 0; f < a->filters; f++)
                sum[f] += from[f] * y[f];
            continue;
        }
        for (int64_t group = 0; group < g.count; group++)
#pragma omp simd
            for (int64_t f = group * g.wide; f < (group + 1) * g.wide; f++)
                sum[f] += from[group * g.deep + k] * y[f];
    }
}

static void backward_weights(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct cr_range rows = rows_of(a, work->part);
    for (int64_t row = rows.begin; row < rows.end; row++) {
        real *w = (real *)a->w + row * a->filters, *sum = work->scratch;
        for (int64_t f = 0; f < a->filters && !a->add; f++)
            w[f] = 0;
        for (int64_t n = 0; n < a->batch; n++) {
            sum_pixels(sum, a, n, row);
#pragma omp simd
            for (int64_t f = 0; f < a->filters; f++)
                w[f] += sum[f];
        }
    }
    if (a->db && work->part == 0)
        sum_rows(a->db, a->y, a->batch * a->out_height * a->out_width, a->filters, a->add_db);
}

static size_t backward_weights_scratch(const void *args)
{
    const struct cr_conv_args *a = args;
    return (size_t)a->filters * sizeof(real);
}

#define DEFINE(name)                                                                                                   \
    const struct cr_kernel CR_NAME(name##_forward) = {                                                                 \
        .moments = true, .phases = {{forward_parts, forward}}, .scratch = forward_scratch};                            \
    const struct cr_kernel CR_NAME(name##_backward_data) = {.phases = {{backward_data_parts, backward_data}}};         \
    const struct cr_kernel CR_NAME(name##_backward_weights) = {.phases = {{backward_weights_parts, backward_weights}}, \
                                                               .scratch = backward_weights_scratch};
DEFINE(conv)
DEFINE(group_conv)
