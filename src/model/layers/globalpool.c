/*
 * globalpool: the mean of each channel over the whole picture, H x W x C -> C.
 */
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    return cr_build_apply(build, "globalpool", options, &x, y, err);
}

const struct cr_layer cr_layer_globalpool = {
    .entry = {.name = "globalpool", .help = "the mean of each channel over the whole picture"},
    .role = CR_LAYER_PLAIN,
    .build = build,
};
