/*
 * y [N][O] = x [N][I] w [I][O] of few samples: the weights are read as they lie, once for up to MOST_ROWS samples, for
 * to pack them would take as long as the products. A part has some vectors of columns, and walks down the weights with
 * its sums in registers.
 */
#include <string.h>

#include "kernels/simd/cost.h"
#include "kernels/simd/finish.h"

#if defined(__AVX512F__)
enum { SUMS = 16 };
#else
enum { SUMS = 8 };
#endif
enum {
    MOST_ROWS = 4,
    MOST_VECTORS = 8, /* sums of one sample: enough to hide the latency of a multiply-add */
    SAMPLES = 8,      /* at most: from there on packing pays */
};

/* Samples from `row` on and columns from `column` on, of which so many are stored. */
struct piece {
    int64_t row, rows, column, columns;
};

static inline vector load_some(const float *from, int64_t count)
{
    vector some = {0};
    if (count > 0)
        memcpy(&some, from, (size_t)least(count, LANES) * sizeof *from);
    return some;
}

/*
 * `rows` and `vectors` are constants where this is inlined. Columns beyond the piece's are computed of what lies there:
 * the next row of the weights, as far as there is one.
 */
static inline __attribute__((always_inline)) void multiply(const struct cr_dense_args *a, const struct piece *piece,
                                                           int rows, int vectors)
{
    const float *x[MOST_ROWS], *w = (const float *)a->w + piece->column;
    vector sum[SUMS];
    float sums[MOST_VECTORS * LANES];
    int64_t beyond = most(vectors * LANES - (a->outputs - piece->column), 0);
    int64_t sure = a->inputs - (beyond + a->outputs - 1) / a->outputs;
    UNROLLED
    for (int r = 0; r < rows; r++)
        x[r] = (const float *)a->x + (piece->row + least(r, piece->rows - 1)) * a->inputs;
    UNROLLED
    for (int i = 0; i < rows * vectors; i++)
        sum[i] = (vector){0};
    for (int64_t k = 0; k < a->inputs; k++, w += a->outputs) {
        vector column[MOST_VECTORS];
        if (k < sure) {
            UNROLLED
            for (int v = 0; v < vectors; v++)
                column[v] = load(w + v * LANES);
        } else {
            UNROLLED
            for (int v = 0; v < vectors; v++)
                column[v] = load_some(w + v * LANES, piece->columns - v * LANES);
        }
        UNROLLED
        for (int r = 0; r < rows; r++) {
            float number = x[r][k];
            UNROLLED
            for (int v = 0; v < vectors; v++)
                sum[r * vectors + v] += column[v] * number;
        }
    }
    UNROLLED
    for (int r = 0; r < rows; r++) {
        float *y = (float *)a->y + (piece->row + r) * a->outputs + piece->column;
        UNROLLED
        for (int v = 0; v < vectors; v++)
            store(sums + v * LANES, sum[r * vectors + v]);
        if (r < piece->rows)
            finish_store(&a->finish, y, a->y, piece->column, sums, piece->columns, a->add);
    }
}

/* Own functions, so that each has the registers for itself. */
#define DEFINE(rows)                                                                                                \
    static __attribute__((noinline)) void multiply_##rows(const struct cr_dense_args *a, const struct piece *piece) \
    {                                                                                                               \
        multiply(a, piece, rows, least(MOST_VECTORS, SUMS / (rows)));                                               \
    }
DEFINE(1)
DEFINE(2)
DEFINE(4)

static int64_t vector_count(const struct cr_dense_args *a)
{
    return (a->outputs + LANES - 1) / LANES;
}

static int64_t parts(const void *args)
{
    const struct cr_dense_args *a = args;
    return cr_parts(vector_count(a), a->batch * a->inputs);
}

static void run(const struct cr_work *work)
{
    const struct cr_dense_args *a = work->args;
    struct cr_range range = cr_part(vector_count(a), a->batch * a->inputs, work->part);
    for (int64_t row = 0, rows; row < a->batch; row += rows) {
        rows = least(a->batch - row, MOST_ROWS);
        int64_t vectors = least(MOST_VECTORS, SUMS / (rows > 2 ? 4 : rows));
        for (int64_t v = range.begin; v < range.end; v += vectors) {
            int64_t end = least(least(v + vectors, range.end) * LANES, a->outputs);
            struct piece piece = {row, rows, v * LANES, end - v * LANES};
            (rows > 2 ? multiply_4 : rows == 2 ? multiply_2 : multiply_1)(a, &piece);
        }
        CR_NAME(finish_rows)
        (&a->finish, (float *)a->y + row * a->outputs + range.begin * LANES, a->y, rows, a->outputs,
         least(range.end * LANES, a->outputs) - range.begin * LANES);
    }
}

static bool takes(const void *args)
{
    const struct cr_dense_args *a = args;
    return a->batch <= SAMPLES;
}

static double cost(const void *args)
{
    const struct cr_dense_args *a = args;
    return (double)(a->inputs * vector_count(a)) * (double)(a->batch + 1);
}

const struct cr_kernel CR_NAME(dense_forward_few) = {
    .way = "in place", .takes = takes, .cost = cost, .phases = {{parts, run}}};
