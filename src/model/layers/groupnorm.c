/*
 * groupnorm (Wu & He 2018): normalises each sample by itself, over the pixels and channels of each group. Unlike
 * batchnorm it does not depend on the batch: for small batches.
 */
#include "graph/groupnorm.h"
#include "model/layer.h"

static const struct cr_option options[] = {
    CR_INT("groups", struct cr_groupnorm_options, groups, .min = 1, .max = 1 << 20, .def = 8,
           .help = "of channels, of equal size"),
    CR_FLOAT("epsilon", struct cr_groupnorm_options, epsilon, .min = 1e-12, .max = 1, .def = 1e-5, .log = true,
             .help = "added to the variance"),
    {0},
};

static enum cr_status normalise(struct cr_build *build, const char *prefix, const void *options_, struct cr_value *x,
                                struct cr_value **y, struct cr_error *err)
{
    return cr_build_norm(build, prefix, "groupnorm", options_, x, y, err);
}

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    return normalise(build, NULL, options_, x, y, err);
}

const struct cr_layer cr_layer_groupnorm = {
    .entry = {.name = "groupnorm",
              .help = "normalises groups of channels, sample by sample (Wu & He 2018)",
              .options = options},
    .role = CR_LAYER_NORM,
    .normalise = normalise,
    .build = build,
};
