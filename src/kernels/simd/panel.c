#include <string.h>

#include "kernels/simd/panel.h"
#include "kernels/simd/transpose.h"

/* One row of a panel that the matrix does not fill. */
static void pack_rest(float *to, const float *m, int64_t count, int64_t width)
{
    memcpy(to, m, (size_t)count * sizeof *to);
    memset(to + count, 0, (size_t)(width - count) * sizeof *to);
}

static inline void copy(float *to, const float *m, int vectors)
{
    UNROLLED
    for (int v = 0; v < vectors; v++)
        store(to + v * LANES, load(m + v * LANES));
}

/*
 * A row may be read beyond its end where the next rows, long enough, follow at once; what is read there comes to lie in
 * columns that nobody stores.
 */
void CR_NAME(pack)(float *to, int64_t panel, int64_t columns, const float *m, int64_t stride, int64_t rows)
{
    int64_t count = panel_columns(panel, columns), width = panel_width(panel, columns), row = 0;
    int64_t sure = most(rows - (width - count + stride - 1) / stride, 0);
    m += panel * WIDTH;
    if (width == WIDTH)
        for (; row < sure; row++)
            copy(to + row * WIDTH, m + row * stride, VECTORS);
    else
        for (; row < sure; row++)
            copy(to + row * LANES, m + row * stride, 1);
    for (; row < rows; row++)
        pack_rest(to + row * width, m + row * stride, count, width);
}

static void transpose(float *to, int64_t width, const float *m, int64_t stride)
{
    vector row[LANES];
    UNROLLED
    for (int i = 0; i < LANES; i++)
        row[i] = load(m + i * stride);
    transpose_square(row);
    UNROLLED
    for (int i = 0; i < LANES; i++)
        store(to + i * width, row[i]);
}

void CR_NAME(pack_transposed)(float *to, int64_t panel, int64_t columns, const float *m, int64_t stride, int64_t rows)
{
    int64_t count = panel_columns(panel, columns), width = panel_width(panel, columns);
    int64_t squares = count / LANES * LANES, even = rows / LANES * LANES;
    m += panel * WIDTH * stride;
    for (int64_t row = 0; row < even; row += LANES)
        for (int64_t c = 0; c < squares; c += LANES)
            transpose(to + row * width + c, width, m + c * stride + row, stride);
    for (int64_t row = 0; row < rows; row++)
        for (int64_t c = row < even ? squares : 0; c < width; c++)
            to[row * width + c] = c < count ? m[c * stride + row] : 0;
}

void CR_NAME(sum_rows)(float *to, const float *m, int64_t stride, int64_t rows, int64_t columns, bool add)
{
    for (int64_t c = 0; c < columns && !add; c++)
        to[c] = 0;
    for (int64_t row = 0; row < rows; row++, m += stride)
#pragma omp simd
        for (int64_t c = 0; c < columns; c++)
            to[c] += m[c];
}
