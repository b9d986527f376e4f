#include "kernels/simd/product.h"
#include "kernels/simd/panel.h"
#include "kernels/simd/tile.h"

static int64_t row_tiles(const struct product *p)
{
    return (p->rows + ROWS - 1) / ROWS;
}

/* In vectors, as everywhere in simd/. */
static int64_t tile_cost(const struct product *p)
{
    return p->depth * ROWS * VECTORS;
}

int64_t CR_NAME(product_parts)(const struct product *p)
{
    return cr_blocks(panel_count(p->columns), row_tiles(p), tile_cost(p));
}

void CR_NAME(product)(const struct product *p, float *panels, int64_t part)
{
    struct cr_block block = cr_block(panel_count(p->columns), row_tiles(p), tile_cost(p), part);
    struct walk walk = {.pictures = 1, .lines = 1, .steps = p->depth, .stride = p->stride};
    for (int64_t panel = block.rows.begin; panel < block.rows.end; panel++)
        for (int64_t row = block.columns.begin * ROWS; row < block.columns.end * ROWS; row += ROWS) {
            int64_t rows = least(p->rows - row, ROWS);
            struct tile tile = {.rows = rows,
                                .columns = panel_columns(panel, p->columns),
                                .add = p->add,
                                .finish = p->finish,
                                .origin = p->y,
                                .column = panel * WIDTH};
            for (int64_t r = 0; r < ROWS; r++) {
                int64_t at = row + (r < rows ? r : 0);
                tile.a[r] = p->a + at * p->row_stride;
                tile.y[r] = p->y + at * p->columns + panel * WIDTH;
            }
            CR_NAME(tile)(&tile, &walk, panel_at(panels, panel, p->depth));
        }
}

size_t CR_NAME(product_shared)(const struct product *p)
{
    return (size_t)panels_size(p->depth, p->columns) * sizeof(float);
}

int64_t CR_NAME(product_pack_parts)(const struct product *p)
{
    return cr_parts(panel_count(p->columns), p->depth * VECTORS);
}

void CR_NAME(product_pack)(const struct product *p, float *panels, const float *m, bool transposed, int64_t part)
{
    struct cr_range range = cr_part(panel_count(p->columns), p->depth * VECTORS, part);
    for (int64_t panel = range.begin; panel < range.end; panel++) {
        float *to = panel_at(panels, panel, p->depth);
        if (transposed)
            CR_NAME(pack_transposed)(to, panel, p->columns, m, p->depth, p->depth);
        else
            CR_NAME(pack)(to, panel, p->columns, m, p->columns, p->depth);
    }
}

struct cr_range CR_NAME(product_pack_columns)(const struct product *p, int64_t part)
{
    struct cr_range panels = cr_part(panel_count(p->columns), p->depth * VECTORS, part);
    return (struct cr_range){panels.begin * WIDTH, least(panels.end * WIDTH, p->columns)};
}
