#include <string.h>

#include "kernels/simd/finish.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/transpose.h"

enum {
    LIMIT = 1 << 16, /* floats of scratch */
    STRIPS = 8,      /* of a picture, at most, where there is room */
    FAIR = 4,        /* vectors are shared among that many threads without rest, if it costs little */
    TURN = 10,       /* multiply-adds that turning a vector costs */
};

/* ------------------------------------------------------------------------------------------------------------ strips
 */

static int64_t x_lines(const struct lanes *l, int64_t lines)
{
    return (lines - 1) * l->stride + l->kernel_height;
}

int64_t CR_NAME(lanes_x_size)(const struct lanes *l, int64_t lines)
{
    return x_lines(l, lines) * lanes_pixels(l) * l->channels * LANES;
}

/* With room for a square that is turned at its last number. */
int64_t CR_NAME(lanes_y_size)(const struct lanes *l, int64_t lines)
{
    return (lines * l->out_width * l->filters + LANES) * LANES;
}

static int64_t size_of(const struct lanes *l, int64_t lines)
{
    return CR_NAME(lanes_x_size)(l, lines) + CR_NAME(lanes_y_size)(l, lines);
}

/* Lines that there is room for. */
static int64_t most_lines(const struct lanes *l)
{
    int64_t step = size_of(l, 2) - size_of(l, 1);
    return most(least((LIMIT - size_of(l, 1)) / step + 1, l->out_height), 1);
}

/* For every batch, since a smaller one may have longer strips. */
size_t CR_NAME(lanes_scratch)(const struct lanes *l)
{
    return (size_t)size_of(l, most_lines(l)) * sizeof(float);
}

int64_t CR_NAME(lanes_cost)(const struct lanes *l, struct strips strips)
{
    int64_t products = l->kernel_height * l->kernel_width * l->channels * l->filters;
    int64_t out = strips.lines * l->out_width, in = x_lines(l, strips.lines) * l->width;
    return out * products + TURN * (out * l->filters + in * l->channels);
}

static struct strips strips_of(const struct lanes *l, int64_t lines)
{
    int64_t count = (l->out_height + lines - 1) / lines;
    return (struct strips){lines, count, (l->batch * count + LANES - 1) / LANES};
}

struct strips CR_NAME(lanes_strips)(const struct lanes *l)
{
    struct strips best = {0};
    int64_t room = most_lines(l), lowest = 0;
    for (int64_t count = 1; count <= STRIPS; count++) {
        struct strips strips = strips_of(l, least((l->out_height + count - 1) / count, room));
        int64_t cost = (strips.vectors + FAIR - 1) / FAIR * CR_NAME(lanes_cost)(l, strips);
        if (count == 1 || cost < lowest) {
            best = strips;
            lowest = cost;
        }
    }
    return best;
}

double CR_NAME(lanes_total)(const struct lanes *l)
{
    struct strips strips = CR_NAME(lanes_strips)(l);
    return (double)strips.vectors * (double)CR_NAME(lanes_cost)(l, strips);
}

/* ----------------------------------------------------------------------------------------------------------- turning
 */

/* What lies in each lane of a vector of strips. */
struct strip {
    int64_t sample, line; /* its first output line */
    int64_t lines;        /* how many; 0: the lane is empty */
};

static struct strip strip_at(const struct lanes *l, struct strips strips, int64_t number)
{
    int64_t line = number / l->batch * strips.lines;
    if (number >= l->batch * strips.count)
        return (struct strip){0, l->out_height, 0};
    return (struct strip){number % l->batch, line, least(strips.lines, l->out_height - line)};
}

/* `count` numbers of a vector, between 0 and LANES or beyond; the others are 0. */
static inline vector load_some(const float *from, int64_t count)
{
    vector some = {0};
    if (count >= LANES)
        return load(from);
    if (count > 0)
        memcpy(&some, from, (size_t)count * sizeof *from);
    return some;
}

/* to[k][lane] = from[lane][k], and 0 from count[lane] on; k < floats */
static void turn_in(float *to, const float *const from[LANES], const int64_t count[LANES], int64_t floats)
{
    int64_t sure = floats;
    for (int lane = 0; lane < LANES; lane++)
        sure = least(sure, count[lane]);
    for (int64_t k = 0; k < floats; k += LANES) {
        vector row[LANES];
        if (k + LANES <= sure) {
            UNROLLED
            for (int lane = 0; lane < LANES; lane++)
                row[lane] = load(from[lane] + k);
        } else {
            for (int lane = 0; lane < LANES; lane++)
                row[lane] = load_some(from[lane] + k, count[lane] - k);
        }
        transpose_square(row);
        UNROLLED
        for (int i = 0; i < LANES; i++)
            if (k + LANES <= floats || k + i < floats)
                store(to + (k + i) * LANES, row[i]);
    }
}

