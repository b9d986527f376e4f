/*
 * Max pooling (ref/maxpool.c says what) in whole vectors of channels, whatever their number: the last vector of a pixel
 * reaches into the pixels behind it, which are written later, for a line is made in scratch memory from its first
 * pixel to its last. The maximum and its place stay in registers while the window is read.
 *
 * Backward goes over the windows where these do not overlap (the stride is no smaller than the window): each number of
 * dx has one window, if any, and is stored without being read. Where they overlap dx is summed number by number.
 */
#include <string.h>

#include "kernels/simd/finish.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* The part of a window that lies inside the picture. */
struct window {
    int64_t top, bottom, left, right; /* top <= h < bottom, left <= v < right */
};

static struct window window_at(const struct cr_pool_args *a, int64_t i, int64_t j)
{
    int64_t top = i * a->stride - a->pad_top, left = j * a->stride - a->pad_left;
    return (struct window){most(top, 0), least(top + a->kernel_height, a->height), most(left, 0),
                           least(left + a->kernel_width, a->width)};
}

static int64_t line_cost(const struct cr_pool_args *a)
{
    int64_t vectors = (a->channels + LANES - 1) / LANES;
    return a->out_width * vectors * LANES * a->kernel_height * a->kernel_width;
}

static int64_t forward_parts(const void *args)
{
    const struct cr_pool_args *a = args;
    return cr_parts(a->batch * a->out_height, line_cost(a));
}

/* A line of y and of its index; a whole vector may be written at the last number. */
static int64_t out_line(const struct cr_pool_args *a)
{
    return aligned(a->out_width * a->channels + LANES);
}

static size_t forward_scratch(const void *args)
{
    return (size_t)(2 * out_line(args)) * sizeof(float);
}

/* A vector from an array that ends `left` numbers behind. */
static inline vector load_of(const float *from, int64_t left)
{
    vector some = {0};
    if (left >= LANES)
        return load(from);
    memcpy(&some, from, (size_t)left * sizeof *from);
    return some;
}

/*
 * The greatest numbers of a window of rows x columns, those at x and the LANES - 1 behind each; place is that of the
 * window's first pixel. `sure`: nothing is read beyond the end of the array, which is `left` numbers behind x.
 */
INLINE void take(const struct cr_pool_args *a, const float *x, int64_t left, int64_t rows, int64_t columns, bool sure,
                 int64_t place, float *y, float *index)
{
    vector best = sure ? load(x) : load_of(x, left);
    vector_mask of = (vector_mask){0} + (int32_t)place;
    for (int64_t h = 0; h < rows; h++)
        for (int64_t v = 0; v < columns; v++) {
            int64_t at = h * a->width + v, k = at * a->channels;
            if (at == 0)
                continue;
            vector next = sure ? load(x + k) : load_of(x + k, left - k);
            vector_mask keep = (next <= best) | (best != best), here = (vector_mask){0} + (int32_t)(place + at);
            best = (vector)(((vector_mask)best & keep) | ((vector_mask)next & ~keep));
            of = (of & keep) | (here & ~keep);
        }
    store(y, best);
    store(index, (vector)of);
}

/* All channels of one window; the usual one of 2 x 2 is written out. */
static inline void take_window(const struct cr_pool_args *a, struct window w, const float *x, int64_t left, float *y,
                               float *index)
{
    int64_t place = w.top * a->width + w.left, k = place * a->channels, channels = a->channels;
    int64_t rows = w.bottom - w.top, columns = w.right - w.left;
    if (rows == 2 && columns == 2 && left - k >= (a->width + 2) * channels + LANES)
        for (int64_t c = 0; c < channels; c += LANES)
            take(a, x + k + c, 0, 2, 2, true, place, y + c, index + c);
    else
        for (int64_t c = 0; c < channels; c += LANES)
            take(a, x + k + c, left - k - c, rows, columns, false, place, y + c, index + c);
}

static void forward(const struct cr_work *work)
{
    const struct cr_pool_args copy = *(const struct cr_pool_args *)work->args,
                              *a = &copy; /* which no store can change */
    struct cr_range lines = cr_part(a->batch * a->out_height, line_cost(a), work->part);
    int64_t count = a->out_width * a->channels, sample = a->height * a->width * a->channels;
    float *y = work->scratch, *index = y + out_line(a);
    for (int64_t line = lines.begin; line < lines.end; line++) {
        int64_t n = line / a->out_height;
        const float *x = (const float *)a->x + n * sample;
        struct window rows = window_at(a, line % a->out_height, 0);
        for (int64_t j = 0, left = -a->pad_left; j < a->out_width; j++, left += a->stride) {
            struct window window = {rows.top, rows.bottom, most(left, 0), least(left + a->kernel_width, a->width)};
            take_window(a, window, x, (a->batch - n) * sample, y + j * a->channels, index + j * a->channels);
        }
        memcpy((float *)a->y + line * count, y, (size_t)count * sizeof *y);
        memcpy(a->index + line * count, index, (size_t)count * sizeof *index);
    }
}

static int64_t backward_parts(const void *args)
{
    const struct cr_pool_args *a = args;
    return cr_parts(a->batch, a->out_height * line_cost(a));
}

/* As many lines of dx as a window is high. */
static int64_t in_line(const struct cr_pool_args *a)
{
    return aligned(a->width * a->channels + LANES);
}

static size_t backward_scratch(const void *args)
{
    const struct cr_pool_args *a = args;
    return (size_t)(a->kernel_height * in_line(a) + out_line(a)) * sizeof(float);
}

