/*
 * resized-crop: a part of the picture, stretched to the picture's size (Szegedy et al. 2015, "Going deeper with
 * convolutions"). Its area is a share of the picture's between `area` and 1, its proportions differ by a factor between
 * 1 / ratio and ratio, drawn evenly on a logarithmic scale.
 */
#include <math.h>

#include "data/augment.h"

struct resized_crop {
    double p, area, ratio;
};

static const struct cr_option options[] = {
    CR_FLOAT("area", struct resized_crop, area, .min = 0.01, .max = 1, .def = 0.35,
             .help = "least share of the picture that is kept"),
    CR_FLOAT("ratio", struct resized_crop, ratio, .min = 1, .max = 4, .def = 4.0 / 3,
             .help = "by which the proportions change at most"),
    CR_AUGMENT_P(struct resized_crop, 1),
    {0},
};

/* Kept are the shares w and h of the sides; the part may lie anywhere. */
static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct resized_crop *o = values;
    double area = cr_canvas_between(canvas, o->area, 1);
    double ratio = exp(cr_canvas_between(canvas, -log(o->ratio), log(o->ratio)));
    double w = fmin(1, sqrt(area * ratio)), h = fmin(1, sqrt(area / ratio));
    double dx = cr_canvas_between(canvas, w - 1, 1 - w) / 2 * (double)canvas->width;
    double dy = cr_canvas_between(canvas, h - 1, 1 - h) / 2 * (double)canvas->height;
    cr_canvas_move(canvas, &(struct cr_move){.xx = w, .yy = h, .dx = dx, .dy = dy}, CR_FILL_EDGE);
}

const struct cr_augment cr_augment_resized_crop = {
    .entry = {.name = "resized-crop",
              .help = "a part of the picture, stretched to its size (Szegedy et al. 2015)",
              .options = options},
    .none = "{area: 1, ratio: 1}",
    .apply = apply,
};
