/*
 * dx from dy and 3 x 3 filters w, stride 1, by Winograd's algorithm (winograd.h): a convolution of dy with the filters
 * turned around and transposed.
 */
#include "kernels/simd/winograd.h"

/* From the last tap to the first. */
static struct filters filters(const struct cr_conv_args *a)
{
    int64_t size = a->channels * a->filters;
    return (struct filters){.w = (const float *)a->w + (TAPS * TAPS - 1) * size,
                            .row = -TAPS * size,
                            .column = -size,
                            .channels = a->channels,
                            .filters = a->filters};
}

static struct winograd winograd(const struct cr_conv_args *a, float *panels)
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

static int64_t pack_parts(const void *args)
{
    struct filters f = filters(args);
    return CR_NAME(winograd_pack_parts)(&f, true);
}

static void pack(const struct cr_work *work)
{
    struct filters f = filters(work->args);
    CR_NAME(winograd_pack)(&f, true, work->shared, work->part, work->scratch);
}

static int64_t parts(const void *args)
{
    struct winograd w = winograd(args, NULL);
    return CR_NAME(winograd_parts)(&w);
}

static void run(const struct cr_work *work)
{
    struct winograd w = winograd(work->args, work->shared);
    CR_NAME(winograd)(&w, work->part, work->scratch);
}

static size_t shared(const void *args)
{
    const struct cr_conv_args *a = args;
    return CR_NAME(winograd_panels)(a->filters, a->channels);
}

static size_t scratch(const void *args)
{
    struct winograd w = winograd(args, NULL);
    return CR_NAME(winograd_scratch)(&w);
}

static bool takes(const void *args)
{
    const struct cr_conv_args *a = args;
    return a->kernel_height == TAPS && a->kernel_width == TAPS && a->stride == 1;
}

static double cost(const void *args)
{
    struct winograd w = winograd(args, NULL);
    return CR_NAME(winograd_cost)(&w);
}

const struct cr_kernel CR_NAME(conv_backward_data_winograd) = {.way = "winograd 4x4",
                                                               .takes = takes,
                                                               .cost = cost,
                                                               .phases = {{pack_parts, pack}, {parts, run}},
                                                               .shared = shared,
                                                               .scratch = scratch};
