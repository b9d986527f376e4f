/*
 * Dropout (Srivastava et al. 2014), inverted: y = keep ? x / (1 - rate) : 0. Forward and backward are the same
 * function, for the draws depend on the step, the sample and the node alone.
 */
#include "base/random.h"
#include "kernels/ref/ref.h"

enum { COST = 16 }; /* of one draw */

static int64_t parts(const void *args)
{
    const struct cr_dropout_args *a = args;
    return cr_parts(a->batch, a->size * COST);
}

static void run(const struct cr_work *work)
{
    const struct cr_dropout_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->size * COST, work->part);
    double bound = a->rate * 0x1p32;
    real scale = (real)(1 / (1 - a->rate));
    for (int64_t n = samples.begin; n < samples.end; n++) {
        struct cr_random random =
            cr_random_at(a->key->seed, CR_RANDOM_DROPOUT, a->key->step, (uint64_t)n | (uint64_t)a->node << 32);
        const real *x = (const real *)a->x + n * a->size;
        real *y = (real *)a->y + n * a->size;
        for (int64_t i = 0; i < a->size; i++) {
            real kept = cr_random_u32(&random) >= bound ? x[i] * scale : 0;
            y[i] = a->add ? y[i] + kept : kept;
        }
    }
}

const struct cr_kernel CR_NAME(dropout) = {.phases = {{parts, run}}};
