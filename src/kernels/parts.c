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

struct cr_range cr_part(int64_t rows, int64_t cost, int64_t part)
{
    int64_t parts = cr_parts(rows, cost);
    return (struct cr_range){rows * part / parts, rows * (part + 1) / parts};
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

int64_t cr_one_part(const void *args)
{
    (void)args;
    return 1;
}
