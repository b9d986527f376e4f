/*
 * avgpool: the mean of each window, channel by channel.
 */
#include "graph/tables.h"
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    return cr_build_apply(build, "avgpool", options, &x, y, err);
}

const struct cr_layer cr_layer_avgpool = {
    .entry = {.name = "avgpool", .help = "the mean of each window", .options = cr_pool_options},
    .role = CR_LAYER_PLAIN,
    .build = build,
};
