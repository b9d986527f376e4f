/*
 * Softmax and cross entropy in one, over the K classes of each sample; t is the target distribution, one-hot of a label
 * or soft, smoothed and weighted: t[k] = weights[k] ((1 - smoothing) t[k] + smoothing / K).
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

static real target(const struct cr_cross_entropy_args *a, int64_t n, int64_t k)
{
    real t = a->soft ? ((const real *)a->soft)[n * a->classes + k] : k == a->labels[n];
    if (a->smoothing > 0)
        t = (real)(1 - a->smoothing) * t + (real)(a->smoothing / (double)a->classes);
    return a->weights ? (real)a->weights[k] * t : t;
}

static bool is_one_hot(const struct cr_cross_entropy_args *a)
{
    return !a->soft && a->smoothing == 0 && !a->weights;
}

static void forward(const struct cr_work *work)
{
    const struct cr_cross_entropy_args *a = work->args;
    struct cr_range samples = samples_of(work);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * a->classes;
        real norm = softmax((real *)a->p + n * a->classes, x, a->classes), loss = 0;
        if (is_one_hot(a))
            loss = norm - x[a->labels[n]];
        for (int64_t k = 0; !is_one_hot(a) && k < a->classes; k++) {
            real t = target(a, n, k);
            loss += t == 0 ? 0 : t * (norm - x[k]); /* 0 log 0 = 0 */
        }
        ((real *)a->loss)[n] = loss;
    }
}

static void backward(const struct cr_work *work)
{
    const struct cr_cross_entropy_args *a = work->args;
    struct cr_range samples = samples_of(work);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *p = (const real *)a->p + n * a->classes;
        real *dx = (real *)a->dx + n * a->classes, dloss = ((const real *)a->dloss)[n];
        real total = is_one_hot(a) ? 1 : 0;
        for (int64_t k = 0; !is_one_hot(a) && k < a->classes; k++)
            total += target(a, n, k);
        for (int64_t k = 0; k < a->classes; k++) {
            real gradient = dloss * (p[k] * total - target(a, n, k));
            dx[k] = a->add ? dx[k] + gradient : gradient;
        }
    }
}

const struct cr_kernel CR_NAME(cross_entropy_forward) = {.phases = {{parts, forward}}};
const struct cr_kernel CR_NAME(cross_entropy_backward) = {.phases = {{parts, backward}}};
