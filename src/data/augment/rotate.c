/*
 * rotate: turns the picture around its middle, by an angle drawn evenly between -degrees and degrees.
 */
#include <math.h>

#include "data/augment.h"

struct rotate {
    double p, degrees;
    int fill;
};

static const struct cr_option options[] = {
    CR_FLOAT("degrees", struct rotate, degrees, .min = 0, .max = 180, .def = 15, .help = "at most, to either side"),
    CR_AUGMENT_FILL(struct rotate),
    CR_AUGMENT_P(struct rotate, 1),
    {0},
};

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct rotate *o = values;
    double angle = cr_canvas_between(canvas, -o->degrees, o->degrees) * 3.141592653589793 / 180;
    double c = cos(angle), s = sin(angle);
    cr_canvas_move(canvas, &(struct cr_move){.xx = c, .xy = -s, .yx = s, .yy = c}, (enum cr_fill)o->fill);
}

const struct cr_augment cr_augment_rotate = {
    .entry = {.name = "rotate", .help = "turns around the middle", .options = options},
    .none = "degrees: 0",
    .apply = apply,
};
