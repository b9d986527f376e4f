/*
 * shear: rows move sideways the more the further they are from the middle, as letters lean; columns likewise with `y`.
 */
#include <math.h>

#include "data/augment.h"

struct shear {
    double p, x, y;
    int fill;
};

static const struct cr_option options[] = {
    CR_FLOAT("x", struct shear, x, .min = 0, .max = 60, .def = 10, .help = "degrees that columns lean at most"),
    CR_FLOAT("y", struct shear, y, .min = 0, .max = 60, .help = "degrees that rows lean at most"),
    CR_AUGMENT_FILL(struct shear),
    CR_AUGMENT_P(struct shear, 1),
    {0},
};

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct shear *o = values;
    double radian = 3.141592653589793 / 180;
    double x = tan(cr_canvas_between(canvas, -o->x, o->x) * radian);
    double y = tan(cr_canvas_between(canvas, -o->y, o->y) * radian);
    cr_canvas_move(canvas, &(struct cr_move){.xx = 1, .xy = x, .yx = y, .yy = 1}, (enum cr_fill)o->fill);
}

const struct cr_augment cr_augment_shear = {
    .entry = {.name = "shear", .help = "leans to a side", .options = options},
    .none = "{x: 0, y: 0}",
    .apply = apply,
};
