/*
 * dw [KH][KW][C][F] from x and dy where there are few channels or filters (lanes.h). A tile holds TAPS taps (a, b, c)
 * times some filters and walks over the pixels of a vector of strips; then the lanes of each sum are added up.
 *
 * A part is a slice of the vectors, with its own partial dw and db in `shared`, which phase 1 adds in order.
 */
#include <string.h>

#include "kernels/simd/cost.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/transpose.h"

/* Sums in registers: TAPS x at most FILTERS. */
#if defined(__AVX512F__) || defined(__aarch64__)
enum { TAPS = 4, FILTERS = 6 };
#elif defined(__AVX2__)
enum { TAPS = 2, FILTERS = 5 };
#else
enum { TAPS = 2, FILTERS = 4 };
#endif

enum {
    SUMS = TAPS * FILTERS,
    SQUARES = (SUMS + LANES - 1) / LANES,
    SLICES = 16,
};

static struct lanes lanes(const struct cr_conv_args *a)
{
    return (struct lanes){.x = a->x,
                          .batch = a->batch,
                          .height = a->height,
                          .width = a->width,
                          .channels = a->channels,
                          .kernel_height = a->kernel_height,
                          .kernel_width = a->kernel_width,
                          .stride = a->stride,
                          .top = a->pad_top,
                          .left = a->pad_left,
                          .y = a->y,
                          .out_height = a->out_height,
                          .out_width = a->out_width,
                          .filters = a->filters};
}

static bool takes(const void *args)
{
    const struct cr_conv_args *a = args;
    return a->channels <= FEW && a->filters <= FEW && a->pad_left < a->kernel_width;
}

static double cost(const void *args)
{
    struct lanes l = lanes(args);
    return CR_NAME(lanes_total)(&l) / SPEED_LANES;
}

static int64_t taps_of(const struct lanes *l)
{
    return l->kernel_height * l->kernel_width * l->channels;
}

static int64_t parts(const void *args)
{
    struct lanes l = lanes(args);
    struct strips strips = CR_NAME(lanes_strips)(&l);
    return least(cr_parts(strips.vectors, CR_NAME(lanes_cost)(&l, strips)), SLICES);
}

/* A slice's dw, then its db. */
static int64_t partial_size(const struct lanes *l)
{
    return aligned(taps_of(l) * l->filters) + aligned(l->filters);
}

static size_t shared(const void *args)
{
    struct lanes l = lanes(args);
    return (size_t)(SLICES * partial_size(&l)) * sizeof(float);
}

static size_t scratch(const void *args)
{
    struct lanes l = lanes(args);
    return CR_NAME(lanes_scratch)(&l);
}

struct tile {
    const float *x[TAPS]; /* of the strip's first pixel */
    const float *dy;      /* of the first filter */
    int64_t taps;
    int64_t lines, line_stride, pixels, pixel_stride, filters; /* strides of x in floats; filters of dy */
};

/* sums[t * filters + f] */
INLINE void multiply(const struct tile *t, float *sums, int filters)
{
    vector sum[SQUARES * LANES];
    const float *dy = t->dy;
    UNROLLED
    for (int i = 0; i < SQUARES * LANES; i++)
        sum[i] = (vector){0};
    for (int64_t line = 0; line < t->lines; line++) {
        int64_t at = line * t->line_stride;
        for (int64_t pixel = 0; pixel < t->pixels; pixel++, at += t->pixel_stride, dy += t->filters * LANES) {
            vector x[TAPS];
            UNROLLED
            for (int k = 0; k < TAPS; k++)
                x[k] = load(t->x[k] + at);
            UNROLLED
            for (int f = 0; f < filters; f++) {
                vector gradient = load(dy + f * LANES);
                UNROLLED
                for (int k = 0; k < TAPS; k++)
                    sum[k * filters + f] += x[k] * gradient;
            }
        }
    }
    UNROLLED
    for (int square = 0; square < SQUARES; square++)
        store(sums + square * LANES, sum_square(sum + square * LANES));
}

/* Own functions, so that each has the registers for itself. */
#define DEFINE(filters)                                                                         \
    static __attribute__((noinline)) void multiply_##filters(const struct tile *t, float *sums) \
    {                                                                                           \
        multiply(t, sums, filters < FILTERS ? filters : FILTERS);                               \
    }
DEFINE(1)
DEFINE(2)
DEFINE(3)
DEFINE(4)
DEFINE(5)
DEFINE(6)

