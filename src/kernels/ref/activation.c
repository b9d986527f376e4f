/*
 * Activations that work number by number; ref/activations.h has their formulas.
 *
 *     forward   y = f(x)
 *     backward  dx = f' dy, with f' from y or from x
 */
#include "kernels/ref/activations.h"

typedef real function(real number, real parameter);

static int64_t parts(const void *args)
{
    const struct cr_activation_args *a = args;
    return cr_flat_parts(a->batch * a->size);
}

/* These two are inlined into each case below, and `f` into them: a loop of vectors for each activation. */
static inline __attribute__((always_inline)) void apply(const struct cr_work *work, function *f)
{
    const struct cr_activation_args *a = work->args;
    struct cr_range range = cr_flat_part(a->batch * a->size, work->part);
    real parameter = (real)a->parameter;
    const real *x = a->x;
    real *y = a->y;
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; i++)
        y[i] = f(x[i], parameter);
}

static inline __attribute__((always_inline)) void apply_slope(const struct cr_work *work, const void *from, function *f)
{
    const struct cr_activation_args *a = work->args;
    struct cr_range range = cr_flat_part(a->batch * a->size, work->part);
    real parameter = (real)a->parameter;
    const real *value = from, *dy = a->dy;
    real *dx = a->dx;
    if (a->add) {
#pragma omp simd
        for (int64_t i = range.begin; i < range.end; i++)
            dx[i] += f(value[i], parameter) * dy[i];
        return;
    }
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; i++)
        dx[i] = f(value[i], parameter) * dy[i];
}

static void forward(const struct cr_work *work)
{
    const struct cr_activation_args *a = work->args;
    switch (a->kind) {
#define CR_ACTIVATION(name, word, from) \
    case CR_ACTIVATION_##name:          \
        apply(work, name);              \
        break;
#include "kernels/activations.def"
#undef CR_ACTIVATION
    }
}

static void backward(const struct cr_work *work)
{
    const struct cr_activation_args *a = work->args;
    const void *X = a->x, *Y = a->y; /* as the list says */
    switch (a->kind) {
#define CR_ACTIVATION(name, word, from)        \
    case CR_ACTIVATION_##name:                 \
        apply_slope(work, from, name##_slope); \
        break;
#include "kernels/activations.def"
#undef CR_ACTIVATION
    }
}

const struct cr_kernel CR_NAME(activation_forward) = {.phases = {{parts, forward}}};
const struct cr_kernel CR_NAME(activation_backward) = {.phases = {{parts, backward}}};
