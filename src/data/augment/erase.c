/*
 * erase: covers a rectangle of any size and proportions that lies inside of the picture (random erasing, Zhong et al.
 * 2020). Its area is a share of the picture's between `least` and `most`; its proportions lie between 1 / ratio and
 * ratio, drawn evenly on a logarithmic scale, and give way where it would not fit.
 */
#include <math.h>

#include "data/augment.h"

struct erase {
    double p, least, most, ratio;
    int fill;
};

static const struct cr_option options[] = {
    CR_FLOAT("least", struct erase, least, .min = 0, .max = 1, .def = 0.02, .help = "share of the picture"),
    CR_FLOAT("most", struct erase, most, .min = 0, .max = 1, .def = 0.33, .help = "share of the picture"),
    CR_FLOAT("ratio", struct erase, ratio, .min = 1, .max = 10, .def = 3.3, .help = "of the rectangle's sides"),
    CR_AUGMENT_CUT(struct erase),
    CR_AUGMENT_P(struct erase, 0.5),
    {0},
};

static enum cr_status check(const void *values, const struct cr_data_shape *shape, struct cr_error *err)
{
    const struct erase *o = values;
    (void)shape;
    if (o->least > o->most)
        return cr_fail(err, CR_ERROR_CONFIG, "least %g is above most %g", o->least, o->most);
    return CR_OK;
}

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct erase *o = values;
    double height = (double)canvas->height, width = (double)canvas->width;
    double area = cr_canvas_between(canvas, o->least, o->most) * height * width;
    double ratio = exp(cr_canvas_between(canvas, -log(o->ratio), log(o->ratio)));
    double tall = fmin(height, fmax(sqrt(area * ratio), area / width));
    int64_t h = (int64_t)(tall + 0.5), w = (int64_t)(fmin(width, tall > 0 ? area / tall : 0) + 0.5);
    int64_t top = (int64_t)cr_random_below(&canvas->random, (uint64_t)(canvas->height - h + 1));
    int64_t left = (int64_t)cr_random_below(&canvas->random, (uint64_t)(canvas->width - w + 1));
    if (h > 0 && w > 0)
        cr_canvas_cut(canvas, top, left, h, w, (enum cr_fill)o->fill);
}

const struct cr_augment cr_augment_erase = {
    .entry = {.name = "erase", .help = "covers a rectangle (random erasing, Zhong et al. 2020)", .options = options},
    .none = "{least: 0, most: 0}",
    .check = check,
    .apply = apply,
};
