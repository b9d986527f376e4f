/*
 * Panels: a matrix [depth][columns], cut into bands of WIDTH columns, each packed as [depth][WIDTH] so that a tile
 * reads it from end to end. The last panel is filled up by whatever numbers, to LANES columns where these are enough,
 * else to WIDTH.
 */
#ifndef CR_KERNELS_SIMD_PANEL_H
#define CR_KERNELS_SIMD_PANEL_H

#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

static inline int64_t panel_count(int64_t columns)
{
    return (columns + WIDTH - 1) / WIDTH;
}

/* Columns of the matrix that panel `panel` holds. */
static inline int64_t panel_columns(int64_t panel, int64_t columns)
{
    return least(columns - panel * WIDTH, WIDTH);
}

/* Columns of the panel itself. */
static inline int64_t panel_width(int64_t panel, int64_t columns)
{
    return panel_columns(panel, columns) <= LANES ? LANES : WIDTH;
}

/* Floats of all panels. */
static inline int64_t panels_size(int64_t depth, int64_t columns)
{
    return depth * ((columns + LANES - 1) / LANES * LANES);
}

static inline float *panel_at(float *panels, int64_t panel, int64_t depth)
{
    return panels + panel * WIDTH * depth;
}

/* Fills rows begin.. of one panel from m[row * stride + column]. `panel` is the panel's number, `to` its first row. */
void CR_NAME(pack)(float *to, int64_t panel, int64_t columns, const float *m, int64_t stride, int64_t rows);

/* The same from the transposed matrix: m[column * stride + row]. */
void CR_NAME(pack_transposed)(float *to, int64_t panel, int64_t columns, const float *m, int64_t stride, int64_t rows);

/* to[c] = the sum of m[row * stride + c] over the rows, or plus what is there. */
void CR_NAME(sum_rows)(float *to, const float *m, int64_t stride, int64_t rows, int64_t columns, bool add);

#endif
