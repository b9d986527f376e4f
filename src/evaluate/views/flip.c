/*
 * The mirror image, left and right exchanged: where a class looks alike both ways (animals; not digits).
 */
#include "evaluate/view.h"

static void from(int which, int64_t height, int64_t width, int64_t *row, int64_t *column)
{
    (void)which, (void)height, (void)row;
    *column = width - 1 - *column;
}

const struct cr_view cr_view_flip = {
    .entry = {.name = "flip", .help = "its mirror image, left and right exchanged"},
    .count = 1,
    .from = from,
};
