#include "kernels/parts.h"

enum {
    MOST = 64,    /* parts */
    GRAIN = 8192, /* operations that a part has at least: some microseconds */
    LINE = 16,    /* floats of a cache line */
};

int64_t cr_parts(int64_t rows, int64_t cost)
{
    int64_t worth = rows * cost / GRAIN;
    int64_t parts = worth < rows ? worth : rows;
    return parts < 1 ? 1 : parts > MOST ? MOST : parts;
}

struct cr_range cr_share(int64_t count, int64_t parts, int64_t part)
{
    return (struct cr_range){count * part / parts, count * (part + 1) / parts};
}

struct cr_range cr_part(int64_t rows, int64_t cost, int64_t part)
{
    return cr_share(rows, cr_parts(rows, cost), part);
}

int64_t cr_flat_parts(int64_t count)
{
    return cr_parts((count + LINE - 1) / LINE, LINE);
}

struct cr_range cr_flat_part(int64_t count, int64_t part)
{
    struct cr_range lines = cr_part((count + LINE - 1) / LINE, LINE, part);
    int64_t end = lines.end * LINE;
    return (struct cr_range){lines.begin * LINE, end < count ? end : count};
}

/* How many blocks lie beside each other. */
static int64_t column_blocks(int64_t rows, int64_t columns, int64_t cost)
{
    int64_t blocks = cr_parts(rows * columns, cost) / cr_parts(rows, columns * cost);
    return blocks < columns ? blocks : columns;
}

int64_t cr_blocks(int64_t rows, int64_t columns, int64_t cost)
{
    return cr_parts(rows, columns * cost) * column_blocks(rows, columns, cost);
}

struct cr_block cr_block(int64_t rows, int64_t columns, int64_t cost, int64_t part)
{
    int64_t across = column_blocks(rows, columns, cost);
    return (struct cr_block){cr_part(rows, columns * cost, part / across), cr_share(columns, across, part % across)};
}

int64_t cr_one_part(const void *args)
{
    (void)args;
    return 1;
}
