/*
 * colour: brightness, contrast, saturation and hue change a little (Krizhevsky et al. 2012; as "color jitter" in many
 * recipes). Each factor is drawn evenly between 1 - x and 1 + x, hue between -x and x turns.
 */
#include "data/augment.h"
#include "data/tone.h"

struct colour {
    double p, brightness, contrast, saturation, hue;
};

static const struct cr_option options[] = {
    CR_FLOAT("brightness", struct colour, brightness, .min = 0, .max = 1, .def = 0.2,
             .help = "factor of every number: 1 more or less this"),
    CR_FLOAT("contrast", struct colour, contrast, .min = 0, .max = 1, .def = 0.2,
             .help = "factor of the distance from the picture's mean grey"),
    CR_FLOAT("saturation", struct colour, saturation, .min = 0, .max = 1, .def = 0.2,
             .help = "factor of the distance from the pixel's grey; of grey pictures nothing changes"),
    CR_FLOAT("hue", struct colour, hue, .min = 0, .max = 0.5,
             .help = "turns around the circle of colours; of grey pictures nothing changes"),
    CR_AUGMENT_P(struct colour, 1),
    {0},
};

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct colour *o = values;
    struct cr_tone tone = {.brightness = cr_canvas_between(canvas, 1 - o->brightness, 1 + o->brightness),
                           .contrast = cr_canvas_between(canvas, 1 - o->contrast, 1 + o->contrast),
                           .saturation = cr_canvas_between(canvas, 1 - o->saturation, 1 + o->saturation),
                           .hue = cr_canvas_between(canvas, -o->hue, o->hue)};
    cr_tone_apply(&tone, cr_canvas_pixels(canvas), canvas->height * canvas->width, canvas->channels);
}

const struct cr_augment cr_augment_colour = {
    .entry = {.name = "colour", .help = "brightness, contrast, saturation and hue change", .options = options},
    .none = "{brightness: 0, contrast: 0, saturation: 0, hue: 0}",
    .apply = apply,
};
