/*
 * linear: y = x, no activation. It is there to show why one is needed: without, any stack of layers is a single one.
 */
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    (void)build;
    (void)options;
    (void)err;
    *y = x;
    return CR_OK;
}

const struct cr_layer cr_layer_linear = {
    .entry = {.name = "linear", .help = "no activation: y = x"},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_AVERAGE, 1},
    .build = build,
};
