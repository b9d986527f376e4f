/* y = x convolved with 3 x 3 filters w, stride 1, by Winograd's algorithm (winograd.h). */
#include "kernels/simd/winograd.h"

static struct filters filters(const struct cr_conv_args *a)
{
    return (struct filters){.w = a->w,
                            .row = TAPS * a->channels * a->filters,
                            .column = a->channels * a->filters,
                            .channels = a->channels,
                            .filters = a->filters};
}

static struct winograd winograd(const struct cr_conv_args *a, float *panels)
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

static int64_t pack_parts(const void *args)
{
    struct filters f = filters(args);
    return CR_NAME(winograd_pack_parts)(&f, false);
}

static void pack(const struct cr_work *work)
{
    struct filters f = filters(work->args);
    CR_NAME(winograd_pack)(&f, false, work->shared, work->part, work->scratch);
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
    return CR_NAME(winograd_panels)(a->channels, a->filters);
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

const struct cr_kernel CR_NAME(conv_forward_winograd) = {.moments = true,
                                                         .way = "winograd 4x4",
                                                         .takes = takes,
                                                         .cost = cost,
                                                         .phases = {{pack_parts, pack}, {parts, run}},
                                                         .shared = shared,
                                                         .scratch = scratch};
