/* y = x convolved with w where there are few channels or filters (lanes.h). */
#include "kernels/simd/cost.h"
#include "kernels/simd/lanes.h"

static struct lanes lanes(const struct cr_conv_args *a)
{
    return (struct lanes){.x = a->x,
                          .batch = a->batch,
                          .height = a->height,
                          .width = a->width,
                          .channels = a->channels,
                          .kernel_height = a->kernel_height,
                          .kernel_width = a->kernel_width,
                          .stride = a->stride,
                          .top = a->pad_top,
                          .left = a->pad_left,
                          .w = a->w,
                          .y = a->y,
                          .out_height = a->out_height,
                          .out_width = a->out_width,
                          .filters = a->filters,
                          .add = a->add,
                          .finish = &a->finish};
}

static bool takes(const void *args)
{
    const struct cr_conv_args *a = args;
    return a->channels <= FEW && a->filters <= FEW && a->pad_left < a->kernel_width;
}

static double cost(const void *args)
{
    struct lanes l = lanes(args);
    return CR_NAME(lanes_total)(&l) / SPEED_LANES;
}

static int64_t parts(const void *args)
{
    struct lanes l = lanes(args);
    struct strips strips = CR_NAME(lanes_strips)(&l);
    return cr_parts(strips.vectors, CR_NAME(lanes_cost)(&l, strips));
}

static void run(const struct cr_work *work)
{
    struct lanes l = lanes(work->args);
    struct strips strips = CR_NAME(lanes_strips)(&l);
    struct cr_range vectors = cr_part(strips.vectors, CR_NAME(lanes_cost)(&l, strips), work->part);
    for (int64_t number = vectors.begin; number < vectors.end; number++)
        CR_NAME(lanes)(&l, strips, number, work->scratch);
}

static size_t scratch(const void *args)
{
    struct lanes l = lanes(args);
    return CR_NAME(lanes_scratch)(&l);
}

const struct cr_kernel CR_NAME(conv_forward_lanes) = {
    .way = "lanes", .takes = takes, .cost = cost, .phases = {{parts, run}}, .scratch = scratch};
