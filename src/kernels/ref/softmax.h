/* One sample's softmax, for the softmax itself and for the cross entropy. */
#ifndef CR_KERNELS_REF_SOFTMAX_H
#define CR_KERNELS_REF_SOFTMAX_H

#include "kernels/ref/math.h"
#include "kernels/ref/ref.h"

enum { EXP_COST = 16 }; /* of one exponential, against an addition */

/* y[k] = exp(x[k]) / sum_j exp(x[j]); returns log sum_j exp(x[j]). The maximum is taken out first: nothing overflows.
 */
static inline real softmax(real *y, const real *x, int64_t size)
{
    real max = x[0], sum = 0;
    for (int64_t k = 1; k < size; k++)
        max = x[k] > max ? x[k] : max;
    for (int64_t k = 0; k < size; k++)
        sum += y[k] = exponential(x[k] - max);
    for (int64_t k = 0; k < size; k++)
        y[k] /= sum;
    return max + logarithm(sum);
}

#endif
