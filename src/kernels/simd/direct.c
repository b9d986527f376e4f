#include <string.h>

#include "kernels/simd/direct.h"
#include "kernels/simd/finish.h"
#include "kernels/simd/panel.h"
#include "kernels/simd/tile.h"

enum {
    LIMIT = 1 << 16, /* floats of x that lines walked together may cover */
    LINES = 64,      /* output lines at once */
    FRESH = 128,     /* output pixels of a panel that the nearest cache holds */
    NARROW = 4,      /* windows: a line of fewer has few pixels beside those at its ends */
};

/* An output line. */
struct line {
    const float *x; /* its picture */
    float *y;
    int64_t begin;        /* the line of the picture where its windows begin */
    struct cr_range taps; /* the lines of the window that meet the picture */
};

/* Output lines, those that walk the same lines of the window beside each other. */
struct chunk {
    int64_t lines;
    struct line line[LINES];
    float *y; /* of the first line, before they were sorted */
};

int64_t CR_NAME(direct_depth)(const struct direct *d)
{
    return d->kernel_height * d->kernel_width * d->channels;
}

static bool inside(const struct direct *d)
{
    return d->top <= 0 && d->left <= 0 && (d->out_height - 1) * d->stride - d->top + d->kernel_height <= d->height &&
           (d->out_width - 1) * d->stride - d->left + d->kernel_width <= d->width;
}

int64_t CR_NAME(direct_turn)(const struct direct *d)
{
    return inside(d) || d->out_width >= NARROW * d->kernel_width ? 1 : least(ROWS, d->batch);
}

int64_t CR_NAME(direct_turns)(const struct direct *d)
{
    return (d->batch + d->turn - 1) / d->turn * d->bands;
}

int64_t CR_NAME(direct_cost)(const struct direct *d)
{
    return d->turn * d->out_width * CR_NAME(direct_depth)(d) * VECTORS;
}

/* Of a window that begins at `begin`, the lines (or columns) that meet the picture's `size`. */
static struct cr_range taps_of(int64_t begin, int64_t size, int64_t kernel)
{
    int64_t first = most(-begin, 0), end = least(size - begin, kernel);
    return end > first ? (struct cr_range){first, end} : (struct cr_range){0, 0};
}

static bool equal(struct cr_range a, struct cr_range b)
{
    return a.begin == b.begin && a.end == b.end;
}

/* Lines of the window that meet the picture, over all output lines. */
static int64_t line_taps(const struct direct *d)
{
    int64_t lines = 0;
    for (int64_t i = 0; i < d->out_height; i++) {
        struct cr_range taps = taps_of(i * d->stride - d->top, d->height, d->kernel_height);
        lines += taps.end - taps.begin;
    }
    return lines;
}

static struct cr_range column_taps(const struct direct *d, int64_t j)
{
    return taps_of(j * d->stride - d->left, d->width, d->kernel_width);
}

/* The first column behind j whose windows meet other columns of the picture. */
static int64_t next_kind(const struct direct *d, int64_t j)
{
    struct cr_range taps = column_taps(d, j);
    do
        j++;
    while (j < d->out_width && equal(taps, column_taps(d, j)));
    return j;
}

int64_t CR_NAME(direct_taps)(const struct direct *d)
{
    int64_t columns = 0;
    for (int64_t j = 0; j < d->out_width; j++)
        columns += column_taps(d, j).end - column_taps(d, j).begin;
    return line_taps(d) * columns;
}

double CR_NAME(direct_work)(const struct direct *d, int64_t lines)
{
    int64_t columns = 0;
    for (int64_t j = 0, end; j < d->out_width; j = end) {
        end = next_kind(d, j);
        int64_t tiles = ((end - j) * lines + ROWS - 1) / ROWS;
        columns += tiles * ROWS * (column_taps(d, j).end - column_taps(d, j).begin);
    }
    return (double)line_taps(d) * (double)columns / (double)lines;
}

/* Puts lines with equal taps beside each other, else in their order. */
static void sort(struct chunk *chunk)
{
    for (int64_t i = 1; i < chunk->lines; i++) {
        int64_t to = i;
        struct line line = chunk->line[i];
        while (to > 0 && !equal(chunk->line[to - 1].taps, line.taps))
            to--;
        if (to == 0)
            continue;
        memmove(&chunk->line[to + 1], &chunk->line[to], (size_t)(i - to) * sizeof line);
        chunk->line[to] = line;
    }
}

/* Takes lines from the front of the range, as many as belong together. */
static void gather(struct chunk *chunk, const struct direct *d, struct cr_range *lines)
{
    int64_t room = most(LIMIT / most(d->stride * d->width * d->channels, 1), 1);
    chunk->lines = 0;
    for (; lines->begin < lines->end && chunk->lines < least(LINES, room); lines->begin++) {
        int64_t turns = lines->begin / d->turn, i = turns % d->bands, begin = i * d->stride - d->top;
        int64_t n = turns / d->bands * d->turn + lines->begin % d->turn;
        if (n >= d->batch || i >= d->out_height)
            continue;
        chunk->line[chunk->lines++] = (struct line){.x = d->x + n * d->height * d->width * d->channels,
                                                    .y = d->y + n * d->y_picture + i * d->y_line,
                                                    .begin = begin,
                                                    .taps = taps_of(begin, d->height, d->kernel_height)};
    }
    chunk->y = chunk->lines > 0 ? chunk->line[0].y : d->y;
    sort(chunk);
}

