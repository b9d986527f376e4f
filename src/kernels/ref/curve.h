/*
 * Activations on rows of numbers that lie in the nearest cache: whatever kernel has just written some applies one here,
 * so that no other pass over memory is needed. The one place that knows the list; a loop of vectors for each.
 */
#ifndef CR_KERNELS_REF_CURVE_H
#define CR_KERNELS_REF_CURVE_H

#include "kernels/kernels.h"
#include "kernels/ref/activations.h"

typedef real curve_function(real x, real parameter);
typedef real curve_function_back(real from, real g, real parameter);

/* These two are inlined into each case below, and `f` into them. */
static inline __attribute__((always_inline)) void curve_loop(curve_function *f, real parameter, real *y, const real *x,
                                                             int64_t count)
{
#pragma omp simd
    for (int64_t i = 0; i < count; i++)
        y[i] = f(x[i], parameter);
}

static inline __attribute__((always_inline)) void curve_loop_back(curve_function_back *f, real parameter, real *dx,
                                                                  const real *from, const real *dy, int64_t count,
                                                                  bool add)
{
    if (add) {
#pragma omp simd
        for (int64_t i = 0; i < count; i++)
            dx[i] += f(from[i], dy[i], parameter);
        return;
    }
#pragma omp simd
    for (int64_t i = 0; i < count; i++)
        dx[i] = f(from[i], dy[i], parameter);
}

/* y = f(x); y may be x. Nothing is done where there is no activation. */
static inline void curve_apply(struct cr_curve curve, real *y, const real *x, int64_t count)
{
    switch (curve.kind) {
    case CR_ACTIVATION_none:
        break;
#define CR_ACTIVATION(name, word, from)                       \
    case CR_ACTIVATION_##name:                                \
        curve_loop(name, (real)curve.parameter, y, x, count); \
        break;
#include "kernels/activations.def"
#undef CR_ACTIVATION
    }
}

/* dx = f' dy, or added to what is there, with f' from x or y as the list says; dx may be dy. */
static inline void curve_back(struct cr_curve curve, real *dx, const real *from, const real *dy, int64_t count,
                              bool add)
{
    switch (curve.kind) {
    case CR_ACTIVATION_none:
        break;
#define CR_ACTIVATION(name, word, of)                                                  \
    case CR_ACTIVATION_##name:                                                         \
        curve_loop_back(name##_back, (real)curve.parameter, dx, from, dy, count, add); \
        break;
#include "kernels/activations.def"
#undef CR_ACTIVATION
    }
}

#endif
