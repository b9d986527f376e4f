/*
 * See pool.h.
 */
#include "graph/pool.h"

const struct cr_name cr_pool_strides[] = {{"size", 0}, {0}};

const struct cr_option cr_pool_options[] = {
    CR_POOL_OPTIONS(struct cr_pool_options, ),
    {0},
};

static int64_t stride_of(const struct cr_pool_options *options)
{
    return options->stride > 0 ? options->stride : options->size;
}

enum cr_status cr_pool_infer(const struct cr_vertex *vertex, struct cr_shape *outputs, struct cr_error *err)
{
    const struct cr_pool_options *o = vertex->options;

    if (o->padding >= o->size)
        return cr_fail(
            err, CR_ERROR_SHAPE,
            "a padding of %lld leaves windows of size %lld with no pixel inside: use a padding below the size",
            (long long)o->padding, (long long)o->size);
    return cr_window_fit_picture(vertex->in[0]->shape, o->size, o->size, stride_of(o), o->padding, &outputs[0], err);
}

struct cr_pool_args cr_pool_args_of(const struct cr_emit *emit)
{
    const struct cr_pool_options *o = emit->options;
    struct cr_shape x = emit->vertex->in[0]->shape;
    struct cr_pool_args args = {.batch = emit->batch,
                                .height = x.dims[0],
                                .width = x.dims[1],
                                .channels = x.dims[2],
                                .kernel_height = o->size,
                                .kernel_width = o->size,
                                .stride = stride_of(o)};

    cr_window_fit(x.dims[0], o->size, args.stride, o->padding, &args.out_height, &args.pad_top);
    cr_window_fit(x.dims[1], o->size, args.stride, o->padding, &args.out_width, &args.pad_left);
    return args;
}