void CR_NAME(lanes_load_x)(float *to, const struct lanes *l, struct strips strips, int64_t number)
{
    int64_t line = l->width * l->channels, pixels = lanes_pixels(l), size = pixels * l->channels * LANES;
    int64_t before = l->left * l->channels * LANES, inside = least(l->width, pixels - l->left) * l->channels;
    struct strip strip[LANES];
    for (int lane = 0; lane < LANES; lane++)
        strip[lane] = strip_at(l, strips, number * LANES + lane);
    for (int64_t r = 0; r < x_lines(l, strips.lines); r++, to += size) {
        const float *from[LANES];
        int64_t count[LANES], any = 0;
        for (int lane = 0; lane < LANES; lane++) {
            int64_t h = strip[lane].line * l->stride - l->top + r;
            bool there = strip[lane].lines > 0 && h >= 0 && h < l->height;
            from[lane] = l->x + (strip[lane].sample * l->height + (there ? h : 0)) * line;
            count[lane] = there ? inside : 0;
            any |= count[lane];
        }
        if (any <= 0) {
            memset(to, 0, (size_t)size * sizeof *to);
            continue;
        }
        memset(to, 0, (size_t)before * sizeof *to);
        turn_in(to + before, from, count, inside);
        memset(to + before + inside * LANES, 0, (size_t)(size - before - inside * LANES) * sizeof *to);
    }
}

/* Where the strips of y begin, and how many numbers they have. */
static void places_of(const struct lanes *l, struct strips strips, int64_t number, float *at[LANES],
                      int64_t count[LANES])
{
    int64_t line = l->out_width * l->filters;
    for (int lane = 0; lane < LANES; lane++) {
        struct strip strip = strip_at(l, strips, number * LANES + lane);
        count[lane] = strip.lines * line;
        at[lane] = count[lane] ? l->y + (strip.sample * l->out_height + strip.line) * line : l->y;
    }
}

void CR_NAME(lanes_load_y)(float *to, const struct lanes *l, struct strips strips, int64_t number)
{
    float *at[LANES];
    const float *from[LANES];
    int64_t count[LANES];
    places_of(l, strips, number, at, count);
    for (int lane = 0; lane < LANES; lane++)
        from[lane] = at[lane];
    turn_in(to, from, count, strips.lines * l->out_width * l->filters);
}

/* Adds, and does what finish_vector does behind scale and bias, which the sums have already. */
static inline vector finish(const struct lanes *l, const float *to, int64_t count, vector value)
{
    const struct cr_finish *f = l->finish;
    if (l->add)
        value += load_some(to, count);
    if (f->residual)
        value += load_some((const float *)f->residual + (to - l->y), count);
    if (finish_is_late(f))
        return value;
    if (f->curve.kind == CR_ACTIVATION_relu)
        value = select_positive(value, value);
    if (f->back.kind == CR_ACTIVATION_relu)
        value = select_positive(load_some((const float *)f->of + (to - l->y), count), value);
    return value;
}

/* The other way round, from [k][lane] to the pictures. */
static void store_y(const struct lanes *l, struct strips strips, int64_t number, const float *from)
{
    float *to[LANES];
    int64_t count[LANES], floats = strips.lines * l->out_width * l->filters;
    places_of(l, strips, number, to, count);
    for (int64_t k = 0; k < floats; k += LANES) {
        vector row[LANES];
        UNROLLED
        for (int i = 0; i < LANES; i++)
            row[i] = load(from + (k + i) * LANES);
        transpose_square(row);
        UNROLLED
        for (int lane = 0; lane < LANES; lane++) {
            int64_t left = count[lane] - k;
            if (left <= 0)
                continue;
            vector value = finish(l, to[lane] + k, left, row[lane]);
            if (left >= LANES)
                store(to[lane] + k, value);
            else
                memcpy(to[lane] + k, &value, (size_t)left * sizeof(float));
        }
    }
    for (int lane = 0; lane < LANES; lane++)
        CR_NAME(finish_rows)(l->finish, to[lane], l->y, 1, count[lane], count[lane]);
}

/* ---------------------------------------------------------------------------------------------------------- products
 */

/* Sums in registers: PIXELS x at most FILTERS. */
#if defined(__AVX512F__) || defined(__aarch64__)
enum { PIXELS = 4, FILTERS = 6 };
#elif defined(__AVX2__)
enum { PIXELS = 2, FILTERS = 5 };
#else
enum { PIXELS = 2, FILTERS = 4 };
#endif

/* A tile: some pixels of a strip and some filters. */
struct tile {
    const float *x[PIXELS]; /* where their windows begin */
    float *y;               /* of the first pixel and filter; the next pixel is `filters` vectors on */
    int64_t pixels, filters;
    struct cr_range lines, steps; /* of the window, steps of KW * C, that are not margins everywhere */
    int64_t line_stride, line_steps;
    const float *w, *scale, *bias; /* of the first filter; NULL: none */
};

