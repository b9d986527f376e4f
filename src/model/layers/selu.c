/*
 * selu (Klambauer et al. 2017): an elu scaled such that activations keep mean 0 and variance 1 by themselves, behind
 * dense layers that start by lecun.
 */
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    (void)options;
    return cr_build_activation(build, CR_ACTIVATION_selu, 0, x, y, err);
}

const struct cr_layer cr_layer_selu = {
    .entry = {.name = "selu", .help = "scaled elu that normalises itself (Klambauer et al. 2017)"},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_IN, 1},
    .build = build,
};
