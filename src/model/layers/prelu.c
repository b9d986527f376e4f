/*
 * prelu (He et al. 2015): a leaky ReLU that learns its slopes, one a channel. They do not decay: that would pull them
 * towards relu.
 */
#include "model/layer.h"

struct prelu {
    double start;
};

static const struct cr_option options[] = {
    CR_FLOAT("start", struct prelu, start, .min = -1, .max = 1, .def = 0.25, .help = "of every slope"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct prelu *o = options_;
    struct cr_value *inputs[2] = {x};
    struct cr_build_param slope = {.what = "slope",
                                   .shape = {.rank = 1, .dims = {x->shape.dims[x->shape.rank - 1]}},
                                   .role = CR_ROLE_PARAM,
                                   .constant = true,
                                   .fill = o->start};

    CR_TRY(cr_build_param(build, &slope, &inputs[1], err));
    return cr_build_apply(build, "prelu", NULL, inputs, y, err);
}

static struct cr_start start_of(const void *options_)
{
    const struct prelu *o = options_;

    return (struct cr_start){CR_FAN_IN, 2 / (1 + o->start * o->start)};
}

const struct cr_layer cr_layer_prelu = {
    .entry = {.name = "prelu",
              .help = "x > 0 ? x : slope x with a learned slope for each channel (He et al. 2015)",
              .options = options},
    .role = CR_LAYER_ACTIVATION,
    .start = {CR_FAN_IN, 2},
    .start_of = start_of,
    .build = build,
};
