/*
 * blur: smoothed by a bell curve whose sigma is drawn evenly between 0 and `sigma`.
 */
#include "data/augment.h"
#include "data/gauss.h"

struct blur {
    double p, sigma;
};

static const double LEAST = 0.05; /* pixels: a narrower bell changes nothing */

static const struct cr_option options[] = {
    CR_FLOAT("sigma", struct blur, sigma, .min = 0, .max = 20, .def = 1, .help = "pixels, at most"),
    CR_AUGMENT_P(struct blur, 0.5),
    {0},
};

static size_t scratch(const void *values, const struct cr_data_shape *shape)
{
    const struct blur *o = values;
    size_t numbers = (size_t)(shape->height * shape->width * shape->channels);
    return numbers * sizeof(float) + cr_gauss_scratch(shape->height, shape->width, o->sigma);
}

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct blur *o = values;
    double sigma = cr_canvas_between(canvas, 0, o->sigma);
    if (sigma < LEAST)
        return;
    uint8_t *pixels = cr_canvas_pixels(canvas);
    int64_t count = canvas->height * canvas->width * canvas->channels;
    float *x = canvas->scratch;
    for (int64_t i = 0; i < count; i++)
        x[i] = pixels[i];
    for (int64_t k = 0; k < canvas->channels; k++)
        cr_gauss_smooth(x + k, canvas->height, canvas->width, canvas->channels, sigma, CR_GAUSS_EDGE, x + count);
    for (int64_t i = 0; i < count; i++)
        pixels[i] = cr_byte(x[i]);
}

const struct cr_augment cr_augment_blur = {
    .entry = {.name = "blur", .help = "smoothed by a bell curve", .options = options},
    .none = "sigma: 0",
    .scratch = scratch,
    .apply = apply,
};
