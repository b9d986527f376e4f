#include "kernels/simd/winograd_bands.h"
#include "kernels/simd/finish.h"
#include "kernels/simd/winograd_transforms.h"

enum { ACROSS = 16, COLUMNS = ACROSS * OUTPUTS + INPUTS - OUTPUTS }; /* tiles at once, and their pixels */

/* Of each line of points, the columns of pixels. */
typedef vector columns[COLUMNS];

/* ---------------------------------------------------------------------------------------------- pixels to points */

typedef void transform(vector *to, int to_step, const vector *from, int from_step);

/* Lines of pixels, of which those beyond the picture are zeros and take no steps. */
struct lines {
    const float *at[INPUTS];
    int64_t step[INPUTS];
};

static const float zeros[LANES];

static struct lines lines_at(const struct source *x, int64_t c, int64_t i, int64_t j, int side)
{
    struct lines lines;
    for (int k = 0; k < side; k++) {
        bool there = i + k >= 0 && i + k < x->height;
        lines.at[k] = there ? x->x + ((i + k) * x->width + j) * x->channels + c : zeros;
        lines.step[k] = there ? x->channels : 0;
    }
    return lines;
}

/* `wide` columns of pixels from column j on, `side` lines each, to points. */
INLINE void down(columns *to, const struct source *x, int64_t c, int64_t count, int64_t i, int64_t j, int64_t wide,
                 int side, transform *times)
{
    int64_t begin = least(most(-j, 0), wide), end = most(least(wide, x->width - j), begin);
    int64_t next = OUTPUTS * x->width * x->channels; /* row of tiles */
    struct lines lines = lines_at(x, c, i, j + begin, side);
    for (int64_t column = 0; column < begin; column++)
        for (int k = 0; k < INPUTS; k++)
            to[k][column] = (vector){0};
    for (int64_t column = begin; column < end; column++) {
        vector pixels[INPUTS];
        UNROLLED
        for (int k = 0; k < side; k++) {
            pixels[k] = load_some(lines.at[k], count);
            if (k >= side - OUTPUTS)
                __builtin_prefetch(lines.at[k] + next);
            lines.at[k] += lines.step[k];
        }
        times(&to[0][column], COLUMNS, pixels, 1);
    }
    for (int64_t column = end; column < wide; column++)
        for (int k = 0; k < INPUTS; k++)
            to[k][column] = (vector){0};
}

/* Line by line, so that what is written lies side by side. */
INLINE void along(struct points to, int64_t first, columns *from, int64_t tiles, transform *times)
{
    for (int k = 0; k < INPUTS; k++) {
        float *at = to.at + k * INPUTS * to.point + first * to.tile;
        for (int64_t t = 0; t < tiles; t++, at += to.tile) {
            vector points[INPUTS];
            times(points, 1, &from[k][t * OUTPUTS], 1);
            UNROLLED
            for (int l = 0; l < INPUTS; l++)
                store(at + l * to.point, points[l]);
        }
    }
}

INLINE void to_points(const struct source *x, int64_t c, int64_t count, int64_t i, int64_t j, int64_t tiles,
                      const struct points *to, int side, transform *times)
{
    columns half[INPUTS];
    for (int64_t t = 0; t < tiles; t += ACROSS) {
        int64_t some = least(tiles - t, ACROSS), wide = some * OUTPUTS + side - OUTPUTS;
        if (count >= LANES)
            down(half, x, c, LANES, i, j + t * OUTPUTS, wide, side, times);
        else
            down(half, x, c, count, i, j + t * OUTPUTS, wide, side, times);
        along(*to, t, half, some, times);
    }
}

void CR_NAME(winograd_inputs)(const struct source *x, int64_t c, int64_t count, int64_t i, int64_t j, int64_t tiles,
                              const struct points *to)
{
    to_points(x, c, count, i, j, tiles, to, INPUTS, times_b);
}

void CR_NAME(winograd_gradients)(const struct source *dy, int64_t c, int64_t count, int64_t i, int64_t j, int64_t tiles,
                                 const struct points *to)
{
    to_points(dy, c, count, i, j, tiles, to, OUTPUTS, times_a_back);
}

/* ---------------------------------------------------------------------------------------------- points to outputs */

/* Where a row of tiles goes: copies, which no store can change. */
struct output {
    struct winograd w;
    struct cr_finish finish;
};

/* `lines` numbers of a column, the first of which is number `at` of y. */
INLINE void put(const struct output *o, int64_t f, int64_t at, const vector *y, int64_t lines)
{
    int64_t line = o->w.out_width * o->w.filters, next = OUTPUTS * line; /* row of tiles */
    for (int64_t i = 0; i < lines; i++, at += line) {
        vector value = o->w.add ? y[i] + load(o->w.y + at) : y[i];
        __builtin_prefetch(o->w.y + at + next, 1);
        if (o->finish.of)
            __builtin_prefetch((const float *)o->finish.of + at + next);
        store(o->w.y + at, finish_vector(&o->finish, f, at, value));
    }
}

/* The same of fewer than LANES filters. */
static void put_some(const struct output *o, int64_t f, int64_t at, const vector *y, int64_t lines)
{
    int64_t line = o->w.out_width * o->w.filters;
    for (int64_t i = 0; i < lines; i++, at += line)
        for (int64_t c = 0; c < o->w.filters - f; c++) {
            float value = o->w.add ? o->w.y[at + c] + y[i][c] : y[i][c];
            o->w.y[at + c] = finish_number(&o->finish, f + c, at + c, value);
        }
}

/* From the points of a row of tiles to the columns of its pixels, lines still points. */
static void back_along(columns *to, const struct points *from, int64_t first, int64_t tiles)
{
    for (int k = 0; k < INPUTS; k++) {
        const float *at = from->at + k * INPUTS * from->point + first * from->tile;
        for (int64_t t = 0; t < tiles; t++, at += from->tile) {
            vector points[INPUTS];
            UNROLLED
            for (int l = 0; l < INPUTS; l++)
                points[l] = load(at + l * from->point);
            times_a(&to[k][t * OUTPUTS], 1, points, 1);
        }
    }
}

void CR_NAME(winograd_outputs)(const struct winograd *w, int64_t f, int64_t n, int64_t i, const struct points *from)
{
    const struct output o = {*w, *w->finish};
    int64_t tiles = tiles_along(o.w.out_width), lines = least(OUTPUTS, o.w.out_height - i);
    bool all = f + LANES <= o.w.filters;
    columns half[INPUTS];
    for (int64_t t = 0; t < tiles; t += ACROSS) {
        int64_t some = least(tiles - t, ACROSS), wide = least(some * OUTPUTS, o.w.out_width - t * OUTPUTS);
        int64_t at = ((n * o.w.out_height + i) * o.w.out_width + t * OUTPUTS) * o.w.filters + f;
        back_along(half, from, t, some);
        for (int64_t column = 0; column < wide; column++, at += o.w.filters) {
            vector y[OUTPUTS];
            times_a(y, 1, &half[0][column], COLUMNS);
            if (!all)
                put_some(&o, f, at, y, lines);
            else if (lines == OUTPUTS)
                put(&o, f, at, y, OUTPUTS);
            else
                put(&o, f, at, y, lines);
        }
    }
}
