/*
 * The canvas: a picture, and the moves that are to be carried out on it.
 *
 * Moves that keep the grid (turns by mirrors, shifts by whole pixels) are copies of rows; all others sample bilinearly
 * at the middle of each new pixel. A picture that is made much smaller than it was is not smoothed first.
 */
#include <math.h>
#include <string.h>

#include "data/augment.h"

static const struct cr_move still = {.xx = 1, .yy = 1};
static const double far = 1 << 28; /* pixels: what is further outside is as good as there */

const struct cr_name cr_fill_names[] = {
    {"black", CR_FILL_BLACK}, {"mean", CR_FILL_MEAN}, {"reflect", CR_FILL_REFLECT}, {"edge", CR_FILL_EDGE}, {0},
};
const struct cr_name cr_cut_names[] = {
    {"mean", CR_FILL_MEAN},
    {"black", CR_FILL_BLACK},
    {"noise", CR_FILL_NOISE},
    {0},
};

/* ---------------------------------------------------------------------------------------------------------- outside */

/* The place inside that stands for `i`; -1: none does. */
static int64_t inside(int64_t i, int64_t size, enum cr_fill fill)
{
    if (i >= 0 && i < size)
        return i;
    if (fill == CR_FILL_BLACK || fill == CR_FILL_MEAN)
        return -1;
    if (fill != CR_FILL_REFLECT || size == 1)
        return i < 0 ? 0 : size - 1;
    /* without the edge twice: -1 is 1 */
    int64_t period = 2 * (size - 1), at = i % period;
    at = at < 0 ? at + period : at;
    return at < size ? at : period - at;
}

static const uint8_t *ground(const struct cr_canvas *canvas, enum cr_fill fill)
{
    return fill == CR_FILL_MEAN ? canvas->mean : canvas->black;
}

static const uint8_t *pixel_at(const struct cr_canvas *canvas, const uint8_t *pixels, int64_t y, int64_t x,
                               enum cr_fill fill)
{
    int64_t row = inside(y, canvas->height, fill), column = inside(x, canvas->width, fill);
    if (row < 0 || column < 0)
        return ground(canvas, fill);
    return pixels + (row * canvas->width + column) * canvas->channels;
}

/* --------------------------------------------------------------------------------------------------------- sampling */

/* Rounds down; a cast alone rounds to 0. */
static int64_t whole(double x)
{
    return (int64_t)(x + 2 * far) - (int64_t)(2 * far);
}

static double near(double x)
{
    return x < -far ? -far : x > far ? far : x;
}

/* Between the corners a b (above) and c d, at shares of 256. */
static void blend(const uint8_t *const corners[4], int x, int y, int64_t channels, uint8_t *colour)
{
    int weights[4] = {(256 - x) * (256 - y), x * (256 - y), (256 - x) * y, x * y};
    for (int64_t k = 0; k < channels; k++) {
        int sum = 1 << 15;
        for (int i = 0; i < 4; i++)
            sum += weights[i] * corners[i][k];
        colour[k] = (uint8_t)(sum >> 16);
    }
}

void cr_canvas_sample(const struct cr_canvas *canvas, const uint8_t *pixels, double x, double y, enum cr_fill fill,
                      uint8_t *colour)
{
    double at_x = near(x) + 1.0 / 512, at_y = near(y) + 1.0 / 512; /* shares are rounded */
    int64_t column = whole(at_x), row = whole(at_y), channels = canvas->channels, line = canvas->width * channels;
    int right = (int)((at_x - (double)column) * 256), below = (int)((at_y - (double)row) * 256);
    const uint8_t *corners[4];
    if (column >= 0 && row >= 0 && column < canvas->width - 1 && row < canvas->height - 1) {
        corners[0] = pixels + row * line + column * channels;
        corners[1] = corners[0] + channels;
        corners[2] = corners[0] + line;
        corners[3] = corners[2] + channels;
    } else {
        for (int i = 0; i < 4; i++)
            corners[i] = pixel_at(canvas, pixels, row + (i >> 1), column + (i & 1), fill);
    }
    blend(corners, right, below, channels, colour);
}