/* Line i of dy, as it comes through the activation, for which there is `room`. */
static const float *line_of(const struct cr_pool_args *a, int64_t n, int64_t i, float *room)
{
    int64_t count = a->out_width * a->channels, at = (n * a->out_height + i) * count;
    const float *dy = (const float *)a->dy + at;
    if (a->back.kind == CR_ACTIVATION_none)
        return dy;
    CR_NAME(finish_back)(a->back, room, (const float *)a->y + at, dy, count);
    return room;
}

/* Arrays of dy's shape, from some pixel on. */
struct given {
    const float *dy;
    const int32_t *index;
    int64_t left; /* numbers to their end */
};

/* What a window's number is given goes to its place, into `lines`, and 0 to the other places. */
INLINE void give(const struct cr_pool_args *a, const struct given *from, int64_t rows, int64_t columns, bool sure,
                 int64_t place, float *lines)
{
    int64_t channels = a->channels, line = in_line(a);
    for (int64_t h = 0; h < rows; h++)
        for (int64_t v = 0; v < columns; v++)
            for (int64_t c = 0; c < channels; c += LANES) {
                int64_t left = from->left - c;
                vector dy = sure ? load(from->dy + c) : load_of(from->dy + c, left);
                vector_mask here = sure ? (vector_mask)load((const float *)from->index + c)
                                        : (vector_mask)load_of((const float *)from->index + c, left);
                here = here == (int32_t)(place + h * a->width + v);
                store(lines + h * line + v * channels + c, (vector)((vector_mask)dy & here));
            }
}

/* Pixel `k` of the batch, whose numbers are `dy` and whose window is w; the lines of dx begin with window.top. */
static inline void give_window(const struct cr_pool_args *a, struct window w, const float *dy, int64_t k, float *lines)
{
    int64_t rows = w.bottom - w.top, columns = w.right - w.left;
    struct given from = {dy, a->index + k * a->channels, (a->batch * a->out_height * a->out_width - k) * a->channels};
    int64_t place = w.top * a->width + w.left;
    lines += w.left * a->channels;
    if (rows == 2 && columns == 2 && from.left >= a->channels + LANES)
        give(a, &from, 2, 2, true, place, lines);
    else
        give(a, &from, rows, columns, false, place, lines);
}

/* to = from, or to += from; without `from` it is 0. */
static void put(float *to, const float *from, int64_t count, bool add)
{
    if (!add && from)
        memcpy(to, from, (size_t)count * sizeof *to);
    else if (!add)
        memset(to, 0, (size_t)count * sizeof *to);
    else if (from)
#pragma omp simd
        for (int64_t k = 0; k < count; k++)
            to[k] += from[k];
}

/* Columns of dx between the windows, which the overhang of vectors may have written; the usual windows adjoin. */
static void clear_gaps(const struct cr_pool_args *a, int64_t i, float *line)
{
    bool adjoin = a->stride == a->kernel_width && a->pad_left == 0 && a->out_width * a->stride <= a->width;
    int64_t end = adjoin ? a->out_width * a->stride : 0;
    for (int64_t j = adjoin ? a->out_width : 0; j <= a->out_width; j++) {
        struct window w = window_at(a, i, j);
        int64_t next = j == a->out_width ? a->width : w.left;
        if (next > end)
            memset(line + end * a->channels, 0, (size_t)((next - end) * a->channels) * sizeof *line);
        end = w.right;
    }
}

static void backward_apart(const struct cr_pool_args *args, int64_t n, float *lines)
{
    const struct cr_pool_args copy = *args, *a = &copy; /* which no store can change */
    int64_t count = a->width * a->channels, end = 0;
    float *dx = (float *)a->dx + n * a->height * count;
    for (int64_t i = 0; i < a->out_height; i++) {
        struct window rows = window_at(a, i, 0);
        const float *dy = line_of(a, n, i, lines + a->kernel_height * in_line(a));
        for (int64_t j = 0, left = -a->pad_left; j < a->out_width; j++, left += a->stride) {
            struct window window = {rows.top, rows.bottom, most(left, 0), least(left + a->kernel_width, a->width)};
            give_window(a, window, dy + j * a->channels, (n * a->out_height + i) * a->out_width + j, lines);
        }
        for (; end < rows.top; end++)
            put(dx + end * count, NULL, count, a->add);
        for (; end < rows.bottom; end++) {
            clear_gaps(a, i, lines + (end - rows.top) * in_line(a));
            put(dx + end * count, lines + (end - rows.top) * in_line(a), count, a->add);
        }
    }
    for (; end < a->height; end++)
        put(dx + end * count, NULL, count, a->add);
}

static void backward_together(const struct cr_pool_args *a, int64_t n, float *room)
{
    int64_t size = a->height * a->width * a->channels, count = a->out_width * a->channels;
    float *dx = (float *)a->dx + n * size;
    put(dx, NULL, size, a->add);
    for (int64_t i = 0; i < a->out_height; i++) {
        const float *dy = line_of(a, n, i, room);
        const int32_t *index = a->index + (n * a->out_height + i) * count;
        for (int64_t k = 0; k < count; k++)
            dx[index[k] * a->channels + k % a->channels] += dy[k];
    }
}

static void backward(const struct cr_work *work)
{
    const struct cr_pool_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->out_height * line_cost(a), work->part);
    bool apart = a->stride >= a->kernel_height && a->stride >= a->kernel_width;
    for (int64_t n = samples.begin; n < samples.end; n++)
        if (apart)
            backward_apart(a, n, work->scratch);
        else
            backward_together(a, n, work->scratch);
}

const struct cr_kernel CR_NAME(maxpool_forward) = {.phases = {{forward_parts, forward}}, .scratch = forward_scratch};
const struct cr_kernel CR_NAME(maxpool_backward) = {.phases = {{backward_parts, backward}},
                                                    .scratch = backward_scratch};
