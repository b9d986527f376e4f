/*
 * spatial-dropout (Tompson et al. 2015): sets a random share of the channels to 0 in training. Pixels beside each other
 * say nearly the same, so that to drop single ones hides little.
 */
#include "graph/dropout.h"
#include "model/layer.h"

struct spatial_dropout {
    double rate;
};

static const struct cr_option options[] = {
    CR_FLOAT("rate", struct spatial_dropout, rate, .min = 0, .max = 0.99, .def = 0.5,
             .help = "share of channels set to 0"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct spatial_dropout *o = options_;
    struct cr_dropout_options dropout = {o->rate, CR_DROP_CHANNEL};

    return cr_build_apply(build, "dropout", &dropout, &x, y, err);
}

const struct cr_layer cr_layer_spatial_dropout = {
    .entry = {.name = "spatial-dropout",
              .help = "sets a random share of the channels to 0 in training (Tompson et al. 2015)",
              .options = options},
    .role = CR_LAYER_PLAIN,
    .build = build,
};
