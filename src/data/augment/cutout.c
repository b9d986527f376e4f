/*
 * cutout: covers a square whose middle lies anywhere in the picture; at the border a part of it lies outside (DeVries
 * and Taylor 2017). The network has to look at more than the one part that gives the answer away.
 */
#include "data/augment.h"

struct cutout {
    double p;
    int64_t size, count;
    int fill;
};

static const struct cr_option options[] = {
    CR_INT("size", struct cutout, size, .min = 0, .max = 4096, .def = 8, .help = "pixels, of each side"),
    CR_INT("count", struct cutout, count, .min = 0, .max = 100, .def = 1, .help = "squares"),
    CR_AUGMENT_CUT(struct cutout),
    CR_AUGMENT_P(struct cutout, 1),
    {0},
};

static void apply(const void *values, struct cr_canvas *canvas)
{
    const struct cutout *o = values;
    for (int64_t i = 0; i < o->count && o->size > 0; i++) {
        int64_t x = (int64_t)cr_random_below(&canvas->random, (uint64_t)canvas->width);
        int64_t y = (int64_t)cr_random_below(&canvas->random, (uint64_t)canvas->height);
        cr_canvas_cut(canvas, y - o->size / 2, x - o->size / 2, o->size, o->size, (enum cr_fill)o->fill);
    }
}

const struct cr_augment cr_augment_cutout = {
    .entry = {.name = "cutout", .help = "covers a square (DeVries and Taylor 2017)", .options = options},
    .none = "size: 0",
    .apply = apply,
};
