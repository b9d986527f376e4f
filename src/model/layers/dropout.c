/*
 * dropout: sets a random share of the numbers to 0 in training.
 */
#include "graph/dropout.h"
#include "model/layer.h"

struct dropout {
    double rate;
};

static const struct cr_option options[] = {
    CR_FLOAT("rate", struct dropout, rate, .min = 0, .max = 0.99, .def = 0.5, .help = "share of numbers set to 0"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct dropout *o = options_;
    struct cr_dropout_options dropout = {o->rate, CR_DROP_NUMBER};

    return cr_build_apply(build, "dropout", &dropout, &x, y, err);
}

const struct cr_layer cr_layer_dropout = {
    .entry = {.name = "dropout",
              .help = "sets a random share of the numbers to 0 in training (Srivastava et al. 2014)",
              .options = options},
    .role = CR_LAYER_PLAIN,
    .build = build,
};
