/*
 * squeeze-excite (Hu et al. 2018): each channel is weighted by what the whole picture says of all channels,
 *
 *     y = x sigmoid(w2 relu(w1 m + b1) + b2),  m the mean of each channel
 *
 * with C / ratio hidden numbers, one at least.
 */
#include "model/layer.h"

struct squeeze_excite {
    int64_t ratio;
};

static const struct cr_option options[] = {
    CR_INT("ratio", struct squeeze_excite, ratio, .min = 1, .max = 1 << 20, .def = 16,
           .help = "channels for each hidden number"),
    {0},
};

/* A dense layer within; its weights start by the activation behind it. */
static enum cr_status project(struct cr_build *build, const char *weight, const char *bias, int64_t outputs,
                              const struct cr_start *start, struct cr_value **x, struct cr_error *err)
{
    int64_t inputs = (*x)->shape.dims[0];
    struct cr_build_param weights = {.what = weight,
                                     .shape = {.rank = 2, .dims = {inputs, outputs}},
                                     .role = CR_ROLE_PARAM,
                                     .decay = true,
                                     .start = start,
                                     .fan_in = inputs,
                                     .fan_out = outputs};
    struct cr_build_param biases = {
        .what = bias, .shape = {.rank = 1, .dims = {outputs}}, .role = CR_ROLE_PARAM, .constant = true};
    struct cr_value *operands[2] = {*x};

    CR_TRY(cr_build_param(build, &weights, &operands[1], err));
    CR_TRY(cr_build_apply(build, "dense", NULL, operands, &operands[0], err));
    CR_TRY(cr_build_param(build, &biases, &operands[1], err));
    return cr_build_apply(build, "bias", NULL, operands, x, err);
}

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct squeeze_excite *o = options_;
    static const struct cr_start relu = {CR_FAN_IN, 2}, sigmoid = {CR_FAN_AVERAGE, 1};
    struct cr_value *operands[2] = {x}, *s;

    CR_TRY(cr_build_apply(build, "globalpool", NULL, &x, &s, err));
    int64_t channels = s->shape.dims[0], hidden = channels / o->ratio;
    CR_TRY(project(build, "squeeze.weight", "squeeze.bias", hidden > 0 ? hidden : 1, &relu, &s, err));
    CR_TRY(cr_build_apply(build, "relu", NULL, &s, &s, err));
    CR_TRY(project(build, "excite.weight", "excite.bias", channels, &sigmoid, &s, err));
    CR_TRY(cr_build_activation(build, CR_ACTIVATION_sigmoid, 0, s, &operands[1], err));
    return cr_build_apply(build, "gate", NULL, operands, y, err);
}

const struct cr_layer cr_layer_squeeze_excite = {
    .entry = {.name = "squeeze-excite",
              .help = "weights each channel by what the whole picture says of all (Hu et al. 2018)",
              .options = options},
    .role = CR_LAYER_PLAIN,
    .build = build,
};
