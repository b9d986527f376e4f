/*
 * alternating-flip: left and right change places in every other epoch. In the first one a random half of the pictures
 * is flipped, in the next the other half, and so on: two epochs show every picture both ways, where chance alone would
 * show half of them the same way twice (Jordan 2024, arXiv 2404.00498, section 3.6).
 */
#include "data/augment.h"

static void apply(const void *values, struct cr_canvas *canvas)
{
    struct cr_random first = cr_canvas_lasting(canvas);
    (void)values;
    if ((cr_random_u32(&first) ^ (uint64_t)canvas->key.epoch) & 1)
        cr_canvas_move(canvas, &(struct cr_move){.xx = -1, .yy = 1}, CR_FILL_NOTHING);
}

const struct cr_augment cr_augment_alternating_flip = {
    .entry = {.name = "alternating-flip", .help = "left and right change places in every other epoch (Jordan 2024)"},
    .apply = apply,
};
