/* y = x convolved with w, by direct convolution (direct.h); the panels are of w as the matrix [KH * KW * C][F]. */
#include "kernels/simd/cost.h"
#include "kernels/simd/direct.h"
#include "kernels/simd/panel.h"

static struct direct direct(const struct cr_conv_args *a, float *panels)
{
    struct direct d = {.x = a->x,
                       .height = a->height,
                       .width = a->width,
                       .channels = a->channels,
                       .kernel_height = a->kernel_height,
                       .kernel_width = a->kernel_width,
                       .stride = a->stride,
                       .top = a->pad_top,
                       .left = a->pad_left,
                       .panels = panels,
                       .filters = a->filters,
                       .y = a->y,
                       .out_height = a->out_height,
                       .out_width = a->out_width,
                       .batch = a->batch,
                       .bands = a->out_height,
                       .y_picture = a->out_height * a->out_width * a->filters,
                       .y_line = a->out_width * a->filters,
                       .y_pixel = a->filters,
                       .add = a->add,
                       .finish = &a->finish,
                       .origin = a->y};
    d.turn = CR_NAME(direct_turn)(&d);
    return d;
}

static int64_t depth(const struct cr_conv_args *a)
{
    return a->kernel_height * a->kernel_width * a->channels;
}

static int64_t pack_parts(const void *args)
{
    const struct cr_conv_args *a = args;
    return cr_blocks(panel_count(a->filters), depth(a), VECTORS);
}

static void pack(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct cr_block block = cr_block(panel_count(a->filters), depth(a), VECTORS, work->part);
    for (int64_t panel = block.rows.begin; panel < block.rows.end; panel++) {
        int64_t width = panel_columns(panel, a->filters) <= LANES ? LANES : WIDTH;
        CR_NAME(pack)
        (panel_at(work->shared, panel, depth(a)) + block.columns.begin * width, panel, a->filters,
         (const float *)a->w + block.columns.begin * a->filters, a->filters, block.columns.end - block.columns.begin);
    }
}

static int64_t parts(const void *args)
{
    const struct cr_conv_args *a = args;
    struct direct d = direct(a, NULL);
    return cr_blocks(CR_NAME(direct_turns)(&d), panel_count(a->filters), CR_NAME(direct_cost)(&d));
}

static void run(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct direct d = direct(a, work->shared);
    int64_t turns = CR_NAME(direct_turns)(&d), cost = CR_NAME(direct_cost)(&d);
    d.moments = CR_NAME(moments_begin)(&a->finish, work->part, parts(a), a->filters);
    CR_NAME(direct)(&d, cr_block(turns, panel_count(a->filters), cost, work->part));
}

static size_t shared(const void *args)
{
    const struct cr_conv_args *a = args;
    return (size_t)panels_size(depth(a), a->filters) * sizeof(float);
}

static double cost(const void *args)
{
    const struct cr_conv_args *a = args;
    struct direct d = direct(a, NULL);
    int64_t turns = CR_NAME(direct_turns)(&d), cost = CR_NAME(direct_cost)(&d) * panel_count(a->filters);
    int64_t lines = turns / cr_parts(turns, cost) * d.turn; /* of a part, which its tiles are filled from */
    return cost_of_product(1, a->channels, a->filters, SPEED_DIRECT) * (double)a->batch *
           CR_NAME(direct_work)(&d, lines);
}

const struct cr_kernel CR_NAME(conv_forward) = {.moments = true,
                                                .constant = 1,
                                                .way = "direct",
                                                .cost = cost,
                                                .phases = {{pack_parts, pack}, {parts, run}},
                                                .shared = shared};
