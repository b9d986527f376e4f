/*
 * xavier (Glorot & Bengio 2010, eq. 12): variance gain^2 2 / (fan-in + fan-out), for symmetric activations.
 */
#include "model/init.h"

struct xavier {
    bool uniform;
    double gain;
};

static const struct cr_option options[] = {
    CR_BOOL("uniform", struct xavier, uniform, .help = "uniform instead of normal, with the same variance"),
    CR_FLOAT("gain", struct xavier, gain, .min = 0, .max = 1e6, .def = 1, .help = "5/3 suits tanh"),
    {0},
};

static void fill(const struct cr_init_call *call)
{
    const struct xavier *o = call->options;

    cr_init_spread(call, (struct cr_start){CR_FAN_AVERAGE, o->gain * o->gain}, o->uniform);
}

const struct cr_init cr_init_xavier = {
    .entry = {.name = "xavier", .help = "variance 2 / (fan-in + fan-out) (Glorot & Bengio 2010)", .options = options},
    .fill = fill,
};
