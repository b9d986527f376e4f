/*
 * Activations that work number by number; ref/activations.h has their formulas.
 *
 *     forward   y = f(x)
 *     backward  dx = f' dy, with f' from y or from x
 */
#include "kernels/ref/curve.h"
#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    const struct cr_activation_args *a = args;
    return cr_flat_parts(a->batch * a->size);
}

static void forward(const struct cr_work *work)
{
    const struct cr_activation_args *a = work->args;
    struct cr_range range = cr_flat_part(a->batch * a->size, work->part);
    curve_apply(a->curve, (real *)a->y + range.begin, (const real *)a->x + range.begin, range.end - range.begin);
}

static void backward(const struct cr_work *work)
{
    const struct cr_activation_args *a = work->args;
    struct cr_range range = cr_flat_part(a->batch * a->size, work->part);
    curve_back(a->curve, (real *)a->dx + range.begin, (const real *)a->from + range.begin,
               (const real *)a->dy + range.begin, range.end - range.begin, a->add);
}

const struct cr_kernel CR_NAME(activation_forward) = {.phases = {{parts, forward}}};
const struct cr_kernel CR_NAME(activation_backward) = {.phases = {{parts, backward}}};
