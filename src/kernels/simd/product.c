#include <string.h>

#include "kernels/simd/product.h"
#include "kernels/simd/finish.h"
#include "kernels/simd/panel.h"
#include "kernels/simd/tile.h"

enum {
    BLOCK = 256,    /* of the depth: a panel's block and a few rows of `a` stay in the first cache */
    GRAIN = 8192,   /* multiply-adds of vectors that a part has at least */
    ENOUGH = 16,    /* parts, if their rows are few */
    MOST = 64,      /* parts */
    FEW_TILES = 2,  /* a part has at least: packing then takes a quarter of its time at most */
    MANY_TILES = 8, /* and so no more than a twentieth */
};

static int64_t row_tiles(const struct product *p)
{
    return (p->rows + ROWS - 1) / ROWS;
}

/* Panels that are packed together. Where the rows of `a` lie across they are packed, too, which serves all of them. */
static int64_t group_size(const struct product *p)
{
    return p->stride == 1 ? 1 : least(panel_count(p->columns), 4);
}

static int64_t groups(const struct product *p)
{
    return (panel_count(p->columns) + group_size(p) - 1) / group_size(p);
}

static int64_t bands(const struct product *p)
{
    return least(groups(p), MOST);
}

static int64_t row_blocks(const struct product *p)
{
    int64_t tiles = row_tiles(p), of_one = p->depth * ROWS * VECTORS * group_size(p);
    int64_t blocks = most(least(tiles / FEW_TILES, ENOUGH / bands(p)), least(tiles / MANY_TILES, MOST / bands(p)));
    return most(least(blocks, tiles * of_one / GRAIN), 1);
}

int64_t CR_NAME(product_parts)(const struct product *p)
{
    return bands(p) * row_blocks(p);
}

/*
 * Which rows and columns a part is about. Weights are b, cut into bands of columns, or they are y: then the rows come
 * first, and what a part writes lies together.
 */
struct place {
    int64_t band, row_block;
};

static struct place place_of(const struct product *p, int64_t part)
{
    if (p->stride == 1)
        return (struct place){part / row_blocks(p), part % row_blocks(p)};
    return (struct place){part % bands(p), part / bands(p)};
}

static struct cr_range groups_of(const struct product *p, int64_t band)
{
    return cr_share(groups(p), bands(p), band);
}

struct cr_range CR_NAME(product_own_columns)(const struct product *p, int64_t part)
{
    struct place place = place_of(p, part);
    struct cr_range range = groups_of(p, place.band);
    int64_t width = group_size(p) * WIDTH;
    if (place.row_block > 0)
        return (struct cr_range){0, 0};
    return (struct cr_range){range.begin * width, least(range.end * width, p->columns)};
}

size_t CR_NAME(product_scratch)(const struct product *p)
{
    return (size_t)(least(p->depth, BLOCK) * (group_size(p) * WIDTH + ROWS)) * sizeof(float);
}

static void pack_block(const struct product *p, int64_t panel, struct cr_range depth, float *to)
{
    int64_t count = depth.end - depth.begin;
    if (p->transposed)
        CR_NAME(pack_transposed)(to, panel, p->columns, p->b + depth.begin, p->depth, count);
    else
        CR_NAME(pack)(to, panel, p->columns, p->b + depth.begin * p->columns, p->columns, count);
}

/* to[k][ROWS]; rows beyond the last repeat it. */
static void pack_rows(const struct product *p, int64_t row, struct cr_range depth, float *to)
{
    const float *a = p->a + row * p->row_stride + depth.begin * p->stride;
    int64_t rows = p->rows - row, count = depth.end - depth.begin;
    if (rows >= ROWS && p->row_stride == 1)
        for (int64_t k = 0; k < count; k++)
            memcpy(to + k * ROWS, a + k * p->stride, ROWS * sizeof *to);
    else
        for (int64_t k = 0; k < count; k++)
            for (int64_t r = 0; r < ROWS; r++)
                to[k * ROWS + r] = a[k * p->stride + least(r, rows - 1) * p->row_stride];
}

/* One tile's rows of all panels. */
static void run_rows(const struct product *p, int64_t row, struct cr_range panels, struct cr_range depth,
                     const float *packed, float *rows_packed)
{
    struct walk walk = {.pictures = 1, .lines = 1, .steps = depth.end - depth.begin, .stride = p->stride};
    struct tile tile = {.rows = least(p->rows - row, ROWS),
                        .add = p->add || depth.begin > 0,
                        .finish = depth.end == p->depth ? p->finish : NULL,
                        .origin = p->y};
    for (int64_t r = 0; r < ROWS; r++)
        tile.a[r] = p->a + (row + least(r, tile.rows - 1)) * p->row_stride + depth.begin * p->stride;
    if (panels.end - panels.begin > 1) {
        pack_rows(p, row, depth, rows_packed);
        walk.stride = ROWS;
        for (int64_t r = 0; r < ROWS; r++)
            tile.a[r] = rows_packed + r;
    }
    for (int64_t panel = panels.begin; panel < panels.end; panel++, packed += walk.steps * WIDTH) {
        tile.columns = panel_columns(panel, p->columns);
        tile.column = panel * WIDTH;
        for (int64_t r = 0; r < ROWS; r++)
            tile.y[r] = p->y + (row + least(r, tile.rows - 1)) * p->columns + tile.column;
        CR_NAME(tile)(&tile, &walk, packed);
        if (tile.finish)
            CR_NAME(finish_rows)(tile.finish, tile.y[0], p->y, tile.rows, p->columns, tile.columns);
    }
}

static void run_group(const struct product *p, int64_t group, struct cr_range tiles, float *scratch)
{
    int64_t first = group * group_size(p), blocks = (p->depth + BLOCK - 1) / BLOCK;
    struct cr_range panels = {first, least(first + group_size(p), panel_count(p->columns))};
    float *rows_packed = scratch + group_size(p) * least(p->depth, BLOCK) * WIDTH;
    for (int64_t block = 0; block < blocks; block++) {
        struct cr_range depth = cr_share(p->depth, blocks, block);
        int64_t size = (depth.end - depth.begin) * WIDTH;
        for (int64_t panel = panels.begin; panel < panels.end; panel++)
            pack_block(p, panel, depth, scratch + (panel - panels.begin) * size);
        for (int64_t tile = tiles.begin; tile < tiles.end; tile++)
            run_rows(p, tile * ROWS, panels, depth, scratch, rows_packed);
    }
}

void CR_NAME(product)(const struct product *p, int64_t part, float *scratch)
{
    struct place place = place_of(p, part);
    struct cr_range range = groups_of(p, place.band), tiles = cr_share(row_tiles(p), row_blocks(p), place.row_block);
    for (int64_t group = range.begin; group < range.end; group++)
        run_group(p, group, tiles, scratch);
}
