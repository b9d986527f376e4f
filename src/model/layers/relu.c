/*
 * relu: max(x, 0).
 */
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    return cr_build_apply(build, "relu", options, &x, y, err);
}

const struct cr_layer cr_layer_relu = {
    .entry = {.name = "relu", .help = "max(x, 0)"},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_IN, 2},
    .build = build,
};
