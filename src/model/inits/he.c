/*
 * he (He et al. 2015, eq. 10 and 15): variance 2 / ((1 + slope^2) fan-in), which keeps activations alive behind ReLU,
 * or by fan-out gradients.
 */
#include "model/init.h"

struct he {
    bool uniform;
    double slope;
    int fan;
};

static const struct cr_name fans[] = {{"in", CR_FAN_IN}, {"out", CR_FAN_OUT}, {0}};

static const struct cr_option options[] = {
    CR_BOOL("uniform", struct he, uniform, .help = "uniform instead of normal, with the same variance"),
    CR_FLOAT("slope", struct he, slope, .min = 0, .max = 1, .def = 0, .help = "of the leaky ReLU that follows"),
    CR_CHOICE("fan", struct he, fan, .def = CR_FAN_IN, .names = fans,
              .help = "in: forward, activations keep their size; out: backward, gradients do"),
    {0},
};

static void fill(const struct cr_init_call *call)
{
    const struct he *o = call->options;

    cr_init_spread(call, (struct cr_start){(enum cr_fan)o->fan, 2 / (1 + o->slope * o->slope)}, o->uniform);
}

const struct cr_init cr_init_he = {
    .entry = {.name = "he", .help = "variance 2 / fan-in, for the ReLU family (He et al. 2015)", .options = options},
    .fill = fill,
};
