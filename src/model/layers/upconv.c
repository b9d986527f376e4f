/*
 * upconv: a transposed convolution, H x W x C -> stride H x stride W x filters (with padding same): the way back from
 * what a convolution with that stride makes of a picture.
 */
#include "graph/window.h"
#include "model/layer.h"

struct upconv {
    int64_t filters, kernel, stride, padding;
    int bias;
    const struct cr_node *init;
};

static const struct cr_option options[] = {
    CR_INT("filters", struct upconv, filters, .min = 1, .max = 1 << 20, .help = "output channels"),
    CR_INT("kernel", struct upconv, kernel, .min = 1, .max = 1024, .def = 4, .help = "side of the window, pixels"),
    CR_INT("stride", struct upconv, stride, .min = 1, .max = 64, .def = 2, .help = "how many times as high and wide"),
    CR_INT("padding", struct upconv, padding, .min = -1, .max = 1024, .def = CR_PADDING_SAME, .names = cr_padding_names,
           .help = "same: exactly stride times as large; or pixels cut off all around"),
    CR_CHOICE("bias", struct upconv, bias, .def = CR_BIAS_AUTO, .names = cr_bias_names,
              .help = "one number added to each channel; auto: unless a norm follows"),
    CR_NODE("init", struct upconv, init, .kind = "inits", .text = "auto", .help = "of the weights"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct upconv *o = options_;
    struct cr_window_options window = {.stride = o->stride, .padding = o->padding};
    struct cr_value *inputs[2] = {x};
    struct cr_build_param weight = {.what = "weight", .role = CR_ROLE_PARAM, .decay = true, .init = o->init};
    int64_t area = o->kernel * o->kernel, steps = o->stride * o->stride;

    CR_TRY(cr_need_picture(x->shape, err));
    /* Of the windows that overlap at an output pixel. */
    weight.fan_in = (area + steps - 1) / steps * x->shape.dims[2];
    weight.fan_out = area * o->filters;
    weight.shape = (struct cr_shape){.rank = 4, .dims = {o->kernel, o->kernel, o->filters, x->shape.dims[2]}};
    CR_TRY(cr_build_param(build, &weight, &inputs[1], err));
    CR_TRY(cr_build_apply(build, "conv2d-transpose", &window, inputs, y, err));
    return cr_build_bias(build, o->bias, y, err);
}

const struct cr_layer cr_layer_upconv = {
    .entry = {.name = "upconv", .help = "transposed convolution: makes pictures larger", .options = options},
    .role = CR_LAYER_WEIGHTS,
    .build = build,
};
