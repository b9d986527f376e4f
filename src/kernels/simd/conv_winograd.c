/*
 * Convolution with 3 x 3 filters w, stride 1, by Winograd's algorithm (winograd.h): y from x, and dx from dy, which is
 * a convolution of dy with the filters turned around and transposed.
 */
#include "kernels/simd/winograd.h"

static struct filters forward_filters(const struct cr_conv_args *a)
{
    return (struct filters){.w = a->w,
                            .row = TAPS * a->channels * a->filters,
                            .column = a->channels * a->filters,
                            .channels = a->channels,
                            .filters = a->filters};
}

/* From the last tap to the first. */
static struct filters backward_filters(const struct cr_conv_args *a)
{
    int64_t size = a->channels * a->filters;
    return (struct filters){.w = (const float *)a->w + (TAPS * TAPS - 1) * size,
                            .row = -TAPS * size,
                            .column = -size,
                            .channels = a->channels,
                            .filters = a->filters};
}

static struct winograd forward(const struct cr_conv_args *a, float *panels)
{
    return (struct winograd){.batch = a->batch,
                             .height = a->height,
                             .width = a->width,
                             .channels = a->channels,
                             .out_height = a->out_height,
                             .out_width = a->out_width,
                             .filters = a->filters,
                             .top = a->pad_top,
                             .left = a->pad_left,
                             .x = a->x,
                             .panels = panels,
                             .y = a->y,
                             .add = a->add,
                             .finish = &a->finish};
}

static struct winograd backward_data(const struct cr_conv_args *a, float *panels)
{
    return (struct winograd){.batch = a->batch,
                             .height = a->out_height,
                             .width = a->out_width,
                             .channels = a->filters,
                             .out_height = a->height,
                             .out_width = a->width,
                             .filters = a->channels,
                             .top = TAPS - 1 - a->pad_top,
                             .left = TAPS - 1 - a->pad_left,
                             .x = a->y,
                             .panels = panels,
                             .y = a->x,
                             .add = a->add,
                             .finish = &a->finish};
}

static bool takes(const void *args)
{
    const struct cr_conv_args *a = args;
    return a->kernel_height == TAPS && a->kernel_width == TAPS && a->stride == 1;
}

/* The phases of one pass, which `pass` and `turned` describe. */
#define DEFINE(pass, turned, transposed)                                                 \
    static int64_t pass##_pack_parts(const void *args)                                   \
    {                                                                                    \
        struct filters f = turned(args);                                                 \
        return CR_NAME(winograd_pack_parts)(&f, transposed);                             \
    }                                                                                    \
    static void pass##_pack(const struct cr_work *work)                                  \
    {                                                                                    \
        struct filters f = turned(work->args);                                           \
        CR_NAME(winograd_pack)(&f, transposed, work->shared, work->part, work->scratch); \
    }                                                                                    \
    static int64_t pass##_parts(const void *args)                                        \
    {                                                                                    \
        struct winograd w = pass(args, NULL);                                            \
        return CR_NAME(winograd_parts)(&w);                                              \
    }                                                                                    \
    static void pass##_run(const struct cr_work *work)                                   \
    {                                                                                    \
        struct winograd w = pass(work->args, work->shared);                              \
        CR_NAME(winograd)(&w, work->part, work->scratch);                                \
    }                                                                                    \
    static size_t pass##_shared(const void *args)                                        \
    {                                                                                    \
        struct winograd w = pass(args, NULL);                                            \
        return CR_NAME(winograd_panels)(w.channels, w.filters);                          \
    }                                                                                    \
    static size_t pass##_scratch(const void *args)                                       \
    {                                                                                    \
        struct winograd w = pass(args, NULL);                                            \
        return CR_NAME(winograd_scratch)(&w);                                            \
    }                                                                                    \
    static double pass##_cost(const void *args)                                          \
    {                                                                                    \
        struct winograd w = pass(args, NULL);                                            \
        return CR_NAME(winograd_cost)(&w);                                               \
    }                                                                                    \
    const struct cr_kernel CR_NAME(conv_##pass##_winograd) = {                           \
        .moments = !(transposed),                                                        \
        .constant = 1,                                                                   \
        .way = "winograd 4x4",                                                           \
        .takes = takes,                                                                  \
        .cost = pass##_cost,                                                             \
        .phases = {{pass##_pack_parts, pass##_pack}, {pass##_parts, pass##_run}},        \
        .shared = pass##_shared,                                                         \
        .scratch = pass##_scratch};
DEFINE(forward, forward_filters, false)
DEFINE(backward_data, backward_filters, true)
