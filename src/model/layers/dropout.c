/*
 * dropout: sets a random share of the numbers to 0 in training.
 */
#include "graph/tables.h"
#include "model/layer.h"

static enum cr_status build(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    return cr_build_apply(build, "dropout", options, &x, y, err);
}

const struct cr_layer cr_layer_dropout = {
    .entry = {.name = "dropout",
              .help = "sets a random share of the numbers to 0 in training (Srivastava et al. 2014)",
              .options = cr_dropout_options},
    .role = CR_LAYER_PLAIN,
    .build = build,
};
