/*
 * vflip: top and bottom change places. For pictures without an up and a down: from above, through a microscope.
 */
#include "data/augment.h"

struct vflip {
    double p;
};

static const struct cr_option options[] = {
    CR_AUGMENT_P(struct vflip, 0.5),
    {0},
};

static void apply(const void *values, struct cr_canvas *canvas)
{
    (void)values;
    cr_canvas_move(canvas, &(struct cr_move){.xx = 1, .yy = -1}, CR_FILL_NOTHING);
}

const struct cr_augment cr_augment_vflip = {
    .entry = {.name = "vflip", .help = "top and bottom change places", .options = options},
    .none = "p: 0",
    .apply = apply,
};
