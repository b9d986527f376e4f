/*
 * sigmoid: 1 / (1 + e^-x). Saturates on both sides, and its outputs are all positive: for gates and the history of the
 * field, not for hidden layers.
 */
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    (void)options;
    return cr_build_activation(build, CR_ACTIVATION_sigmoid, 0, x, y, err);
}

const struct cr_layer cr_layer_sigmoid = {
    .entry = {.name = "sigmoid", .help = "1 / (1 + e^-x)"},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_AVERAGE, 1},
    .build = build,
};