static void (*const multiplies[])(const struct tile *t, float *sums) = {multiply_1, multiply_2, multiply_3,
                                                                        multiply_4, multiply_5, multiply_6};

/* Adds what one vector of strips gives to dw. */
static void add_weights(const struct lanes *l, struct strips strips, const float *x, const float *dy, float *dw)
{
    int64_t channels = l->channels * LANES, line = lanes_pixels(l) * channels, across = l->kernel_width * l->channels;
    int64_t blocks = (l->filters + FILTERS - 1) / FILTERS;
    struct tile tile = {.lines = strips.lines,
                        .line_stride = l->stride * line,
                        .pixels = l->out_width,
                        .pixel_stride = l->stride * channels,
                        .filters = l->filters};
    for (int64_t tap = 0; tap < taps_of(l); tap += TAPS) {
        tile.taps = least(TAPS, taps_of(l) - tap);
        for (int64_t t = 0; t < TAPS; t++) {
            int64_t k = t < tile.taps ? tap + t : tap;
            tile.x[t] = x + k / across * line + k % across * LANES;
        }
        for (int64_t block = 0; block < blocks; block++) {
            struct cr_range range = cr_share(l->filters, blocks, block);
            int64_t filters = range.end - range.begin;
            float sums[SQUARES * LANES];
            tile.dy = dy + range.begin * LANES;
            multiplies[filters - 1](&tile, sums);
            for (int64_t t = 0; t < tile.taps; t++)
                for (int64_t f = 0; f < filters; f++)
                    dw[(tap + t) * l->filters + range.begin + f] += sums[t * filters + f];
        }
    }
}

/* The bias's share: the sum of dy over pixels and lanes. */
static void add_bias(const struct lanes *l, struct strips strips, const float *dy, float *db)
{
    for (int64_t f = 0; f < l->filters; f++) {
        vector sum = {0};
        for (int64_t pixel = 0; pixel < strips.lines * l->out_width; pixel++)
            sum += load(dy + (pixel * l->filters + f) * LANES);
        for (int lane = 0; lane < LANES; lane++)
            db[f] += sum[lane];
    }
}

static void run(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct lanes l = lanes(a);
    struct strips strips = CR_NAME(lanes_strips)(&l);
    struct cr_range vectors = cr_share(strips.vectors, parts(a), work->part);
    float *x = work->scratch, *dy = x + CR_NAME(lanes_x_size)(&l, strips.lines);
    float *dw = (float *)work->shared + work->part * partial_size(&l), *db = dw + aligned(taps_of(&l) * l.filters);
    memset(dw, 0, (size_t)partial_size(&l) * sizeof *dw);
    for (int64_t number = vectors.begin; number < vectors.end; number++) {
        CR_NAME(lanes_load_x)(x, &l, strips, number);
        CR_NAME(lanes_load_y)(dy, &l, strips, number);
        add_weights(&l, strips, x, dy, dw);
        if (a->db)
            add_bias(&l, strips, dy, db);
    }
}

static int64_t sum_parts(const void *args)
{
    struct lanes l = lanes(args);
    return cr_flat_parts(taps_of(&l) * l.filters * SLICES);
}

/* to[i] = the sum of partial[i] over the slices, in order, or plus what is there */
static void sum_slices(const struct cr_conv_args *a, const float *partial, struct cr_range range, float *to, bool add)
{
    struct lanes l = lanes(a);
    for (int64_t i = range.begin; i < range.end && !add; i++)
        to[i] = 0;
    for (int64_t slice = 0; slice < parts(a); slice++, partial += partial_size(&l))
#pragma omp simd
        for (int64_t i = range.begin; i < range.end; i++)
            to[i] += partial[i];
}

static void sum(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct lanes l = lanes(a);
    int64_t weights = taps_of(&l) * l.filters;
    sum_slices(a, work->shared, cr_share(weights, sum_parts(a), work->part), a->w, a->add);
    if (a->db && work->part == 0)
        sum_slices(a, (const float *)work->shared + aligned(weights), (struct cr_range){0, a->filters}, a->db,
                   a->add_db);
}

const struct cr_kernel CR_NAME(conv_backward_weights_lanes) = {.way = "lanes",
                                                               .takes = takes,
                                                               .cost = cost,
                                                               .phases = {{parts, run}, {sum_parts, sum}},
                                                               .shared = shared,
                                                               .scratch = scratch};
