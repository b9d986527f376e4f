/* How often numbers of each size occur (kernels.h), of a share of them: enough for a picture. */
#include <math.h>
#include <string.h>

#include "kernels/ref/ref.h"

static int64_t parts(const void *args)
{
    (void)args;
    return 1;
}

/* The exponent of a number, from 1 on above CR_HISTOGRAM_LEAST; 0 of smaller ones. frexp would take ten times as long.
 */
static int64_t magnitude(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int64_t exponent = (int64_t)(bits >> 52 & 0x7ff) - 0x3ff; /* x in 2^exponent..2^(exponent + 1) */
    int64_t above = exponent + 1 - CR_HISTOGRAM_LEAST, most = CR_HISTOGRAM_BINS - 1 - CR_HISTOGRAM_ZERO;
    return above < 0 ? 0 : above > most ? most : above;
}

static int64_t bin_of(const struct cr_histogram_args *a, double x)
{
    if (isnan(x))
        return CR_HISTOGRAM_BINS;
    if (!(a->low < a->high))
        return x < 0 ? CR_HISTOGRAM_ZERO - magnitude(x) : CR_HISTOGRAM_ZERO + magnitude(x);
    double bin = (x - a->low) / (a->high - a->low) * CR_HISTOGRAM_BINS;
    return bin < 0 ? 0 : bin < CR_HISTOGRAM_BINS ? (int64_t)bin : CR_HISTOGRAM_BINS - 1;
}

static void run(const struct cr_work *work)
{
    const struct cr_histogram_args *a = work->args;
    int64_t count = a->count > 0 ? a->count : a->batch * a->size;
    const real *x = a->x;
    for (int64_t b = 0; b <= CR_HISTOGRAM_BINS; b++)
        a->bins[b] = 0;
    for (int64_t i = 0; i < count; i += a->stride)
        a->bins[bin_of(a, (double)x[i])]++;
}

const struct cr_kernel CR_NAME(histogram) = {.phases = {{parts, run}}};
