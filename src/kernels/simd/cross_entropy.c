/* p = softmax(x), loss = -sum_k t[k] log p[k] = sum_k t[k] (log sum_j exp x[j] - x[k]), LANES samples at once. */
#include "kernels/simd/softmax.h"

static struct softmax softmax_of(const struct cr_cross_entropy_args *a)
{
    return (struct softmax){.batch = a->batch, .classes = a->classes, .x = a->x, .p = a->p};
}

static int64_t parts(const void *args)
{
    struct softmax s = softmax_of(args);
    return CR_NAME(softmax_parts)(&s);
}

static float target(const struct cr_cross_entropy_args *a, int64_t n, int64_t k)
{
    float t = a->soft ? ((const float *)a->soft)[n * a->classes + k] : k == a->labels[n];
    if (a->smoothing > 0)
        t = (float)(1 - a->smoothing) * t + (float)(a->smoothing / (double)a->classes);
    return a->weights ? (float)a->weights[k] * t : t;
}

static float loss_of(const struct cr_cross_entropy_args *a, int64_t n, float norm)
{
    const float *x = (const float *)a->x + n * a->classes;
    if (!a->soft && a->smoothing == 0 && !a->weights)
        return norm - x[a->labels[n]];
    float loss = 0;
    for (int64_t k = 0; k < a->classes; k++) {
        float t = target(a, n, k);
        loss += t == 0 ? 0 : t * (norm - x[k]); /* 0 log 0 = 0 */
    }
    return loss;
}

static void forward(const struct cr_work *work)
{
    const struct cr_cross_entropy_args *a = work->args;
    struct softmax s = softmax_of(a);
    struct cr_range groups = CR_NAME(softmax_groups)(&s, work->part);
    float norm[LANES];
    for (int64_t group = groups.begin; group < groups.end; group++) {
        CR_NAME(softmax)(&s, group, work->scratch, norm);
        for (int64_t n = group * LANES; n < least((group + 1) * LANES, a->batch); n++)
            ((float *)a->loss)[n] = loss_of(a, n, norm[n - group * LANES]);
    }
}

static size_t scratch(const void *args)
{
    struct softmax s = softmax_of(args);
    return CR_NAME(softmax_scratch)(&s);
}

const struct cr_kernel CR_NAME(cross_entropy_forward) = {.phases = {{parts, forward}}, .scratch = scratch};
