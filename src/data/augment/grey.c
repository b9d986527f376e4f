/*
 * grey: colour is taken away, 0.299 R + 0.587 G + 0.114 B in every channel: the network may not go by colour alone.
 */
#include "data/augment.h"
#include "data/image.h"

struct grey {
    double p;
};

static const struct cr_option options[] = {
    CR_AUGMENT_P(struct grey, 0.1),
    {0},
};

static void apply(const void *values, struct cr_canvas *canvas)
{
    uint8_t *pixels = cr_canvas_pixels(canvas), *end = pixels + canvas->height * canvas->width * 3;
    (void)values;
    for (uint8_t *pixel = pixels; pixel < end; pixel += 3)
        pixel[0] = pixel[1] = pixel[2] = cr_grey(pixel);
}

const struct cr_augment cr_augment_grey = {
    .entry = {.name = "grey", .help = "colour is taken away", .options = options},
    .none = "p: 0",
    .colour = true,
    .apply = apply,
};
