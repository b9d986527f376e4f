/*
 * shift: moves the picture by up to a share of its sides, by fractions of pixels too (crop: by whole ones).
 */
#include "data/augment.h"

struct shift {
    double p, x, y;
    int fill;
};

static const struct cr_option options[] = {
    CR_FLOAT("x", struct shift, x, .min = 0, .max = 1, .def = 0.1, .help = "at most, as a share of the width"),
    CR_FLOAT("y", struct shift, y, .min = 0, .max = 1, .def = 0.1, .help = "at most, as a share of the height"),
    CR_AUGMENT_FILL(struct shift),
    CR_AUGMENT_P(struct shift, 1),
    {0},
};

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct shift *o = values;
    double dx = cr_canvas_between(canvas, -o->x, o->x) * (double)canvas->width;
    double dy = cr_canvas_between(canvas, -o->y, o->y) * (double)canvas->height;
    cr_canvas_move(canvas, &(struct cr_move){.xx = 1, .yy = 1, .dx = dx, .dy = dy}, (enum cr_fill)o->fill);
}

const struct cr_augment cr_augment_shift = {
    .entry = {.name = "shift", .help = "moves by a share of the sides", .options = options},
    .none = "{x: 0, y: 0}",
    .apply = apply,
};
