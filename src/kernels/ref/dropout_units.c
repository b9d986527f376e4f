/*
 * Dropout of whole units: y[n][p][u] = keep[n][u] ? x[n][p][u] / (1 - rate) : 0. With a unit a channel it is spatial
 * dropout (Tompson et al. 2015), with one a sample drop-path (Huang et al. 2016). Forward and backward are the same
 * function.
 */
#include "base/random.h"
#include "kernels/ref/line.h"

static int64_t parts(const void *args)
{
    const struct cr_dropout_units_args *a = args;
    return cr_parts(a->batch, a->pixels * a->units);
}

/* The factors of one sample's units, as a line. */
static void draw(const struct cr_dropout_units_args *a, int64_t n, real *factors)
{
    struct cr_random random =
        cr_random_at(a->key->seed, CR_RANDOM_DROPOUT, a->key->step, (uint64_t)n | (uint64_t)a->node << 32);
    double bound = a->rate * 0x1p32;
    real scale = (real)(1 / (1 - a->rate));
    for (int64_t u = 0; u < a->units; u++)
        factors[u] = cr_random_u32(&random) >= bound ? scale : 0;
    line_extend(factors, a->units);
}

static void run(const struct cr_work *work)
{
    const struct cr_dropout_units_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->pixels * a->units, work->part);
    int64_t length = line_length(a->units), size = a->pixels * a->units;
    real *factors = work->scratch;
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * size;
        real *y = (real *)a->y + n * size;
        draw(a, n, factors);
        for (int64_t k = 0; k < size; k += length) {
            int64_t count = line_count(k, size, length);
#pragma omp simd
            for (int64_t l = 0; l < count; l++) {
                real kept = factors[l] == 0 ? 0 : x[k + l] * factors[l];
                y[k + l] = a->add ? y[k + l] + kept : kept;
            }
        }
    }
}

static size_t scratch(const void *args)
{
    const struct cr_dropout_units_args *a = args;
    return (size_t)line_length(a->units) * sizeof(real);
}

const struct cr_kernel CR_NAME(dropout_units) = {.phases = {{parts, run}}, .scratch = scratch};
