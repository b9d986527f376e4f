/*
 * conv: a bank of filters moved over the picture, H x W x C -> OH x OW x filters.
 */
#include "graph/window.h"
#include "model/layer.h"

struct conv {
    int64_t filters, kernel, stride, padding;
    int bias;
    const struct cr_node *init;
};

static const struct cr_option options[] = {
    CR_INT("filters", struct conv, filters, .min = 1, .max = 1 << 20, .help = "output channels"),
    CR_INT("kernel", struct conv, kernel, .min = 1, .max = 1024, .def = 3, .help = "side of the window, pixels"),
    CR_INT("stride", struct conv, stride, .min = 1, .max = 64, .def = 1, .help = "step between windows, pixels"),
    CR_INT("padding", struct conv, padding, .min = -1, .max = 1024, .def = CR_PADDING_SAME, .names = cr_padding_names,
           .help = "border of zeros: same, valid (none) or pixels"),
    CR_CHOICE("bias", struct conv, bias, .def = CR_BIAS_AUTO, .names = cr_bias_names,
              .help = "one number added to each channel; auto: unless a norm follows"),
    CR_NODE("init", struct conv, init, .kind = "inits", .help = "of the weights; default auto"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct conv *o = options_;
    struct cr_window_options window = {o->stride, o->padding};
    int64_t area = o->kernel * o->kernel;
    struct cr_value *inputs[2] = {x};
    struct cr_build_param weight = {
        .what = "weight", .role = CR_ROLE_PARAM, .decay = true, .init = o->init, .fan_out = area * o->filters};

    CR_TRY(cr_need_picture(x->shape, err));
    weight.fan_in = area * x->shape.dims[2];
    weight.shape = (struct cr_shape){.rank = 4, .dims = {o->kernel, o->kernel, x->shape.dims[2], o->filters}};
    CR_TRY(cr_build_param(build, &weight, &inputs[1], err));
    CR_TRY(cr_build_apply(build, "conv2d", &window, inputs, y, err));
    return cr_build_bias(build, o->bias, y, err);
}

const struct cr_layer cr_layer_conv = {
    .entry = {.name = "conv", .help = "convolution with square windows", .options = options},
    .role = CR_LAYER_WEIGHTS,
    .build = build,
};
