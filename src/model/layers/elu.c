/*
 * elu (Clevert et al. 2016): x > 0 ? x : alpha (e^x - 1). Smooth for alpha 1, with a mean nearer to 0 than relu.
 */
#include "model/layer.h"

struct elu {
    double alpha;
};

static const struct cr_option options[] = {
    CR_FLOAT("alpha", struct elu, alpha, .min = 0, .max = 1e6, .def = 1, .help = "minus the value far below 0"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct elu *o = options_;

    return cr_build_activation(build, CR_ACTIVATION_elu, o->alpha, x, y, err);
}

const struct cr_layer cr_layer_elu = {
    .entry = {.name = "elu", .help = "x > 0 ? x : alpha (e^x - 1) (Clevert et al. 2016)", .options = options},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_IN, 2},
    .build = build,
};
