/*
 * scale: makes what is in the picture larger or smaller, by a factor between 1 / by and by, drawn evenly on a
 * logarithmic scale.
 */
#include <math.h>

#include "data/augment.h"

struct scale {
    double p, by;
    int fill;
};

static const struct cr_option options[] = {
    CR_FLOAT("by", struct scale, by, .min = 1, .max = 4, .def = 1.2, .help = "largest factor, and 1 / the smallest"),
    CR_AUGMENT_FILL(struct scale),
    CR_AUGMENT_P(struct scale, 1),
    {0},
};

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct scale *o = values;
    double factor = exp(cr_canvas_between(canvas, -log(o->by), log(o->by)));
    cr_canvas_move(canvas, &(struct cr_move){.xx = factor, .yy = factor}, (enum cr_fill)o->fill);
}

const struct cr_augment cr_augment_scale = {
    .entry = {.name = "scale", .help = "larger or smaller around the middle", .options = options},
    .none = "by: 1",
    .apply = apply,
};
