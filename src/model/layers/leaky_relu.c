/*
 * leaky-relu (Maas et al. 2013): x > 0 ? x : slope x. No unit dies: a small gradient always passes.
 */
#include "model/layer.h"

struct leaky_relu {
    double slope;
};

static const struct cr_option options[] = {
    CR_FLOAT("slope", struct leaky_relu, slope, .min = 0, .max = 1, .def = 0.1, .help = "of what is below 0"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct leaky_relu *o = options_;

    return cr_build_activation(build, CR_ACTIVATION_leaky_relu, o->slope, x, y, err);
}

/* He et al. 2015, eq. 15 */
static struct cr_start start_of(const void *options_)
{
    const struct leaky_relu *o = options_;

    return (struct cr_start){CR_FAN_IN, 2 / (1 + o->slope * o->slope)};
}

const struct cr_layer cr_layer_leaky_relu = {
    .entry = {.name = "leaky-relu", .help = "x > 0 ? x : slope x (Maas et al. 2013)", .options = options},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_IN, 2},
    .start_of = start_of,
    .build = build,
};
