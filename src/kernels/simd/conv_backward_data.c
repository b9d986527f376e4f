/*
 * dx from dy and w, by direct convolution (direct.h) of dy with flipped and transposed filters, stride 1.
 *
 * With stride s, dx falls into s * s classes of pixels (h mod s, v mod s), each met by its own taps: line h = r + s i'
 * is met by the taps a = a0 + s t with a0 = (r + pad_top) mod s, from the line i' + q - t of dy, q = (r + pad_top - a0)
 * / s. So each class is a convolution of dy with the filters' taps t in reverse order, written to every s-th pixel of
 * dx. The classes' panels, matrices [taps * F][C], lie one after the other.
 */
#include "kernels/simd/cost.h"
#include "kernels/simd/direct.h"
#include "kernels/simd/finish.h"
#include "kernels/simd/panel.h"

/* One class along one axis. */
struct taps {
    int64_t first, count; /* a = first + s t, t < count */
    int64_t before;       /* lines of dy that lie before the window of the class's first line */
};

static struct taps taps_of(int64_t residue, int64_t kernel, int64_t pad, int64_t stride)
{
    int64_t first = (residue + pad) % stride;
    int64_t count = first < kernel ? (kernel - first + stride - 1) / stride : 0;
    return (struct taps){first, count, count ? count - 1 - (residue + pad - first) / stride : 0};
}

static struct taps rows_of(const struct cr_conv_args *a, int64_t class)
{
    return taps_of(class / a->stride, a->kernel_height, a->pad_top, a->stride);
}

static struct taps columns_of(const struct cr_conv_args *a, int64_t class)
{
    return taps_of(class % a->stride, a->kernel_width, a->pad_left, a->stride);
}

/* Rows of the panels of the classes before this one. */
static int64_t depth_before(const struct cr_conv_args *a, int64_t class)
{
    int64_t taps = 0;
    for (int64_t k = 0; k < class; k++)
        taps += rows_of(a, k).count * columns_of(a, k).count;
    return taps * a->filters;
}

/* Lines of dx that belong together: one of each class. */
static int64_t bands(const struct cr_conv_args *a)
{
    return (a->height + a->stride - 1) / a->stride;
}

static struct direct direct(const struct cr_conv_args *a, int64_t class, float *panels)
{
    int64_t s = a->stride, h = class / s, v = class % s;
    struct taps rows = rows_of(a, class), columns = columns_of(a, class);
    return (struct direct){.x = a->y,
                           .height = a->out_height,
                           .width = a->out_width,
                           .channels = a->filters,
                           .kernel_height = columns.count ? rows.count : 0,
                           .kernel_width = rows.count ? columns.count : 0,
                           .stride = 1,
                           .top = rows.before,
                           .left = columns.before,
                           .panels = panels == NULL ? NULL : panels + panels_size(depth_before(a, class), a->channels),
                           .filters = a->channels,
                           .y = (float *)a->x + (h * a->width + v) * a->channels,
                           .out_height = (a->height - h + s - 1) / s,
                           .out_width = (a->width - v + s - 1) / s,
                           .batch = a->batch,
                           .bands = bands(a),
                           .y_picture = a->height * a->width * a->channels,
                           .y_line = s * a->width * a->channels,
                           .y_pixel = s * a->channels,
                           .add = a->add,
                           .finish = &a->finish,
                           .origin = a->x};
}

static int64_t pack_parts(const void *args)
{
    const struct cr_conv_args *a = args;
    return cr_blocks(a->kernel_height * a->kernel_width, panel_count(a->channels), a->filters * VECTORS);
}

static void pack(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    int64_t s = a->stride, taps = a->kernel_height * a->kernel_width, panels = panel_count(a->channels);
    struct cr_block block = cr_block(taps, panels, a->filters * VECTORS, work->part);
    for (int64_t tap = block.rows.begin; tap < block.rows.end; tap++) {
        int64_t row = tap / a->kernel_width, column = tap % a->kernel_width;
        int64_t h = ((row - a->pad_top) % s + s) % s, v = ((column - a->pad_left) % s + s) % s;
        struct direct d = direct(a, h * s + v, work->shared);
        int64_t place = (d.kernel_height - 1 - row / s) * d.kernel_width + d.kernel_width - 1 - column / s;
        const float *w = (const float *)a->w + tap * a->channels * a->filters;
        for (int64_t panel = block.columns.begin; panel < block.columns.end; panel++) {
            float *to = panel_at(d.panels, panel, CR_NAME(direct_depth)(&d));
            to += place * a->filters * panel_width(panel, a->channels);
            CR_NAME(pack_transposed)(to, panel, a->channels, w, a->filters, a->filters);
        }
    }
}

/* The same for all classes. */
static int64_t turn(const struct cr_conv_args *a)
{
    int64_t turn = 1;
    for (int64_t class = 0; class < a->stride * a->stride; class ++) {
        struct direct d = direct(a, class, NULL);
        turn = most(turn, CR_NAME(direct_turn)(&d));
    }
    return turn;
}

static int64_t turns(const struct cr_conv_args *a)
{
    struct direct d = direct(a, 0, NULL);
    d.turn = turn(a);
    return CR_NAME(direct_turns)(&d);
}

/* Taps that meet the numbers of dx of a picture, but for their filters, all together. */
static int64_t taps(const struct cr_conv_args *a)
{
    int64_t all = 0;
    for (int64_t class = 0; class < a->stride * a->stride; class ++) {
        struct direct d = direct(a, class, NULL);
        all += CR_NAME(direct_taps)(&d);
    }
    return all;
}

/* Of one turn and one panel. */
static int64_t cost(const struct cr_conv_args *a)
{
    return taps(a) * a->batch / turns(a) * a->filters * VECTORS;
}

static int64_t parts(const void *args)
{
    const struct cr_conv_args *a = args;
    return cr_blocks(turns(a), panel_count(a->channels), cost(a));
}

static void run(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct cr_block block = cr_block(turns(a), panel_count(a->channels), cost(a), work->part);
    for (int64_t class = 0; class < a->stride * a->stride; class ++) {
        struct direct d = direct(a, class, work->shared);
        d.turn = turn(a);
        bool unchanged = d.kernel_height == 0 && a->add && !finish_changes(&a->finish);
        bool empty = d.out_height == 0 || d.out_width == 0 || unchanged;
        if (!empty)
            CR_NAME(direct)(&d, block);
    }
}

static size_t shared(const void *args)
{
    const struct cr_conv_args *a = args;
    return (size_t)panels_size(depth_before(a, a->stride * a->stride), a->channels) * sizeof(float);
}

static double product_cost(const void *args)
{
    const struct cr_conv_args *a = args;
    return cost_of_product(a->batch * taps(a), a->filters, a->channels, SPEED_DIRECT);
}

const struct cr_kernel CR_NAME(conv_backward_data) = {.constant = 1,
                                                      .way = "direct",
                                                      .cost = product_cost,
                                                      .phases = {{pack_parts, pack}, {parts, run}},
                                                      .shared = shared};