static void resample(const struct cr_canvas *canvas, const uint8_t *from, uint8_t *to)
{
    const struct cr_move *move = &canvas->move;
    double middle_x = (double)(canvas->width - 1) / 2, middle_y = (double)(canvas->height - 1) / 2;
    for (int64_t y = 0; y < canvas->height; y++)
        for (int64_t x = 0; x < canvas->width; x++, to += canvas->channels) {
            double across = (double)x - middle_x, down = (double)y - middle_y;
            cr_canvas_sample(canvas, from, move->xx * across + move->xy * down + move->dx + middle_x,
                             move->yx * across + move->yy * down + move->dy + middle_y, canvas->fill, to);
        }
}

/* ---------------------------------------------------------------------------------------------------------- copying */

/* From (x, y) the pixel (a x + b, c y + d) with a, c of -1, 1. */
struct steps {
    int64_t a, b, c, d;
};

static bool is_whole(double x)
{
    return fabs(x) < far && x == (double)(int64_t)x;
}

static bool keeps_grid(const struct cr_canvas *canvas, struct steps *steps)
{
    const struct cr_move *move = &canvas->move;
    if (fabs(move->xx) != 1 || fabs(move->yy) != 1 || move->xy != 0 || move->yx != 0 || !is_whole(move->dx) ||
        !is_whole(move->dy))
        return false;
    steps->a = (int64_t)move->xx;
    steps->b = (int64_t)move->dx + (steps->a < 0 ? canvas->width - 1 : 0);
    steps->c = (int64_t)move->yy;
    steps->d = (int64_t)move->dy + (steps->c < 0 ? canvas->height - 1 : 0);
    return true;
}

static void copy_backwards(const uint8_t *last, uint8_t *to, int64_t count, int64_t channels)
{
    if (channels == 3)
        for (int64_t x = 0; x < count; x++, last -= 3, to += 3) {
            to[0] = last[0];
            to[1] = last[1];
            to[2] = last[2];
        }
    else
        for (int64_t x = 0; x < count; x++, last -= channels, to += channels)
            for (int64_t k = 0; k < channels; k++)
                to[k] = last[k];
}

static int64_t clamp(int64_t x, int64_t least, int64_t most)
{
    return x < least ? least : x > most ? most : x;
}

/* A row of which [begin, end) comes from inside and the rest is filled pixel by pixel. */
static void copy_row(const struct cr_canvas *canvas, const uint8_t *from, int64_t row, const struct steps *steps,
                     uint8_t *to)
{
    int64_t channels = canvas->channels, width = canvas->width;
    int64_t begin = steps->a > 0 ? -steps->b : steps->b - (width - 1), end = begin + width;
    int64_t source = inside(row, canvas->height, canvas->fill);
    begin = clamp(begin, 0, width);
    end = source < 0 ? begin : clamp(end, begin, width);
    for (int64_t x = 0; x < begin; x++)
        memcpy(to + x * channels, pixel_at(canvas, from, row, steps->a * x + steps->b, canvas->fill), (size_t)channels);
    if (end > begin) {
        const uint8_t *first = from + (source * width + steps->a * begin + steps->b) * channels;
        if (steps->a > 0)
            memcpy(to + begin * channels, first, (size_t)((end - begin) * channels));
        else
            copy_backwards(first, to + begin * channels, end - begin, channels);
    }
    for (int64_t x = end; x < width; x++)
        memcpy(to + x * channels, pixel_at(canvas, from, row, steps->a * x + steps->b, canvas->fill), (size_t)channels);
}

/* ------------------------------------------------------------------------------------------------------- the contract
 */

static void carry_out(struct cr_canvas *canvas, uint8_t *to)
{
    struct steps steps;
    int64_t line = canvas->width * canvas->channels;
    if (keeps_grid(canvas, &steps))
        for (int64_t y = 0; y < canvas->height; y++)
            copy_row(canvas, canvas->now, steps.c * y + steps.d, &steps, to + y * line);
    else
        resample(canvas, canvas->now, to);
    canvas->now = to;
    canvas->move = still;
    canvas->fill = CR_FILL_NOTHING;
}

