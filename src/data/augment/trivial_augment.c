/*
 * trivial-augment: one of fourteen changes, drawn evenly, with a strength drawn evenly from 31 steps (Mueller and
 * Hutter 2021). There is nothing to tune. `wide` is their wider set of strengths, the better one where a training is
 * long; without it they are those of RandAugment (Cubuk et al. 2020). Shifts are in pixels of pictures of 32 x 32 and
 * grow with the sides. Of a grey picture its saturation does not change.
 */
#include <math.h>
#include <string.h>

#include "data/augment.h"
#include "data/tone.h"

enum { STEPS = 30 };

enum change {
    IDENTITY,
    AUTOCONTRAST,
    EQUALIZE,
    SOLARIZE,
    POSTERIZE,
    SHARPNESS,
    BRIGHTNESS,
    CONTRAST,
    SATURATION,
    ROTATE,
    LEAN_X,
    LEAN_Y,
    SHIFT_X,
    SHIFT_Y,
    CHANGES
};

struct trivial {
    double p;
    bool wide;
    int fill;
};

static const struct cr_option options[] = {
    CR_BOOL("wide", struct trivial, wide, .def = true, .help = "the wider set of strengths"),
    CR_AUGMENT_FILL(struct trivial),
    CR_AUGMENT_P(struct trivial, 1),
    {0},
};

/* At the largest strength. */
struct most {
    double lean;    /* pixels a pixel */
    double shift;   /* share of the side */
    double degrees; /* of a turn */
    double tone;    /* by which a factor differs from 1 */
    int bits;       /* that posterize takes away */
};
static const struct most narrow_most = {0.3, 10.0 / 32, 30, 0.9, 4}, wide_most = {0.99, 1, 135, 0.99, 6};

/* ------------------------------------------------------------------------------------------------- tables of numbers
 */

typedef uint8_t table[256];

static void look_up(struct cr_canvas *canvas, int64_t channel, const table values)
{
    uint8_t *pixels = cr_canvas_pixels(canvas);
    for (int64_t i = channel; i < canvas->height * canvas->width * canvas->channels; i += canvas->channels)
        pixels[i] = values[pixels[i]];
}

static void look_up_all(struct cr_canvas *canvas, const table values)
{
    for (int64_t k = 0; k < canvas->channels; k++)
        look_up(canvas, k, values);
}

static void count(struct cr_canvas *canvas, int64_t channel, int64_t counts[256])
{
    const uint8_t *pixels = cr_canvas_pixels(canvas);
    memset(counts, 0, 256 * sizeof *counts);
    for (int64_t i = channel; i < canvas->height * canvas->width * canvas->channels; i += canvas->channels)
        counts[pixels[i]]++;
}

/* Each channel is stretched from its least and largest number to 0 and 255. */
static void autocontrast(struct cr_canvas *canvas)
{
    for (int64_t k = 0; k < canvas->channels; k++) {
        int64_t counts[256];
        int least = 0, largest = 255;
        table values;
        count(canvas, k, counts);
        while (least < 255 && counts[least] == 0)
            least++;
        while (largest > 0 && counts[largest] == 0)
            largest--;
        for (int i = 0; least < largest && i < 256; i++)
            values[i] = cr_byte((float)(i - least) * 255 / (float)(largest - least));
        if (least < largest)
            look_up(canvas, k, values);
    }
}

/*
 * Each channel's numbers become about equally frequent: the share of those below, and half of the equal ones. A channel
 * of one number stays.
 */
static void equalize(struct cr_canvas *canvas)
{
    int64_t total = canvas->height * canvas->width;
    for (int64_t k = 0; k < canvas->channels; k++) {
        int64_t counts[256], below = 0;
        table values;
        bool plain = false;
        count(canvas, k, counts);
        for (int i = 0; i < 256; below += counts[i++]) {
            values[i] = (uint8_t)((2 * below + counts[i]) * 255 / (2 * total));
            plain = plain || counts[i] == total;
        }
        if (!plain)
            look_up(canvas, k, values);
    }
}

