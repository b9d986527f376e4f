/*
 * elastic: every pixel moves a little, neighbours alike, as on rubber (Simard et al. 2003, for handwriting). The moves
 * are even noise smoothed by a bell curve, scaled to the wanted deviation:
 *
 *     u = strength sqrt(3) / q  (G * n),  n even in -1..1,  q the sum of G's squared weights along one direction
 *
 * There is no noise outside of the picture: towards its edge, and in one that is small against sigma, pixels move less.
 */
#include <math.h>

#include "data/augment.h"
#include "data/gauss.h"

struct elastic {
    double p, strength, sigma;
    int fill;
};

static const struct cr_option options[] = {
    CR_FLOAT("strength", struct elastic, strength, .min = 0, .max = 100, .def = 1,
             .help = "pixels: the deviation of the moves"),
    CR_FLOAT("sigma", struct elastic, sigma, .min = 0.5, .max = 50, .def = 4, .help = "pixels: how far a move reaches"),
    CR_AUGMENT_FILL(struct elastic),
    CR_AUGMENT_P(struct elastic, 1),
    {0},
};

static size_t scratch(const void *values, const struct cr_data_shape *shape)
{
    const struct elastic *o = values;
    size_t moves = 2 * (size_t)(shape->height * shape->width) * sizeof(float);
    return moves + cr_gauss_scratch(shape->height, shape->width, o->sigma);
}

static void draw(struct cr_canvas *canvas, float *across, float *down, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        uint32_t word = cr_random_u32(&canvas->random);
        across[i] = (float)(word & 0xffff) / 32767.5f - 1;
        down[i] = (float)(word >> 16) / 32767.5f - 1;
    }
}

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct elastic *o = values;
    int64_t height = canvas->height, width = canvas->width, count = height * width;
    float *across = canvas->scratch, *down = across + count, *rest = down + count;
    const uint8_t *from;
    if (o->strength == 0)
        return;
    draw(canvas, across, down, count);
    double share = cr_gauss_smooth(across, height, width, 1, o->sigma, CR_GAUSS_ZERO, rest);
    cr_gauss_smooth(down, height, width, 1, o->sigma, CR_GAUSS_ZERO, rest);
    double scale = o->strength * sqrt(3) / share;
    uint8_t *to = cr_canvas_next(canvas, &from);
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++, to += canvas->channels, across++, down++)
            cr_canvas_sample(canvas, from, (double)x + scale * (double)*across, (double)y + scale * (double)*down,
                             (enum cr_fill)o->fill, to);
}

const struct cr_augment cr_augment_elastic = {
    .entry = {.name = "elastic", .help = "drawn out of shape as on rubber (Simard et al. 2003)", .options = options},
    .none = "strength: 0",
    .scratch = scratch,
    .apply = apply,
};
