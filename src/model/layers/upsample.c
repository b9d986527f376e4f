/*
 * upsample: larger pictures without weights, H x W x C -> scale H x scale W x C.
 */
#include "graph/tables.h"
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    return cr_build_apply(build, "upsample", options, &x, y, err);
}

const struct cr_layer cr_layer_upsample = {
    .entry = {.name = "upsample", .help = "makes pictures larger", .options = cr_upsample_options},
    .role = CR_LAYER_PLAIN,
    .build = build,
};
