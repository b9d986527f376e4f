/*
 * tanh (LeCun et al. 1998): centred on 0, saturates on both sides. Weights before it start wider by 5/3, as PyTorch
 * recommends, for the slope is below 1 wherever x is not 0.
 */
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    (void)options;
    return cr_build_activation(build, CR_ACTIVATION_hyperbolic_tangent, 0, x, y, err);
}

const struct cr_layer cr_layer_tanh = {
    .entry = {.name = "tanh", .help = "hyperbolic tangent"},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_AVERAGE, 25.0 / 9},
    .build = build,
};
