/*
 * What inits share.
 */
#include <math.h>

#include "model/init.h"

void cr_init_spread(const struct cr_init_call *call, double variance, bool uniform)
{
    double deviation = sqrt(variance), width = sqrt(3) * deviation;

    for (int64_t i = 0; i < call->count; i++)
        call->values[i] =
            uniform ? width * (2 * cr_random_uniform(call->random) - 1) : deviation * cr_random_normal(call->random);
}

double cr_init_he_variance(const struct cr_init_call *call)
{
    return 2.0 / (double)call->fan_in;
}

double cr_init_xavier_variance(const struct cr_init_call *call)
{
    return 2.0 / (double)(call->fan_in + call->fan_out);
}
