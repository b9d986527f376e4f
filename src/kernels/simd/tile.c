#include "kernels/simd/tile.h"
#include "kernels/simd/finish.h"

/* `vectors` and a `stride` of 1 are constants where this is inlined. */
INLINE void multiply(const struct tile *tile, const struct walk *walk, const float *b, int vectors, int64_t stride)
{
    const float *a[ROWS];
    vector sum[ROWS * VECTORS];
    UNROLLED
    for (int r = 0; r < ROWS; r++)
        a[r] = tile->a[r];
    UNROLLED
    for (int i = 0; i < ROWS * vectors; i++)
        sum[i] = (vector){0};
    for (int64_t picture = 0; picture < walk->pictures; picture++)
        for (int64_t line = 0; line < walk->lines; line++, b += walk->left_out) {
            int64_t at = picture * walk->picture_stride + line * walk->line_stride;
#pragma GCC unroll 2
            for (int64_t k = 0; k < walk->steps; k++, at += stride, b += vectors * LANES) {
                vector column[VECTORS];
                UNROLLED
                for (int v = 0; v < vectors; v++)
                    column[v] = load(b + v * LANES);
                UNROLLED
                for (int r = 0; r < ROWS; r++) {
                    float number = a[r][at];
                    UNROLLED
                    for (int v = 0; v < vectors; v++)
                        sum[r * vectors + v] += column[v] * number;
                }
            }
        }
    /* A copy, which no store can change: what it says is asked once. */
    const struct cr_finish finish = tile->finish ? *tile->finish : (struct cr_finish){0};
    UNROLLED
    for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < vectors && r < tile->rows; v++) {
            float *y = tile->y[r] + v * LANES;
            vector value = tile->add ? load(y) + sum[r * vectors + v] : sum[r * vectors + v];
            store(y, tile->finish ? finish_vector(&finish, tile->column + v * LANES, y - tile->origin, value) : value);
        }
}

/* Own functions, so that each has the registers for itself. */
#define DEFINE(name, vectors, stride)                                                                            \
    static __attribute__((noinline)) void name(const struct tile *tile, const struct walk *walk, const float *b) \
    {                                                                                                            \
        multiply(tile, walk, b, vectors, stride);                                                                \
    }
DEFINE(along_rows, VECTORS, 1)
DEFINE(along_rows_narrow, 1, 1)
DEFINE(across_rows, VECTORS, walk->stride)
DEFINE(across_rows_narrow, 1, walk->stride)

static void full(const struct tile *tile, const struct walk *walk, const float *b, bool narrow)
{
    if (walk->stride == 1)
        (narrow ? along_rows_narrow : along_rows)(tile, walk, b);
    else
        (narrow ? across_rows_narrow : across_rows)(tile, walk, b);
}

void CR_NAME(tile)(const struct tile *tile, const struct walk *walk, const float *b)
{
    bool narrow = tile->columns <= LANES;
    if (tile->columns == (narrow ? LANES : WIDTH)) {
        full(tile, walk, b, narrow);
        return;
    }
    float sums[ROWS][WIDTH];
    struct tile whole = *tile;
    whole.add = false;
    whole.finish = NULL;
    for (int r = 0; r < ROWS; r++)
        whole.y[r] = sums[r];
    full(&whole, walk, b, narrow);
    const struct cr_finish none = {0};
    for (int64_t r = 0; r < tile->rows; r++)
        finish_store(tile->finish ? tile->finish : &none, tile->y[r], tile->finish ? tile->origin : tile->y[r],
                     tile->column, sums[r], tile->columns, tile->add);
}
