/*
 * flatten: a picture as one row of numbers.
 */
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    return cr_build_apply(build, "flatten", options, &x, y, err);
}

const struct cr_layer cr_layer_flatten = {
    .entry = {.name = "flatten", .help = "a picture as one row of numbers"},
    .role = CR_LAYER_PLAIN,
    .build = build,
};
