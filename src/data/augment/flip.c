/*
 * flip: left and right change places. Not for letters, digits, or anything else that is another thing in a mirror.
 */
#include "data/augment.h"

struct flip {
    double p;
};

static const struct cr_option options[] = {
    CR_AUGMENT_P(struct flip, 0.5),
    {0},
};

static void apply(const void *values, struct cr_canvas *canvas)
{
    (void)values;
    cr_canvas_move(canvas, &(struct cr_move){.xx = -1, .yy = 1}, CR_FILL_NOTHING);
}

const struct cr_augment cr_augment_flip = {
    .entry = {.name = "flip", .help = "left and right change places", .options = options},
    .none = "p: 0",
    .apply = apply,
};
