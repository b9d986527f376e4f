/*
 * noise: a random number is added to every one of the picture's. It is the sum of four even bytes less its mean, which
 * is as good as normal up to 3.4 deviations (Irwin and Hall 1927) and takes one draw.
 */
#include "data/augment.h"

struct noise {
    double p, deviation;
};

static const double SUM_MEAN = 510, SUM_DEVIATION = 147.80054; /* sqrt(4 (256^2 - 1) / 12) */

static const struct cr_option options[] = {
    CR_FLOAT("deviation", struct noise, deviation, .min = 0, .max = 1, .def = 0.05,
             .help = "of the noise; 1 is from black to white"),
    CR_AUGMENT_P(struct noise, 1),
    {0},
};

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct noise *o = values;
    float scale = (float)(255 * o->deviation / SUM_DEVIATION), mean = (float)SUM_MEAN;
    uint8_t *pixels = cr_canvas_pixels(canvas);
    for (int64_t i = 0; i < canvas->height * canvas->width * canvas->channels; i++) {
        uint32_t word = cr_random_u32(&canvas->random);
        uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
        pixels[i] = cr_byte(pixels[i] + scale * ((float)sum - mean));
    }
}

const struct cr_augment cr_augment_noise = {
    .entry = {.name = "noise", .help = "a random number is added to every one", .options = options},
    .none = "deviation: 0",
    .apply = apply,
};
