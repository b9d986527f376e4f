/*
 * dw [KH][KW][C][F] from x and dy. A tile holds ROWS taps (a, b, c) times a panel of filters, and walks over the pixels
 * of dy: tap (a, b, c) of the output pixel (i, j) lies at (i*stride + a, j*stride + b, c) of a padded copy of x.
 *
 * A part is a block of channels times a group of panels times a slice of the batch. It copies a chunk of pictures (or,
 * of large ones, of lines) into scratch, its block of x with margins of zeros and its panels of dy [pixels][WIDTH], and
 * adds the chunk to its share of dw. Where channels and panels alone do not make enough parts, the batch is cut into
 * slices with one partial dw each in `shared`, which phase 1 adds in order.
 */
#include "kernels/simd/cost.h"
#include "kernels/simd/panel.h"
#include "kernels/simd/picture.h"
#include "kernels/simd/tile.h"

enum {
    LIMIT = 1 << 16, /* floats of a chunk */
    PARTS = 64,
    SLICES = 32,
    GROUPS = 8,   /* of panels, and of channels */
    CHANNELS = 32 /* of a block, at least */
};

/* How the work is cut. */
struct cut {
    int64_t groups, blocks, slices;
};

static int64_t weights(const struct cr_conv_args *a)
{
    return a->kernel_height * a->kernel_width * a->channels * a->filters;
}

static struct cut cut_of(const struct cr_conv_args *a)
{
    int64_t pixels = a->batch * a->out_height * a->out_width;
    int64_t wanted = cr_parts(PARTS, pixels * weights(a) / LANES / PARTS);
    int64_t groups = least(least(panel_count(a->filters), GROUPS), wanted);
    int64_t blocks = least(least(most(a->channels / CHANNELS, 1), GROUPS), wanted / groups);
    return (struct cut){groups, blocks, least(least(wanted / groups / blocks, SLICES), a->batch)};
}

static int64_t parts(const void *args)
{
    struct cut cut = cut_of(args);
    return cut.groups * cut.blocks * cut.slices;
}

/* One part's share. */
struct share {
    struct cr_range samples, channels, panels;
    int64_t pictures, lines; /* output lines and pictures of a chunk */
    float *x;                /* [pictures][input lines][input pixels][channels] */
    float *dy;               /* panels [pictures * lines * out_width][WIDTH] */
    float *dw, *db;          /* db is NULL where this part does not sum it */
};

static int64_t input_lines(const struct cr_conv_args *a, int64_t lines)
{
    return (lines - 1) * a->stride + a->kernel_height;
}

static int64_t input_pixels(const struct cr_conv_args *a)
{
    return (a->out_width - 1) * a->stride + a->kernel_width;
}

/* Floats of a picture's x, and of its dy, in a chunk of `lines` lines, for the largest of `parts` blocks or groups. */
static int64_t x_size(const struct cr_conv_args *a, int64_t lines, int64_t parts)
{
    return aligned(input_lines(a, lines) * input_pixels(a) * ((a->channels + parts - 1) / parts));
}

static int64_t dy_size(const struct cr_conv_args *a, int64_t lines, int64_t parts)
{
    return lines * a->out_width * ((panel_count(a->filters) + parts - 1) / parts) * WIDTH;
}

static int64_t size_of(const struct cr_conv_args *a, int64_t lines)
{
    struct cut cut = cut_of(a);
    return x_size(a, lines, cut.blocks) + dy_size(a, lines, cut.groups);
}

static int64_t chunk_lines(const struct cr_conv_args *a)
{
    int64_t lines = a->out_height;
    while (lines > 1 && size_of(a, lines) > LIMIT)
        lines = (lines + 1) / 2;
    return lines;
}

static int64_t chunk_pictures(const struct cr_conv_args *a)
{
    return chunk_lines(a) < a->out_height ? 1 : most(LIMIT / size_of(a, a->out_height), 1);
}

/* A chunk is within the limit or is one line; of all channels, for a smaller batch has fewer blocks. */
static size_t scratch(const void *args)
{
    const struct cr_conv_args *a = args;
    return (size_t)most(LIMIT, x_size(a, 1, 1) + dy_size(a, 1, 1)) * sizeof(float);
}

/* A slice's dw, then its db. */
static int64_t partial_size(const struct cr_conv_args *a)
{
    return aligned(weights(a)) + aligned(a->filters);
}

static float *partial(const struct cr_conv_args *a, float *shared, int64_t slice)
{
    return shared + slice * partial_size(a);
}

static struct share share_of(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct cut cut = cut_of(a);
    int64_t slice = work->part / cut.groups / cut.blocks, lines = chunk_lines(a), pictures = chunk_pictures(a);
    int64_t block = work->part / cut.groups % cut.blocks;
    float *x = work->scratch;
    return (struct share){
        .samples = cr_share(a->batch, cut.slices, slice),
        .channels = cr_share(a->channels, cut.blocks, block),
        .panels = cr_share(panel_count(a->filters), cut.groups, work->part % cut.groups),
        .pictures = pictures,
        .lines = lines,
        .x = x,
        .dy = x + pictures * x_size(a, lines, cut.blocks),
        .dw = cut.slices == 1 ? a->w : partial(a, work->shared, slice),
        .db = !a->db || block > 0 ? NULL
              : cut.slices == 1   ? a->db
                                  : partial(a, work->shared, slice) + aligned(weights(a)),
    };
}

