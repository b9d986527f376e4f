#include "kernels/simd/winograd_points.h"
#include "kernels/simd/vector.h"

/* Rows of a block of sums: as many as the registers hold, of which one vector a row needs half. */
enum {
    TILES = ROWS,
    TILES_NARROW = ROWS * VECTORS,
    FEW = 4, /* where fewer tiles are left */
    CHANNELS = LANES <= ROWS  ? LANES
               : LANES % ROWS ? LANES / 2
                              : ROWS, /* a block of V has LANES */
    CHANNELS_NARROW = LANES
};

/* sum[r] += a[r] b, for `rows` numbers that are `distance` apart. */
INLINE void multiply_add(vector *sum, const float *a, int64_t distance, const float *b, int rows, int vectors)
{
    vector column[VECTORS];
    UNROLLED
    for (int v = 0; v < vectors; v++)
        column[v] = load(b + v * LANES);
    UNROLLED
    for (int r = 0; r < rows; r++) {
        float number = a[r * distance];
        UNROLLED
        for (int v = 0; v < vectors; v++)
            sum[r * vectors + v] += column[v] * number;
    }
}

INLINE void clear(vector *sum, int count)
{
    UNROLLED
    for (int i = 0; i < count; i++)
        sum[i] = (vector){0};
}

/* ------------------------------------------------------------------------------------------------- to the outputs */

/* The sums of `rows` tiles from t on. */
INLINE void some_tiles(const struct point_product *p, int64_t t, int rows, int vectors)
{
    vector sum[ROWS * VECTORS];
    const float *v = p->v + t * LANES, *u = p->panel;
    clear(sum, rows * vectors);
    for (int64_t c = 0; c < p->channels; c += LANES, v += p->tiles * LANES) {
        int64_t steps = least(p->channels - c, LANES);
        for (int64_t k = 0; k < steps; k++, u += vectors * LANES)
            multiply_add(sum, v + k, LANES, u, rows, vectors);
    }
    float *to = p->to + t * p->row;
    UNROLLED
    for (int r = 0; r < rows; r++, to += p->row) {
        UNROLLED
        for (int i = 0; i < vectors; i++)
            store(to + i * LANES, sum[r * vectors + i]);
    }
}

INLINE void all_tiles(const struct point_product *p, int many, int vectors)
{
    int64_t t = 0;
    for (; t + many <= p->tiles; t += many)
        some_tiles(p, t, many, vectors);
    for (; t + FEW <= p->tiles; t += FEW)
        some_tiles(p, t, FEW, vectors);
    for (; t < p->tiles; t++)
        some_tiles(p, t, 1, vectors);
}

void CR_NAME(point_outputs)(const struct point_product *p)
{
    if (p->width == LANES)
        all_tiles(p, TILES_NARROW, 1);
    else
        all_tiles(p, TILES, VECTORS);
}

/* ------------------------------------------------------------------------------------------------- to the filters */

/* The sums of `rows` channels from c on; those that there are of them are stored. */
INLINE void some_channels(const struct point_product *p, int64_t c, int rows, int vectors)
{
    vector sum[LANES * VECTORS];
    const float *v = p->v + c / LANES * p->tiles * LANES + c % LANES, *d = p->panel;
    clear(sum, rows * vectors);
    for (int64_t t = 0; t < p->tiles; t++, v += LANES, d += vectors * LANES)
        multiply_add(sum, v, 1, d, rows, vectors);
    float *to = p->to + c * p->row;
    UNROLLED
    for (int r = 0; r < rows; r++, to += p->row)
        for (int i = 0; i < vectors && c + r < p->channels; i++) {
            vector value = sum[r * vectors + i];
            store(to + i * LANES, p->add ? value + load(to + i * LANES) : value);
        }
}

void CR_NAME(point_filters)(const struct point_product *p)
{
    if (p->width == LANES)
        for (int64_t c = 0; c < p->channels; c += CHANNELS_NARROW)
            some_channels(p, c, CHANNELS_NARROW, 1);
    else
        for (int64_t c = 0; c < p->channels; c += CHANNELS)
            some_channels(p, c, CHANNELS, VECTORS);
}
