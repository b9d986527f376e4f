/*
 * gelu (Hendrycks & Gimpel 2016): x P(X <= x) with X standard normal, or their approximation by tanh.
 */
#include "model/layer.h"

enum { NONE, TANH };

struct gelu {
    int approximate;
};

static const struct cr_name approximations[] = {{"none", NONE}, {"tanh", TANH}, {0}};

static const struct cr_option options[] = {
    CR_CHOICE("approximate", struct gelu, approximate, .names = approximations,
              .help = "none: by the normal distribution itself; tanh: x (1 + tanh(0.8 (x + 0.045 x^3))) / 2"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct gelu *o = options_;

    return cr_build_activation(build, o->approximate == TANH ? CR_ACTIVATION_gelu_tanh : CR_ACTIVATION_gelu, 0, x, y,
                               err);
}

const struct cr_layer cr_layer_gelu = {
    .entry = {.name = "gelu",
              .help = "x times the normal distribution's share below x (Hendrycks & Gimpel 2016)",
              .options = options},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_IN, 2},
    .build = build,
};
