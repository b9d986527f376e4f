/*
 * What inits share.
 */
#include <math.h>

#include "model/init.h"

static double fan_of(const struct cr_init_call *call, enum cr_fan fan)
{
    switch (fan) {
    case CR_FAN_IN:
        return (double)call->fan_in;
    case CR_FAN_OUT:
        return (double)call->fan_out;
    case CR_FAN_AVERAGE:
        break;
    }
    return 0.5 * (double)(call->fan_in + call->fan_out);
}

void cr_init_spread(const struct cr_init_call *call, struct cr_start start, bool uniform)
{
    double deviation = sqrt(start.variance / fan_of(call, start.fan)), width = sqrt(3) * deviation;

    for (int64_t i = 0; i < call->count; i++)
        call->values[i] =
            uniform ? width * (2 * cr_random_uniform(call->random) - 1) : deviation * cr_random_normal(call->random);
}

static double dot(const double *a, const double *b, int64_t length)
{
    double sum = 0;

#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < length; i++)
        sum += a[i] * b[i];
    return sum;
}

/* By Gram and Schmidt. */
static void make_orthonormal(double *vectors, int64_t count, int64_t length)
{
    for (int64_t j = 0; j < count; j++) {
        double *own = vectors + j * length, norm;
        for (int64_t k = 0; k < j; k++) {
            const double *other = vectors + k * length;
            double shared = dot(own, other, length);
            for (int64_t i = 0; i < length; i++)
                own[i] -= shared * other[i];
        }
        norm = sqrt(dot(own, own, length));
        for (int64_t i = 0; i < length; i++)
            own[i] /= norm;
    }
}

void cr_init_orthogonalise(const struct cr_init_call *call, double gain)
{
    int64_t columns = call->shape.dims[call->shape.rank - 1], rows = call->count / columns;
    bool tall = rows > columns;
    int64_t count = tall ? columns : rows, length = tall ? rows : columns;

    for (int64_t i = 0; i < call->count; i++)
        call->spare[i] = cr_random_normal(call->random);
    make_orthonormal(call->spare, count, length);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            call->values[i * columns + j] = gain * call->spare[tall ? j * length + i : i * length + j];
}