static void solarize(struct cr_canvas *canvas, double strength)
{
    table values;
    for (int i = 0; i < 256; i++)
        values[i] = (uint8_t)(i < 256 * (1 - strength) ? i : 255 - i);
    look_up_all(canvas, values);
}

static void posterize(struct cr_canvas *canvas, double strength, int bits)
{
    table values;
    int mask = 0xff << (int)(strength * bits + 0.5) & 0xff;
    for (int i = 0; i < 256; i++)
        values[i] = (uint8_t)(i & mask);
    look_up_all(canvas, values);
}

/* ------------------------------------------------------------------------------------------------------ neighbours */

/* x + (f - 1) (x - the mean of 13 in which x counts five times and its eight neighbours once); the edge stays. */
static void sharpen(struct cr_canvas *canvas, double factor)
{
    const uint8_t *from;
    uint8_t *to = cr_canvas_next(canvas, &from);
    int64_t channels = canvas->channels, line = canvas->width * channels;
    memcpy(to, from, (size_t)(canvas->height * line));
    for (int64_t y = 1; y < canvas->height - 1; y++)
        for (int64_t i = y * line + channels; i < (y + 1) * line - channels; i++) {
            const uint8_t *up = from + i - line, *at = from + i, *down = from + i + line;
            int sum = up[-channels] + up[0] + up[channels] + at[-channels] + 5 * at[0] + at[channels] +
                      down[-channels] + down[0] + down[channels];
            float x = at[0];
            to[i] = cr_byte(x + (float)(factor - 1) * (x - (float)sum / 13));
        }
}

/* -------------------------------------------------------------------------------------------------------- the choice
 */

static void change_tone(struct cr_canvas *canvas, struct cr_tone tone)
{
    cr_tone_apply(&tone, cr_canvas_pixels(canvas), canvas->height * canvas->width, canvas->channels);
}

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct trivial *o = values;
    const struct most *most = o->wide ? &wide_most : &narrow_most;
    enum cr_fill fill = (enum cr_fill)o->fill;
    enum change change = (enum change)cr_random_below(&canvas->random, CHANGES);
    double strength = (double)cr_random_below(&canvas->random, STEPS + 1) / STEPS;
    double either = cr_random_u32(&canvas->random) & 1 ? strength : -strength;
    double angle = either * most->degrees * 3.141592653589793 / 180, factor = 1 + either * most->tone;
    struct cr_move move = {.xx = 1, .yy = 1};
    switch (change) {
    case IDENTITY:
    case CHANGES:
        return;
    case AUTOCONTRAST:
        autocontrast(canvas);
        return;
    case EQUALIZE:
        equalize(canvas);
        return;
    case SOLARIZE:
        solarize(canvas, strength);
        return;
    case POSTERIZE:
        posterize(canvas, strength, most->bits);
        return;
    case SHARPNESS:
        sharpen(canvas, factor);
        return;
    case BRIGHTNESS:
        change_tone(canvas, (struct cr_tone){.brightness = factor, .contrast = 1, .saturation = 1});
        return;
    case CONTRAST:
        change_tone(canvas, (struct cr_tone){.brightness = 1, .contrast = factor, .saturation = 1});
        return;
    case SATURATION:
        change_tone(canvas, (struct cr_tone){.brightness = 1, .contrast = 1, .saturation = factor});
        return;
    case ROTATE:
        move = (struct cr_move){.xx = cos(angle), .xy = -sin(angle), .yx = sin(angle), .yy = cos(angle)};
        break;
    case LEAN_X:
        move.xy = either * most->lean;
        break;
    case LEAN_Y:
        move.yx = either * most->lean;
        break;
    case SHIFT_X:
        move.dx = round(either * most->shift * (double)canvas->width);
        break;
    case SHIFT_Y:
        move.dy = round(either * most->shift * (double)canvas->height);
        break;
    }
    cr_canvas_move(canvas, &move, fill);
}

const struct cr_augment cr_augment_trivial_augment = {
    .entry = {.name = "trivial-augment",
              .help = "one of fourteen changes, of any strength (Mueller and Hutter 2021)",
              .options = options},
    .none = "p: 0",
    .apply = apply,
};
