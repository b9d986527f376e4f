/*
 * he (He et al. 2015, eq. 10): variance 2 / fan_in, which keeps activations alive behind ReLU.
 */
#include "model/init.h"

struct he {
    bool uniform;
};

static const struct cr_option options[] = {
    CR_BOOL("uniform", struct he, uniform, .help = "uniform instead of normal, with the same variance"),
    {0},
};

static void fill(const struct cr_init_call *call)
{
    const struct he *o = call->options;

    cr_init_spread(call, cr_init_he_variance(call), o->uniform);
}

const struct cr_init cr_init_he = {
    .entry = {.name = "he", .help = "variance 2 / fan-in (He et al. 2015)", .options = options},
    .fill = fill,
};