INLINE void multiply(const struct tile *t, int filters)
{
    vector sum[FILTERS * PIXELS];
    UNROLLED
    for (int f = 0; f < filters; f++)
        UNROLLED
    for (int p = 0; p < PIXELS; p++)
        sum[f * PIXELS + p] = (vector){0} + (t->bias && !t->scale ? t->bias[f] : 0);
    for (int64_t line = t->lines.begin; line < t->lines.end; line++) {
        const float *w = t->w + (line * t->line_steps + t->steps.begin) * t->filters;
        int64_t at = line * t->line_stride + t->steps.begin * LANES;
        for (int64_t k = t->steps.begin; k < t->steps.end; k++, at += LANES, w += t->filters) {
            vector x[PIXELS];
            UNROLLED
            for (int p = 0; p < PIXELS; p++)
                x[p] = load(t->x[p] + at);
            UNROLLED
            for (int f = 0; f < filters; f++)
                UNROLLED
            for (int p = 0; p < PIXELS; p++)
                sum[f * PIXELS + p] += x[p] * w[f];
        }
    }
    if (t->scale) {
        UNROLLED
        for (int f = 0; f < filters; f++)
            UNROLLED
        for (int p = 0; p < PIXELS; p++)
            sum[f * PIXELS + p] = sum[f * PIXELS + p] * t->scale[f] + (t->bias ? t->bias[f] : 0);
    }
    UNROLLED
    for (int p = 0; p < PIXELS; p++)
        UNROLLED
    for (int f = 0; f < filters; f++)
        if (p < t->pixels)
            store(t->y + (p * t->filters + f) * LANES, sum[f * PIXELS + p]);
}

/* Own functions, so that each has the registers for itself. */
#define DEFINE(filters)                                                            \
    static __attribute__((noinline)) void multiply_##filters(const struct tile *t) \
    {                                                                              \
        multiply(t, least(filters, FILTERS));                                      \
    }
DEFINE(1)
DEFINE(2)
DEFINE(3)
DEFINE(4)
DEFINE(5)
DEFINE(6)

static void (*const multiplies[])(const struct tile *t) = {multiply_1, multiply_2, multiply_3,
                                                           multiply_4, multiply_5, multiply_6};

/* The filters in blocks as equal as possible. */
static void multiply_filters(const struct lanes *l, struct tile tile)
{
    int64_t blocks = (l->filters + FILTERS - 1) / FILTERS;
    float *y = tile.y;
    for (int64_t block = 0; block < blocks; block++) {
        struct cr_range range = cr_share(l->filters, blocks, block);
        tile.y = y + range.begin * LANES;
        tile.w = l->w + range.begin;
        tile.scale = l->finish->scale ? (const float *)l->finish->scale + range.begin : NULL;
        tile.bias = l->finish->bias ? (const float *)l->finish->bias + range.begin : NULL;
        multiplies[range.end - range.begin - 1](&tile);
    }
}

/* The lines of the windows of the strip's output lines first..last that are inside a picture in any lane. */
static struct cr_range live_lines(const struct lanes *l, struct strips strips, int64_t number, int64_t first,
                                  int64_t last)
{
    struct cr_range live = {l->kernel_height, 0};
    for (int lane = 0; lane < LANES; lane++) {
        int64_t begin = strip_at(l, strips, number * LANES + lane).line * l->stride - l->top;
        live.begin = least(live.begin, most(-begin - last * l->stride, 0));
        live.end = most(live.end, least(l->height - begin - first * l->stride, l->kernel_height));
    }
    return live;
}

/* The same for the columns of pixels first..last of a line. */
static struct cr_range live_columns(const struct lanes *l, int64_t first, int64_t last)
{
    return (struct cr_range){most(l->left - last * l->stride, 0),
                             least(l->left + l->width - first * l->stride, l->kernel_width)};
}

void CR_NAME(lanes)(const struct lanes *l, struct strips strips, int64_t number, float *scratch)
{
    int64_t line_stride = lanes_pixels(l) * l->channels * LANES, pixels = strips.lines * l->out_width;
    float *y = scratch + CR_NAME(lanes_x_size)(l, strips.lines);
    CR_NAME(lanes_load_x)(scratch, l, strips, number);
    struct tile tile = {.filters = l->filters, .line_stride = line_stride, .line_steps = l->kernel_width * l->channels};
    for (int64_t pixel = 0; pixel < pixels; pixel += PIXELS) {
        tile.pixels = least(PIXELS, pixels - pixel);
        tile.y = y + pixel * l->filters * LANES;
        int64_t last = pixel + tile.pixels - 1, i = pixel / l->out_width, j = pixel % l->out_width;
        for (int64_t p = 0; p < PIXELS; p++) {
            int64_t line = least(pixel + p, last) / l->out_width, column = least(pixel + p, last) % l->out_width;
            tile.x[p] = scratch + line * l->stride * line_stride + column * l->stride * l->channels * LANES;
        }
        struct cr_range columns =
            last / l->out_width == i ? live_columns(l, j, last % l->out_width) : (struct cr_range){0, l->kernel_width};
        tile.lines = live_lines(l, strips, number, i, last / l->out_width);
        tile.steps = (struct cr_range){columns.begin * l->channels, columns.end * l->channels};
        multiply_filters(l, tile);
    }
    store_y(l, strips, number, y);
}
