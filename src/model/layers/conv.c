/*
 * conv: a bank of filters moved over the picture, H x W x C -> OH x OW x filters.
 */
#include "graph/window.h"
#include "model/layer.h"

struct conv {
    int64_t filters, kernel, stride, padding, groups;
    int bias;
    const struct cr_node *init;
};

static const struct cr_option options[] = {
    CR_INT("filters", struct conv, filters, .min = 1, .max = 1 << 20, .help = "output channels"),
    CR_INT("kernel", struct conv, kernel, .min = 1, .max = 1024, .def = 3, .help = "side of the window, pixels"),
    CR_WINDOW_OPTIONS(struct conv),
    CR_INT("groups", struct conv, groups, .min = 0, .max = 1 << 20, .def = 1,
           .names = (const struct cr_name[]){{"depthwise", 0}, {0}},
           .help = "each filter sees only the channels of its own group; depthwise: one channel"),
    CR_CHOICE("bias", struct conv, bias, .def = CR_BIAS_AUTO, .names = cr_bias_names,
              .help = "one number added to each channel; auto: unless a norm follows"),
    CR_NODE("init", struct conv, init, .kind = "inits", .text = "auto", .help = "of the weights"),
    {0},
};

static enum cr_status check_groups(const struct conv *o, int64_t channels, int64_t groups, struct cr_error *err)
{
    if (channels % groups == 0 && o->filters % groups == 0)
        return CR_OK;
    return cr_fail(err, CR_ERROR_SHAPE,
                   "%lld groups must divide its %lld input channels and %lld filters: change groups or filters",
                   (long long)groups, (long long)channels, (long long)o->filters);
}

static enum cr_status build(struct cr_build *build, const void *options_, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err)
{
    const struct conv *o = options_;
    struct cr_window_options window = {o->stride, o->padding, o->groups};
    struct cr_value *inputs[2] = {x};
    struct cr_build_param weight = {.what = "weight", .role = CR_ROLE_PARAM, .decay = true, .init = o->init};
    int64_t area = o->kernel * o->kernel, channels;

    CR_TRY(cr_need_picture(x->shape, err));
    channels = x->shape.dims[2];
    if (window.groups == 0)
        window.groups = channels;
    CR_TRY(check_groups(o, channels, window.groups, err));
    weight.fan_in = area * channels / window.groups;
    weight.fan_out = area * o->filters / window.groups;
    weight.shape = (struct cr_shape){.rank = 4, .dims = {o->kernel, o->kernel, channels / window.groups, o->filters}};
    CR_TRY(cr_build_param(build, &weight, &inputs[1], err));
    CR_TRY(cr_build_apply(build, "conv2d", &window, inputs, y, err));
    return cr_build_bias(build, o->bias, y, err);
}

const struct cr_layer cr_layer_conv = {
    .entry = {.name = "conv", .help = "convolution with square windows", .options = options},
    .role = CR_LAYER_WEIGHTS,
    .build = build,
};
