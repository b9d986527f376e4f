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
