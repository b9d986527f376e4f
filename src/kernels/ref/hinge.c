/*
 * The multiclass hinge over the K classes of each sample, y its label.
 *
 *     sum      loss = sum_{j != y} max(0, x[j] - x[y] + margin)           (Weston & Watkins 1999)
 *     hardest  loss = max(0, max_{j != y} x[j] - x[y] + margin)           (Crammer & Singer 2001)
 *
 * Each class that counts gets the gradient dloss, and y as many times -dloss. Of equals the first is the hardest.
 */
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_hinge_args *a = args;
    return cr_parts(a->batch, a->classes);
}

static real excess(const struct cr_hinge_args *a, const real *x, int64_t j, int64_t label)
{
    return x[j] - x[label] + (real)a->margin;
}

/* The class with the largest logit besides the label's; -1 where there is none. */
static int64_t hardest(const real *x, int64_t classes, int64_t label)
{
    int64_t best = -1;
    for (int64_t j = 0; j < classes; j++)
        if (j != label && (best < 0 || x[j] > x[best]))
            best = j;
    return best;
}

static bool counts(const struct cr_hinge_args *a, const real *x, int64_t j, int64_t label, int64_t worst)
{
    return j != label && (!a->hardest || j == worst) && !(excess(a, x, j, label) <= 0); /* a NaN counts */
}

static void forward(const struct cr_work *work)
{
    const struct cr_hinge_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->classes, work->part);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * a->classes;
        int64_t label = a->labels[n], worst = hardest(x, a->classes, label);
        real loss = 0;
        for (int64_t j = 0; j < a->classes; j++)
            loss += counts(a, x, j, label, worst) ? excess(a, x, j, label) : 0;
        ((real *)a->loss)[n] = loss;
    }
}

static void backward(const struct cr_work *work)
{
    const struct cr_hinge_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->classes, work->part);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * a->classes;
        real *dx = (real *)a->dx + n * a->classes, dloss = ((const real *)a->dloss)[n], total = 0;
        int64_t label = a->labels[n], worst = hardest(x, a->classes, label);
        for (int64_t j = 0; j < a->classes; j++) {
            real gradient = counts(a, x, j, label, worst) ? dloss : 0;
            total += gradient;
            if (j != label)
                dx[j] = a->add ? dx[j] + gradient : gradient;
        }
        dx[label] = a->add ? dx[label] - total : -total;
    }
}

const struct cr_kernel CR_NAME(hinge_forward) = {.phases = {{parts, forward}}};
const struct cr_kernel CR_NAME(hinge_backward) = {.phases = {{parts, backward}}};
