/*
 * xavier (Glorot & Bengio 2010, eq. 12): variance 2 / (fan_in + fan_out), for symmetric activations.
 */
#include "model/init.h"

struct xavier {
    bool uniform;
};

static const struct cr_option options[] = {
    CR_BOOL("uniform", struct xavier, uniform, .help = "uniform instead of normal, with the same variance"),
    {0},
};

static void fill(const struct cr_init_call *call)
{
    const struct xavier *o = call->options;

    cr_init_spread(call, cr_init_xavier_variance(call), o->uniform);
}

const struct cr_init cr_init_xavier = {
    .entry = {.name = "xavier", .help = "variance 2 / (fan-in + fan-out) (Glorot & Bengio 2010)", .options = options},
    .fill = fill,
};
