/*
 * silu, also called swish (Elfwing et al. 2018; Ramachandran et al. 2017): x / (1 + e^-x).
 */
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    (void)options;
    return cr_build_activation(build, CR_ACTIVATION_silu, 0, x, y, err);
}

const struct cr_layer cr_layer_silu = {
    .entry = {.name = "silu", .help = "x / (1 + e^-x), also called swish (Elfwing et al. 2018)"},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_IN, 2},
    .build = build,
};
