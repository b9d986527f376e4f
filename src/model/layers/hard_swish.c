/*
 * hard-swish (Howard et al. 2019): silu in three straight pieces, without an exponential.
 */
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    (void)options;
    return cr_build_activation(build, CR_ACTIVATION_hard_swish, 0, x, y, err);
}

const struct cr_layer cr_layer_hard_swish = {
    .entry = {.name = "hard-swish", .help = "x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019)"},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_IN, 2},
    .build = build,
};
