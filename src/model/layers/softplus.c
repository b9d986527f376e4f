/*
 * softplus (Dugas et al. 2001): log(1 + e^x), a smooth relu.
 */
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    (void)options;
    return cr_build_activation(build, CR_ACTIVATION_softplus, 0, x, y, err);
}

const struct cr_layer cr_layer_softplus = {
    .entry = {.name = "softplus", .help = "log(1 + e^x), a smooth relu (Dugas et al. 2001)"},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_IN, 2},
    .build = build,
};
