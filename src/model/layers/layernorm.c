/*
 * layernorm (Ba et al. 2016): normalises each sample by itself, over all its numbers. Scale and shift are one a
 * channel, so that for a picture it is groupnorm with one group; for a row PyTorch's LayerNorm.
 */
#include "graph/groupnorm.h"
#include "model/layer.h"

struct layernorm {
    double epsilon;
};

static const struct cr_option options[] = {
    CR_FLOAT("epsilon", struct layernorm, epsilon, .min = 1e-12, .max = 1, .def = 1e-5, .log = true,
             .help = "added to the variance"),
    {0},
};

static enum cr_status normalise(struct cr_build *build, const char *prefix, const void *options_, struct cr_value *x,
                                struct cr_value **y, struct cr_error *err)
{
    const struct layernorm *o = options_;
    struct cr_groupnorm_options norm = {.groups = 1, .epsilon = o->epsilon};

    return cr_build_norm(build, prefix, "groupnorm", &norm, x, y, err);
}

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    return normalise(build, NULL, options_, x, y, err);
}

const struct cr_layer cr_layer_layernorm = {
    .entry = {.name = "layernorm",
              .help = "normalises all numbers of each sample (Ba et al. 2016)",
              .options = options},
    .role = CR_LAYER_NORM,
    .normalise = normalise,
    .build = build,
};
