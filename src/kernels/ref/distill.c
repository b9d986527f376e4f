/*
 * A teacher's answers q beside the base loss b, at the temperature T, with the weight w:
 *
 *     forward   loss = (1 - w) b + w T sum_k q[k] (log q[k] - log p[k]),  p = softmax(x / T)
 *     backward  db = (1 - w) dloss,  dx[k] = dloss w (p[k] sum_j q[j] - q[k])
 *
 * Without a teacher's answers the loss is the base alone.
 */
#include "kernels/ref/softmax.h"

static int64_t parts(const void *args)
{
    const struct cr_distill_args *a = args;
    return cr_parts(a->batch, a->classes * EXP_COST);
}

static struct cr_range samples_of(const struct cr_work *work)
{
    const struct cr_distill_args *a = work->args;
    return cr_part(a->batch, a->classes * EXP_COST, work->part);
}

/* p of sample n; what it returns and x / T give the logarithm: log p[k] = x[k] / T - norm. */
static real soften(const struct cr_distill_args *a, int64_t n)
{
    const real *x = (const real *)a->x + n * a->classes;
    real *p = (real *)a->p + n * a->classes;
    for (int64_t k = 0; k < a->classes; k++)
        p[k] = x[k] / (real)a->temperature;
    return softmax(p, p, a->classes);
}

/* sum_k q[k] (log q[k] - log p[k]), with 0 log 0 = 0; 0 where student and teacher agree. */
static real divergence(const struct cr_distill_args *a, const real *q, const real *x, real norm)
{
    real sum = 0;
    for (int64_t k = 0; k < a->classes; k++)
        sum += q[k] > 0 ? q[k] * (logarithm(q[k]) + norm - x[k] / (real)a->temperature) : 0;
    return sum;
}

static void forward(const struct cr_work *work)
{
    const struct cr_distill_args *a = work->args;
    struct cr_range samples = samples_of(work);
    real weight = (real)a->weight, temperature = (real)a->temperature;
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * a->classes, *q = *a->q ? (const real *)*a->q + n * a->classes : NULL;
        real base = ((const real *)a->base)[n], norm = soften(a, n);
        ((real *)a->loss)[n] = q ? (1 - weight) * base + weight * temperature * divergence(a, q, x, norm) : base;
    }
}

static void backward_of(const struct cr_distill_args *a, int64_t n, const real *q, real scale)
{
    const real *p = (const real *)a->p + n * a->classes;
    real *dx = (real *)a->dx + n * a->classes, total = 0;
    for (int64_t k = 0; q && k < a->classes; k++)
        total += q[k];
    for (int64_t k = 0; k < a->classes; k++) {
        real gradient = q ? scale * (p[k] * total - q[k]) : 0;
        dx[k] = a->add ? dx[k] + gradient : gradient;
    }
}

static void backward(const struct cr_work *work)
{
    const struct cr_distill_args *a = work->args;
    struct cr_range samples = samples_of(work);
    real weight = (real)a->weight;
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *q = *a->q ? (const real *)*a->q + n * a->classes : NULL;
        real dloss = ((const real *)a->dloss)[n], dbase = q ? (1 - weight) * dloss : dloss;
        if (a->dbase)
            ((real *)a->dbase)[n] = a->add_base ? ((real *)a->dbase)[n] + dbase : dbase;
        if (a->dx)
            backward_of(a, n, q, dloss * weight);
    }
}

const struct cr_kernel CR_NAME(distill_forward) = {.phases = {{parts, forward}}};
const struct cr_kernel CR_NAME(distill_backward) = {.phases = {{parts, backward}}};
