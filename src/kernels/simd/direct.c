#include "kernels/simd/direct.h"
#include "kernels/simd/panel.h"
#include "kernels/simd/picture.h"
#include "kernels/simd/tile.h"

enum {
    LIMIT = 1 << 16, /* floats of copied lines */
    LINES = 64,      /* output lines at once */
    TALL = 4,        /* lines of a window that may be left out */
    FRESH = 128,     /* output pixels of a panel that the nearest cache holds */
};

/* Output lines whose windows can be read. */
struct chunk {
    int64_t lines;
    const float *from[LINES]; /* where the window of the line's first pixel begins */
    float *to[LINES];
    struct cr_range taps[LINES]; /* the lines of the window that are walked */
};

int64_t CR_NAME(direct_depth)(const struct direct *d)
{
    return d->kernel_height * d->kernel_width * d->channels;
}

int64_t CR_NAME(direct_cost)(const struct direct *d)
{
    return CR_NAME(direct_depth)(d) * d->out_width * VECTORS;
}

static bool inside(const struct direct *d)
{
    return d->top <= 0 && d->left <= 0 && (d->out_height - 1) * d->stride - d->top + d->kernel_height <= d->height &&
           (d->out_width - 1) * d->stride - d->left + d->kernel_width <= d->width;
}

/* Pixels of a line as it is read. */
static int64_t line_pixels(const struct direct *d)
{
    return inside(d) ? d->width : (d->out_width - 1) * d->stride + d->kernel_width;
}

static int64_t scratch_floats(const struct direct *d)
{
    int64_t needed = d->kernel_height * line_pixels(d) * d->channels;
    return inside(d) ? 0 : most(needed, LIMIT);
}

size_t CR_NAME(direct_scratch)(const struct direct *d)
{
    return (size_t)scratch_floats(d) * sizeof(float);
}

/*
 * Of a window that begins at line h, the lines that meet the picture. To leave the others out pays where there are
 * many: each change begins a new tile.
 */
static struct cr_range taps_of(const struct direct *d, int64_t h)
{
    int64_t first = h < 0 ? -h : 0, end = least(d->height - h, d->kernel_height);
    if (d->kernel_height < TALL)
        return (struct cr_range){0, d->kernel_height};
    return end > first ? (struct cr_range){first, end} : (struct cr_range){0, 0};
}

/* Takes as many lines of the range as there is room for. */
static void gather(struct chunk *chunk, const struct direct *d, struct cr_range *lines, float *scratch)
{
    int64_t line_floats = line_pixels(d) * d->channels, room = scratch_floats(d);
    chunk->lines = 0;
    while (lines->begin < lines->end && chunk->lines < LINES) {
        int64_t n = lines->begin / d->bands, i = lines->begin % d->bands;
        struct picture picture = {d->x + n * d->height * d->width * d->channels, d->height, d->width, d->channels};
        int64_t h = i * d->stride - d->top, count = d->out_height - i;
        if (count <= 0) {
            lines->begin++;
            continue;
        }
        count = least(count, least(lines->end - lines->begin, LINES - chunk->lines));
        const float *from = picture.x + (h * d->width - d->left) * d->channels;
        if (!inside(d)) {
            if (room < d->kernel_height * line_floats)
                break;
            if (line_floats > 0)
                count = least(count, (room / line_floats - d->kernel_height) / d->stride + 1);
            int64_t copied = (count - 1) * d->stride + d->kernel_height;
            from = scratch;
            scratch = CR_NAME(copy_lines)(scratch, &picture, (struct cr_range){0, d->channels}, h, copied, -d->left,
                                          line_pixels(d));
            room -= copied * line_floats;
        }
        for (int64_t l = 0; l < count; l++) {
            chunk->taps[chunk->lines] = taps_of(d, h + l * d->stride);
            chunk->from[chunk->lines] = from + l * d->stride * line_floats;
            chunk->to[chunk->lines++] = d->y + n * d->y_picture + (i + l) * d->y_line;
        }
        lines->begin += count;
    }
}

/* The line behind the last one that walks the same lines of the window as line `line`. */
static int64_t run_end(const struct chunk *chunk, int64_t line)
{
    struct cr_range taps = chunk->taps[line];
    while (line < chunk->lines && chunk->taps[line].begin == taps.begin && chunk->taps[line].end == taps.end)
        line++;
    return line;
}

static void multiply_run(const struct direct *d, const struct chunk *chunk, int64_t panel, int64_t begin, int64_t end)
{
    struct cr_range taps = chunk->taps[begin];
    int64_t line_floats = line_pixels(d) * d->channels, steps = d->kernel_width * d->channels;
    struct walk walk = {
        .pictures = 1, .lines = taps.end - taps.begin, .line_stride = line_floats, .steps = steps, .stride = 1};
    struct tile tile = {.columns = panel_columns(panel, d->filters),
                        .add = d->add,
                        .finish = d->finish,
                        .origin = d->origin,
                        .column = panel * WIDTH};
    float *b = panel_at(d->panels, panel, CR_NAME(direct_depth)(d));
    b += taps.begin * steps * panel_width(panel, d->filters);
    int64_t pixels = (end - begin) * d->out_width, line = begin, j = 0, seen = 0;
    const float *y = chunk->to[begin] + panel * WIDTH;
    for (int64_t pixel = 0; pixel < pixels; pixel += ROWS) {
        tile.rows = least(pixels - pixel, ROWS);
        for (int64_t r = 0; r < ROWS; r++) {
            if (r >= tile.rows) {
                tile.a[r] = tile.a[0];
                continue;
            }
            tile.a[r] = chunk->from[line] + taps.begin * line_floats + j * d->stride * d->channels;
            tile.y[r] = chunk->to[line] + j * d->y_pixel + panel * WIDTH;
            if (++j == d->out_width) {
                j = 0;
                line++;
            }
        }
        CR_NAME(tile)(&tile, &walk, b);
        int64_t stored = pixel + tile.rows;
        if (stored - seen >= FRESH || stored == pixels) {
            CR_NAME(moments_add)
            (&d->moments, y + seen * d->y_pixel, stored - seen, d->y_pixel, panel * WIDTH, tile.columns);
            seen = stored;
        }
    }
}

static void multiply(const struct direct *d, const struct chunk *chunk, int64_t panel)
{
    for (int64_t line = 0, end; line < chunk->lines; line = end) {
        end = run_end(chunk, line);
        multiply_run(d, chunk, panel, line, end);
    }
}

void CR_NAME(direct)(const struct direct *d, struct cr_block block, void *scratch)
{
    struct chunk chunk;
    while (block.rows.begin < block.rows.end) {
        gather(&chunk, d, &block.rows, scratch);
        for (int64_t panel = block.columns.begin; panel < block.columns.end; panel++)
            multiply(d, &chunk, panel);
    }
}
