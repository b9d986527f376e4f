/*
 * batchnorm: normalises each channel by the batch's mean and variance, then scales and shifts it.
 */
#include "graph/tables.h"
#include "model/layer.h"

static enum cr_status normalise(struct cr_build *build, const char *prefix, const void *options, struct cr_value *x,
                                struct cr_value **y, struct cr_error *err)
{
    return cr_build_norm(build, prefix, "batchnorm", options, x, y, err);
}

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    return normalise(build, NULL, options, x, y, err);
}

const struct cr_layer cr_layer_batchnorm = {
    .entry = {.name = "batchnorm",
              .help = "batch normalisation of each channel (Ioffe & Szegedy 2015)",
              .options = cr_batchnorm_options},
    .role = CR_LAYER_NORM,
    .normalise = normalise,
    .build = build,
};