/* The pixels `columns` of `lines` lines, which all walk the same `taps` of the window's columns. */
static void multiply_equal(const struct direct *d, const struct line *lines, int64_t count, struct cr_range columns,
                           struct cr_range taps, int64_t panel)
{
    int64_t width = panel_width(panel, d->filters), line_floats = d->width * d->channels;
    int64_t wide = columns.end - columns.begin, pixels = count * wide;
    struct walk walk = {.pictures = 1,
                        .lines = lines->taps.end - lines->taps.begin,
                        .line_stride = line_floats,
                        .steps = (taps.end - taps.begin) * d->channels,
                        .stride = 1,
                        .left_out = (d->kernel_width - (taps.end - taps.begin)) * d->channels * width};
    struct tile tile = {.columns = panel_columns(panel, d->filters),
                        .add = d->add,
                        .finish = d->finish,
                        .origin = d->origin,
                        .column = panel * WIDTH};
    const float *b = panel_at(d->panels, panel, CR_NAME(direct_depth)(d));
    b += (lines->taps.begin * d->kernel_width + taps.begin) * d->channels * width;
    int64_t across = columns.begin * d->stride - d->left + taps.begin, left = 0;
    const float *x = NULL;
    float *y = NULL;
    for (int64_t pixel = 0; pixel < pixels; pixel += ROWS) {
        tile.rows = least(pixels - pixel, ROWS);
        for (int64_t r = 0; r < ROWS; r++) {
            if (r >= tile.rows) {
                tile.a[r] = tile.a[0];
                continue;
            }
            if (left == 0) {
                x = lines->x + (lines->begin + lines->taps.begin) * line_floats + across * d->channels;
                y = lines->y + columns.begin * d->y_pixel + panel * WIDTH;
                left = wide;
                lines++;
            }
            tile.a[r] = x;
            tile.y[r] = y;
            x += d->stride * d->channels;
            y += d->y_pixel;
            left--;
        }
        CR_NAME(tile)(&tile, &walk, b);
    }
}

/* Lines with equal taps. */
static void multiply_lines(const struct direct *d, const struct line *lines, int64_t count, int64_t panel)
{
    struct cr_range columns = {0, 0};
    for (; columns.begin < d->out_width; columns.begin = columns.end) {
        columns.end = next_kind(d, columns.begin);
        multiply_equal(d, lines, count, columns, column_taps(d, columns.begin), panel);
    }
}

static void multiply(const struct direct *d, const struct chunk *chunk, int64_t panel)
{
    for (int64_t line = 0, end; line < chunk->lines; line = end) {
        for (end = line + 1; end < chunk->lines && equal(chunk->line[end].taps, chunk->line[line].taps);)
            end++;
        multiply_lines(d, chunk->line + line, end - line, panel);
    }
}

/* What of struct cr_finish a tile has left, for all of the block's panels. */
static void finish(const struct direct *d, const struct chunk *chunk, struct cr_range panels)
{
    int64_t first = panels.begin * WIDTH, columns = least(panels.end * WIDTH, d->filters) - first;
    for (int64_t line = 0; line < chunk->lines; line++)
        CR_NAME(finish_rows)
    (d->finish, chunk->line[line].y + first, d->origin, d->out_width, d->y_pixel, columns);
}

/* Where no pictures take turns the chunk's lines lie side by side. */
static void measure(const struct direct *d, const struct chunk *chunk, int64_t panel)
{
    int64_t together = d->turn == 1 ? chunk->lines : 1, pixels = together * d->out_width;
    for (int64_t line = 0; d->moments.slot && line < chunk->lines; line += together) {
        const float *y = (d->turn == 1 ? chunk->y : chunk->line[line].y) + panel * WIDTH;
        for (int64_t pixel = 0; pixel < pixels; pixel += FRESH)
            CR_NAME(moments_add)
        (&d->moments, y + pixel * d->y_pixel, least(FRESH, pixels - pixel), d->y_pixel, panel * WIDTH,
         panel_columns(panel, d->filters));
    }
}

void CR_NAME(direct)(const struct direct *d, struct cr_block block)
{
    struct chunk chunk;
    struct cr_range lines = {block.rows.begin * d->turn, block.rows.end * d->turn};
    while (lines.begin < lines.end) {
        gather(&chunk, d, &lines);
        bool late = finish_is_late(d->finish);
        for (int64_t panel = block.columns.begin; panel < block.columns.end; panel++) {
            multiply(d, &chunk, panel);
            if (!late)
                measure(d, &chunk, panel);
        }
        if (!late)
            continue;
        finish(d, &chunk, block.columns);
        for (int64_t panel = block.columns.begin; panel < block.columns.end; panel++)
            measure(d, &chunk, panel);
    }
}