static bool is_still(const struct cr_move *move)
{
    return move->xx == 1 && move->xy == 0 && move->yx == 0 && move->yy == 1 && move->dx == 0 && move->dy == 0;
}

/* The one of the two that the picture is not on. */
static uint8_t *free_sheet(const struct cr_canvas *canvas)
{
    return canvas->now == canvas->out ? canvas->sheet : canvas->out;
}

void cr_canvas_begin(struct cr_canvas *canvas, const uint8_t *from)
{
    canvas->now = from;
    canvas->move = still;
    canvas->fill = CR_FILL_NOTHING;
}

void cr_canvas_move(struct cr_canvas *canvas, const struct cr_move *move, enum cr_fill fill)
{
    if (is_still(move))
        return;
    if (fill != CR_FILL_NOTHING && canvas->fill != CR_FILL_NOTHING && fill != canvas->fill)
        carry_out(canvas, free_sheet(canvas));
    struct cr_move old = canvas->move;
    canvas->move = (struct cr_move){.xx = old.xx * move->xx + old.xy * move->yx,
                                    .xy = old.xx * move->xy + old.xy * move->yy,
                                    .yx = old.yx * move->xx + old.yy * move->yx,
                                    .yy = old.yx * move->xy + old.yy * move->yy,
                                    .dx = old.xx * move->dx + old.xy * move->dy + old.dx,
                                    .dy = old.yx * move->dx + old.yy * move->dy + old.dy};
    canvas->fill = fill != CR_FILL_NOTHING ? fill : canvas->fill;
}

uint8_t *cr_canvas_pixels(struct cr_canvas *canvas)
{
    bool ours = canvas->now == canvas->out || canvas->now == canvas->sheet;
    uint8_t *to = free_sheet(canvas);
    if (!is_still(&canvas->move))
        carry_out(canvas, to);
    else if (!ours)
        canvas->now = memcpy(to, canvas->now, (size_t)(canvas->height * canvas->width * canvas->channels));
    return canvas->now == canvas->out ? canvas->out : canvas->sheet;
}

uint8_t *cr_canvas_next(struct cr_canvas *canvas, const uint8_t **pixels)
{
    if (!is_still(&canvas->move))
        carry_out(canvas, free_sheet(canvas));
    *pixels = canvas->now;
    uint8_t *next = free_sheet(canvas);
    canvas->now = next;
    return next;
}

void cr_canvas_end(struct cr_canvas *canvas)
{
    const uint8_t *pixels = cr_canvas_pixels(canvas);
    if (pixels != canvas->out)
        memcpy(canvas->out, pixels, (size_t)(canvas->height * canvas->width * canvas->channels));
}

void cr_canvas_cut(struct cr_canvas *canvas, int64_t top, int64_t left, int64_t height, int64_t width,
                   enum cr_fill fill)
{
    uint8_t *pixels = cr_canvas_pixels(canvas);
    int64_t bottom = clamp(top + height, 0, canvas->height), right = clamp(left + width, 0, canvas->width);
    top = clamp(top, 0, canvas->height);
    left = clamp(left, 0, canvas->width);
    for (int64_t y = top; y < bottom; y++)
        for (int64_t x = left; x < right; x++) {
            uint8_t *pixel = pixels + (y * canvas->width + x) * canvas->channels;
            for (int64_t k = 0; k < canvas->channels; k++)
                pixel[k] = fill == CR_FILL_NOISE ? (uint8_t)cr_random_u32(&canvas->random) : ground(canvas, fill)[k];
        }
}

double cr_canvas_between(struct cr_canvas *canvas, double least, double most)
{
    return least + (most - least) * cr_random_uniform(&canvas->random);
}

struct cr_random cr_canvas_lasting(const struct cr_canvas *canvas)
{
    return cr_random_at(canvas->key.seed, CR_RANDOM_AUGMENT, UINT32_MAX, (uint64_t)canvas->key.index);
}
