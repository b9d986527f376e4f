/*
 * Larger pictures. Along each side output pixel i mixes two input pixels, of which the nearest one has all the weight
 * where it is not bilinear.
 *
 *     forward   y[n][i][j][c] = sum over the two lines and the two columns of weight x[n][h][v][c]
 *     backward  dx[n][h][v][c] += weight dy[n][i][j][c]
 */
#include "kernels/ref/ref.h"

/* The two pixels along one side, and the second one's weight. */
struct mix {
    int64_t first, second;
    real weight;
};

static struct mix mix_of(const struct cr_upsample_args *a, int64_t i, int64_t size)
{
    if (!a->bilinear)
        return (struct mix){i / a->scale, i / a->scale, 0};
    /* 2 scale times the place: whole numbers */
    int64_t twice = 2 * i + 1 - a->scale, at = twice < 0 ? 0 : twice, first = at / (2 * a->scale);
    return (struct mix){first, first + 1 < size ? first + 1 : first,
                        (real)(at % (2 * a->scale)) / (real)(2 * a->scale)};
}

static int64_t line_cost(const struct cr_upsample_args *a)
{
    return 4 * a->width * a->scale * a->channels;
}

static int64_t forward_parts(const void *args)
{
    const struct cr_upsample_args *a = args;
    return cr_parts(a->batch * a->height * a->scale, line_cost(a));
}

static void forward(const struct cr_work *work)
{
    const struct cr_upsample_args *a = work->args;
    int64_t height = a->height * a->scale, width = a->width * a->scale;
    struct cr_range lines = cr_part(a->batch * height, line_cost(a), work->part);
    for (int64_t line = lines.begin; line < lines.end; line++) {
        struct mix row = mix_of(a, line % height, a->height);
        const real *x = (const real *)a->x + line / height * a->height * a->width * a->channels;
        const real *above = x + row.first * a->width * a->channels, *below = x + row.second * a->width * a->channels;
        real *y = (real *)a->y + line * width * a->channels;
        for (int64_t j = 0; j < width; j++, y += a->channels) {
            struct mix column = mix_of(a, j, a->width);
            int64_t left = column.first * a->channels, right = column.second * a->channels;
#pragma omp simd
            for (int64_t c = 0; c < a->channels; c++) {
                real top = above[left + c] + column.weight * (above[right + c] - above[left + c]);
                real bottom = below[left + c] + column.weight * (below[right + c] - below[left + c]);
                y[c] = top + row.weight * (bottom - top);
            }
        }
    }
}

static int64_t backward_parts(const void *args)
{
    const struct cr_upsample_args *a = args;
    return cr_parts(a->batch, a->height * a->scale * line_cost(a));
}

static void add(real *dx, const real *dy, real weight, int64_t channels)
{
    if (weight == 0)
        return;
#pragma omp simd
    for (int64_t c = 0; c < channels; c++)
        dx[c] += weight * dy[c];
}

static void spread(const struct cr_upsample_args *a, real *dx, const real *dy)
{
    int64_t height = a->height * a->scale, width = a->width * a->scale;
    for (int64_t i = 0; i < height; i++) {
        struct mix row = mix_of(a, i, a->height);
        real *above = dx + row.first * a->width * a->channels, *below = dx + row.second * a->width * a->channels;
        for (int64_t j = 0; j < width; j++, dy += a->channels) {
            struct mix column = mix_of(a, j, a->width);
            int64_t left = column.first * a->channels, right = column.second * a->channels;
            add(above + left, dy, (1 - row.weight) * (1 - column.weight), a->channels);
            add(above + right, dy, (1 - row.weight) * column.weight, a->channels);
            add(below + left, dy, row.weight * (1 - column.weight), a->channels);
            add(below + right, dy, row.weight * column.weight, a->channels);
        }
    }
}

static void backward(const struct cr_work *work)
{
    const struct cr_upsample_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->height * a->scale * line_cost(a), work->part);
    int64_t size = a->height * a->width * a->channels;
    for (int64_t n = samples.begin; n < samples.end; n++) {
        real *dx = (real *)a->dx + n * size;
        for (int64_t k = 0; k < size && !a->add; k++)
            dx[k] = 0;
        spread(a, dx, (const real *)a->dy + n * size * a->scale * a->scale);
    }
}

const struct cr_kernel CR_NAME(upsample_forward) = {.phases = {{forward_parts, forward}}};
const struct cr_kernel CR_NAME(upsample_backward) = {.phases = {{backward_parts, backward}}};
