/*
 * How far the K outputs of a sample are from their targets t, output by output; t is soft, or one-hot of a label.
 *
 *     loss = sum_k d(x[k], t[k]) / K;  dx[k] = dloss d'(x[k], t[k]) / K
 *
 *     squared   d = (x - t)^2                                          d' = 2 (x - t)
 *     huber     d = |e| <= delta ? e^2 / 2 : delta (|e| - delta / 2)   d' = e held within -delta..delta      e = x - t
 *     logistic  d = -t log s(x) - (1 - t) log(1 - s(x))                d' = s(x) - t         s(x) = 1 / (1 + exp(-x))
 *
 * (Huber 1964.) The logistic one is computed as max(x, 0) - x t + log(1 + exp(-|x|)): nothing overflows.
 */
#include "kernels/ref/math.h"
#include "kernels/ref/ref.h"

enum { COST = 16 }; /* of one output, against an addition */

static int64_t parts(const void *args)
{
    const struct cr_distance_args *a = args;
    return cr_parts(a->batch, a->size * COST);
}

static real target(const struct cr_distance_args *a, int64_t n, int64_t k)
{
    return a->soft ? ((const real *)a->soft)[n * a->size + k] : k == a->labels[n];
}

static real distance(const struct cr_distance_args *a, real x, real t)
{
    real e = x - t, far = e < 0 ? -e : e, delta = (real)a->delta, ramp = x < 0 ? 0 : x;
    switch (a->kind) {
    case CR_DISTANCE_SQUARED:
        return e * e;
    case CR_DISTANCE_HUBER:
        return far <= delta ? e * e / 2 : delta * (far - delta / 2);
    case CR_DISTANCE_LOGISTIC:
        break;
    }
    return ramp - x * t + logarithm_of_1_and(exponential(x < 0 ? x : -x));
}

static real slope(const struct cr_distance_args *a, real x, real t)
{
    real e = x - t, delta = (real)a->delta;
    switch (a->kind) {
    case CR_DISTANCE_SQUARED:
        return 2 * e;
    case CR_DISTANCE_HUBER:
        return e < -delta ? -delta : e > delta ? delta : e;
    case CR_DISTANCE_LOGISTIC:
        break;
    }
    return logistic(x) - t;
}

static void forward(const struct cr_work *work)
{
    const struct cr_distance_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->size * COST, work->part);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * a->size;
        real loss = 0;
        for (int64_t k = 0; k < a->size; k++)
            loss += distance(a, x[k], target(a, n, k));
        ((real *)a->loss)[n] = loss / (real)a->size;
    }
}

static void backward(const struct cr_work *work)
{
    const struct cr_distance_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->size * COST, work->part);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * a->size;
        real *dx = (real *)a->dx + n * a->size, dloss = ((const real *)a->dloss)[n] / (real)a->size;
        for (int64_t k = 0; k < a->size; k++) {
            real gradient = dloss * slope(a, x[k], target(a, n, k));
            dx[k] = a->add ? dx[k] + gradient : gradient;
        }
    }
}

const struct cr_kernel CR_NAME(distance_forward) = {.phases = {{parts, forward}}};
const struct cr_kernel CR_NAME(distance_backward) = {.phases = {{parts, backward}}};
