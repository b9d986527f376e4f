/*
 * lecun (LeCun et al. 1998, section 4.6): variance 1 / fan-in, for selu and for what has no activation.
 */
#include "model/init.h"

struct lecun {
    bool uniform;
};

static const struct cr_option options[] = {
    CR_BOOL("uniform", struct lecun, uniform, .help = "uniform instead of normal, with the same variance"),
    {0},
};

static void fill(const struct cr_init_call *call)
{
    const struct lecun *o = call->options;

    cr_init_spread(call, (struct cr_start){CR_FAN_IN, 1}, o->uniform);
}

const struct cr_init cr_init_lecun = {
    .entry = {.name = "lecun", .help = "variance 1 / fan-in, for selu (LeCun et al. 1998)", .options = options},
    .fill = fill,
};
