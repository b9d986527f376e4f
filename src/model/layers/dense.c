/*
 * dense: fully connected, y = x w + b. A picture is flattened first.
 */
#include "model/layer.h"

struct dense {
    int64_t units;
    int bias;
    const struct cr_node *init;
};

static const struct cr_option options[] = {
    CR_INT("units", struct dense, units, .min = 1, .max = 1 << 24, .help = "outputs"),
    CR_CHOICE("bias", struct dense, bias, .def = CR_BIAS_AUTO, .names = cr_bias_names,
              .help = "one number added to each output; auto: unless a norm follows"),
    CR_NODE("init", struct dense, init, .kind = "inits", .text = "auto", .help = "of the weights"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct dense *o = options_;
    struct cr_value *inputs[2];
    struct cr_build_param weight = {
        .what = "weight", .role = CR_ROLE_PARAM, .decay = true, .init = o->init, .fan_out = o->units};

    CR_TRY(cr_build_flatten(build, &x, err));
    weight.fan_in = x->shape.dims[0];
    weight.shape = (struct cr_shape){.rank = 2, .dims = {weight.fan_in, o->units}};
    inputs[0] = x;
    CR_TRY(cr_build_param(build, &weight, &inputs[1], err));
    CR_TRY(cr_build_apply(build, "dense", NULL, inputs, y, err));
    return cr_build_bias(build, o->bias, y, err);
}

const struct cr_layer cr_layer_dense = {
    .entry = {.name = "dense", .help = "fully connected: every output sees every input", .options = options},
    .role = CR_LAYER_WEIGHTS,
    .build = build,
};