static float *dy_panel(const struct cr_conv_args *a, const struct share *share, int64_t panel)
{
    return share->dy + (panel - share->panels.begin) * share->pictures * share->lines * a->out_width * WIDTH;
}

/* Copies `pictures` pictures from n, of each `lines` output lines from i. */
static void gather(const struct cr_conv_args *a, const struct share *share, int64_t n, int64_t pictures, int64_t i,
                   int64_t lines)
{
    float *to = share->x;
    for (int64_t k = n; k < n + pictures; k++) {
        struct picture picture = {(const float *)a->x + k * a->height * a->width * a->channels, a->height, a->width,
                                  a->channels};
        to = CR_NAME(copy_lines)(to, &picture, share->channels, i * a->stride - a->pad_top, input_lines(a, lines),
                                 -a->pad_left, input_pixels(a));
        for (int64_t panel = share->panels.begin; panel < share->panels.end; panel++) {
            int64_t pixels = lines * a->out_width, width = panel_width(panel, a->filters);
            const float *dy = (const float *)a->y + (k * a->out_height + i) * a->out_width * a->filters;
            CR_NAME(pack)
            (dy_panel(a, share, panel) + (k - n) * pixels * width, panel, a->filters, dy, a->filters, pixels);
        }
    }
}

static void multiply(const struct cr_conv_args *a, const struct share *share, int64_t pictures, int64_t lines, bool add)
{
    int64_t channels = share->channels.end - share->channels.begin;
    int64_t line = input_pixels(a) * channels, across = a->kernel_width * channels, taps = a->kernel_height * across;
    struct walk walk = {.pictures = pictures,
                        .picture_stride = input_lines(a, lines) * line,
                        .lines = lines,
                        .line_stride = a->stride * line,
                        .steps = a->out_width,
                        .stride = a->stride * channels};
    for (int64_t panel = share->panels.begin; panel < share->panels.end; panel++)
        for (int64_t tap = 0; tap < taps; tap += ROWS) {
            struct tile tile = {
                .rows = least(ROWS, taps - tap), .columns = panel_columns(panel, a->filters), .add = add};
            for (int64_t r = 0; r < ROWS; r++) {
                int64_t k = r < tile.rows ? tap + r : tap;
                int64_t row = k / channels * a->channels + share->channels.begin + k % channels;
                tile.a[r] = share->x + k / across * line + k % across;
                tile.y[r] = share->dw + row * a->filters + panel * WIDTH;
            }
            CR_NAME(tile)(&tile, &walk, dy_panel(a, share, panel));
        }
}

/* The bias's share: the sum of dy over the pixels of the chunk. */
static void sum_dy(const struct cr_conv_args *a, const struct share *share, int64_t n, int64_t pictures, int64_t i,
                   int64_t lines, bool add)
{
    int64_t first = share->panels.begin * WIDTH, columns = least(share->panels.end * WIDTH, a->filters) - first;
    for (int64_t k = n; k < n + pictures; k++, add = true)
        CR_NAME(sum_rows)
    (share->db + first, (const float *)a->y + (k * a->out_height + i) * a->out_width * a->filters + first, a->filters,
     lines * a->out_width, columns, add);
}

static void run(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct share share = share_of(work);
    bool one = cut_of(a).slices == 1, add = a->add && one, add_db = a->add_db && one;
    for (int64_t n = share.samples.begin; n < share.samples.end; n += share.pictures)
        for (int64_t i = 0; i < a->out_height; i += share.lines) {
            int64_t pictures = least(share.pictures, share.samples.end - n),
                    lines = least(share.lines, a->out_height - i);
            gather(a, &share, n, pictures, i, lines);
            multiply(a, &share, pictures, lines, add);
            if (share.db)
                sum_dy(a, &share, n, pictures, i, lines, add_db);
            add = add_db = true;
        }
}

static int64_t sum_parts(const void *args)
{
    const struct cr_conv_args *a = args;
    struct cut cut = cut_of(a);
    return cut.slices == 1 ? 0 : cr_flat_parts(weights(a));
}

/* to[i] = the sum of partial[i] over the slices, in order. */
static void sum_slices(const struct cr_conv_args *a, const float *partial, struct cr_range range, float *to, bool add)
{
    for (int64_t i = range.begin; i < range.end && !add; i++)
        to[i] = 0;
    for (int64_t slice = 0; slice < cut_of(a).slices; slice++, partial += partial_size(a))
#pragma omp simd
        for (int64_t i = range.begin; i < range.end; i++)
            to[i] += partial[i];
}

static void sum(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    const float *partials = work->shared;
    sum_slices(a, partials, cr_flat_part(weights(a), work->part), a->w, a->add);
    if (a->db && work->part == 0)
        sum_slices(a, partials + aligned(weights(a)), (struct cr_range){0, a->filters}, a->db, a->add_db);
}

static size_t shared(const void *args)
{
    const struct cr_conv_args *a = args;
    struct cut cut = cut_of(a);
    return cut.slices == 1 ? 0 : (size_t)(cut.slices * partial_size(a)) * sizeof(float);
}

static double cost(const void *args)
{
    const struct cr_conv_args *a = args;
    int64_t taps = (a->kernel_height * a->kernel_width * a->channels + ROWS - 1) / ROWS * ROWS;
    return cost_of_product(taps, a->batch * a->out_height * a->out_width, a->filters, SPEED_SUMS);
}

const struct cr_kernel CR_NAME(conv_backward_weights) = {
    .way = "direct", .cost = cost, .phases = {{parts, run}, {sum_parts, sum}}, .shared = shared, .scratch = scratch};
