/*
 * The picture moved by one pixel to each of four sides; the pixels at the edge are repeated into the gap.
 */
#include "evaluate/view.h"

static int64_t within(int64_t place, int64_t size)
{
    return place < 0 ? 0 : place >= size ? size - 1 : place;
}

static void from(int which, int64_t height, int64_t width, int64_t *row, int64_t *column)
{
    static const int rows[] = {-1, 1, 0, 0}, columns[] = {0, 0, -1, 1};
    *row = within(*row + rows[which], height);
    *column = within(*column + columns[which], width);
}

const struct cr_view cr_view_shift = {
    .entry = {.name = "shift", .help = "it moved by one pixel, up, down, left and right: four pictures"},
    .count = 4,
    .from = from,
};
