/*
 * Softmax and cross entropy in one, over the K classes of each sample; t is the target distribution, one-hot of a label
 * or soft.
 *
 *     forward   p = softmax(x), loss = -sum_k t[k] log p[k] = sum_k t[k] (log sum_j exp x[j] - x[k])
 *     backward  dx[k] = dloss (p[k] sum_j t[j] - t[k])
 */
#include "kernels/ref/softmax.h"

static int64_t parts(const void *args)
{
    const struct cr_cross_entropy_args *a = args;
    return cr_parts(a->batch, a->classes * EXP_COST);
}

static struct cr_range samples_of(const struct cr_work *work)
{
    const struct cr_cross_entropy_args *a = work->args;
    return cr_part(a->batch, a->classes * EXP_COST, work->part);
}

static void forward(const struct cr_work *work)
{
    const struct cr_cross_entropy_args *a = work->args;
    struct cr_range samples = samples_of(work);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * a->classes;
        const real *soft = a->soft ? (const real *)a->soft + n * a->classes : NULL;
        real norm = softmax((real *)a->p + n * a->classes, x, a->classes), loss = 0;
        if (!soft)
            loss = norm - x[a->labels[n]];
        for (int64_t k = 0; soft && k < a->classes; k++)
            loss += soft[k] == 0 ? 0 : soft[k] * (norm - x[k]); /* 0 log 0 = 0 */
        ((real *)a->loss)[n] = loss;
    }
}

static void backward(const struct cr_work *work)
{
    const struct cr_cross_entropy_args *a = work->args;
    struct cr_range samples = samples_of(work);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *p = (const real *)a->p + n * a->classes;
        const real *soft = a->soft ? (const real *)a->soft + n * a->classes : NULL;
        real *dx = (real *)a->dx + n * a->classes, dloss = ((const real *)a->dloss)[n], total = soft ? 0 : 1;
        for (int64_t k = 0; soft && k < a->classes; k++)
            total += soft[k];
        for (int64_t k = 0; k < a->classes; k++) {
            real target = soft ? soft[k] : k == a->labels[n];
            real gradient = dloss * (p[k] * total - target);
            dx[k] = a->add ? dx[k] + gradient : gradient;
        }
    }
}

const struct cr_kernel CR_NAME(cross_entropy_forward) = {.phases = {{parts, forward}}};
const struct cr_kernel CR_NAME(cross_entropy_backward) = {.phases = {{parts, backward}}};
