/*
 * normal: mean 0 and a deviation of one's own.
 */
#include "model/init.h"

struct normal {
    double std;
};

static const struct cr_option options[] = {
    CR_FLOAT("std", struct normal, std, .min = 0, .max = 1e6, .def = 0.01, .log = true, .help = "standard deviation"),
    {0},
};

static void fill(const struct cr_init_call *call)
{
    const struct normal *o = call->options;

    for (int64_t i = 0; i < call->count; i++)
        call->values[i] = o->std * cr_random_normal(call->random);
}

const struct cr_init cr_init_normal = {
    .entry = {.name = "normal", .help = "normal with mean 0 and a given deviation", .options = options},
    .fill = fill,
};
