/* dx from dy and w where there are few channels or filters (lanes.h): dy convolved with the flipped filters. */
#include "kernels/simd/cost.h"
#include "kernels/simd/lanes.h"

static struct lanes lanes(const struct cr_conv_args *a, const float *flipped)
{
    return (struct lanes){.x = a->y,
                          .batch = a->batch,
                          .height = a->out_height,
                          .width = a->out_width,
                          .channels = a->filters,
                          .kernel_height = a->kernel_height,
                          .kernel_width = a->kernel_width,
                          .stride = 1,
                          .top = a->kernel_height - 1 - a->pad_top,
                          .left = a->kernel_width - 1 - a->pad_left,
                          .w = flipped,
                          .y = a->x,
                          .out_height = a->height,
                          .out_width = a->width,
                          .filters = a->channels,
                          .add = a->add,
                          .finish = &a->finish};
}

static bool takes(const void *args)
{
    const struct cr_conv_args *a = args;
    return a->stride == 1 && a->pad_top < a->kernel_height && a->pad_left < a->kernel_width && a->channels <= FEW &&
           a->filters <= FEW;
}

static double cost(const void *args)
{
    struct lanes l = lanes(args, NULL);
    return CR_NAME(lanes_total)(&l) / SPEED_LANES;
}

/* w [KH][KW][C][F] to [KH][KW][F][C], with the taps in reverse order */
static void flip(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    int64_t taps = a->kernel_height * a->kernel_width;
    float *to = work->shared;
    for (int64_t tap = 0; tap < taps; tap++)
        for (int64_t f = 0; f < a->filters; f++)
            for (int64_t c = 0; c < a->channels; c++)
                *to++ = ((const float *)a->w)[((taps - 1 - tap) * a->channels + c) * a->filters + f];
}

static int64_t parts(const void *args)
{
    struct lanes l = lanes(args, NULL);
    struct strips strips = CR_NAME(lanes_strips)(&l);
    return cr_parts(strips.vectors, CR_NAME(lanes_cost)(&l, strips));
}

static void run(const struct cr_work *work)
{
    struct lanes l = lanes(work->args, work->shared);
    struct strips strips = CR_NAME(lanes_strips)(&l);
    struct cr_range vectors = cr_part(strips.vectors, CR_NAME(lanes_cost)(&l, strips), work->part);
    for (int64_t number = vectors.begin; number < vectors.end; number++)
        CR_NAME(lanes)(&l, strips, number, work->scratch);
}

static size_t shared(const void *args)
{
    const struct cr_conv_args *a = args;
    return (size_t)(a->kernel_height * a->kernel_width * a->channels * a->filters) * sizeof(float);
}

static size_t scratch(const void *args)
{
    struct lanes l = lanes(args, NULL);
    return CR_NAME(lanes_scratch)(&l);
}

const struct cr_kernel CR_NAME(conv_backward_data_lanes) = {.way = "lanes",
                                                            .takes = takes,
                                                            .cost = cost,
                                                            .phases = {{cr_one_part, flip}, {parts, run}},
                                                            .shared = shared,
                                                            .scratch = scratch};
