/*
 * dw of 3 x 3 filters, stride 1, by Winograd's algorithm (winograd.h): dw = G' [sum over tiles of (B' x B) . (A dy A')]
 * G. Each of the 36 points is a product of matrices, U[e] [C][F] += V[e] [tiles][C] transposed times D[e] [tiles][F].
 *
 * A part is a block of channels times a group of panels of filters times a slice of the batch, with a U of its own in
 * `shared`; the last phase adds the slices in order and goes back to the taps.
 */
#include <string.h>

#include "kernels/simd/cost.h"
#include "kernels/simd/panel.h"
#include "kernels/simd/winograd_bands.h"
#include "kernels/simd/winograd_points.h"
#include "kernels/simd/winograd_transforms.h"

enum {
    BLOCK = 128,        /* channels, and filters of a group, at most */
    TILES = 64,         /* at once, at least */
    LIMIT = 1 << 18,    /* floats of V and D, where that allows more tiles */
    WANTED = 8,         /* parts */
    SUMS_MOST = 1 << 23 /* floats of all slices' U */
};

struct cut {
    int64_t blocks, groups, slices;
};

static int64_t sums(const struct cr_conv_args *a)
{
    return POINTS * a->channels * padded(a->filters);
}

static struct cut cut_of(const struct cr_conv_args *a)
{
    int64_t blocks = (a->channels + BLOCK - 1) / BLOCK, groups = (a->filters + BLOCK - 1) / BLOCK;
    int64_t tiles = a->batch * tiles_along(a->out_height) * tiles_along(a->out_width);
    int64_t slices = least(least(WANTED / (blocks * groups), SUMS_MOST / sums(a)), least(a->batch, tiles / TILES));
    return (struct cut){least(blocks, WANTED), least(groups, WANTED), most(slices, 1)};
}

static int64_t parts(const void *args)
{
    struct cut cut = cut_of(args);
    return cut.blocks * cut.groups * cut.slices;
}

/* A slice's U [POINTS][C][padded F], then its db. */
static int64_t slice_size(const struct cr_conv_args *a)
{
    return aligned(sums(a)) + aligned(a->filters);
}

/* One part's share. */
struct share {
    struct cr_range samples, channels, panels;
    float *u, *db; /* db NULL: another part sums it */
};

static struct share share_of(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct cut cut = cut_of(a);
    int64_t slice = work->part / cut.groups / cut.blocks, block = work->part / cut.groups % cut.blocks;
    float *u = (float *)work->shared + slice * slice_size(a);
    return (struct share){.samples = cr_share(a->batch, cut.slices, slice),
                          .channels = cr_share(a->channels, cut.blocks, block),
                          .panels = cr_share(panel_count(a->filters), cut.groups, work->part % cut.groups),
                          .u = u,
                          .db = a->db && block == 0 ? u + aligned(sums(a)) : NULL};
}

/* The largest share's floats of V and D for one tile. */
static int64_t tile_size(const struct cr_conv_args *a)
{
    struct cut cut = cut_of(a);
    int64_t channels = (a->channels + cut.blocks - 1) / cut.blocks;
    int64_t panels = (panel_count(a->filters) + cut.groups - 1) / cut.groups;
    return POINTS * (padded(channels) + panels * WIDTH);
}

static int64_t bands_at_once(const struct cr_conv_args *a)
{
    return most(most(LIMIT / tile_size(a), TILES) / tiles_along(a->out_width), 1);
}

static size_t scratch(const void *args)
{
    const struct cr_conv_args *a = args;
    return (size_t)(bands_at_once(a) * tiles_along(a->out_width) * tile_size(a)) * sizeof(float);
}

/* What a share transforms at once, of some bands: V [POINTS][blocks of channels][tiles][LANES] and panels of D. */
struct piece {
    int64_t tiles, depth, first, filters,
        panels; /* depth: floats of V for a tile and point; panels: of D for a point */
    float *v, *d;
};

static struct piece piece_of(const struct cr_conv_args *a, const struct share *share, int64_t bands, float *scratch)
{
    int64_t tiles = bands * tiles_along(a->out_width);
    int64_t depth = padded(share->channels.end - share->channels.begin), first = share->panels.begin * WIDTH;
    int64_t filters = least(share->panels.end * WIDTH, a->filters) - first;
    return (struct piece){
        tiles, depth, first, filters, panels_size(tiles, filters), scratch, scratch + POINTS * tiles * depth};
}

/* One band's V and D, the first of whose tiles is number t of the piece. */
static void transform(const struct cr_conv_args *a, const struct share *share, const struct piece *piece, int64_t band,
                      int64_t t)
{
    int64_t across = tiles_along(a->out_width), high = tiles_along(a->out_height);
    int64_t n = band / high, i = band % high * OUTPUTS;
    struct source x = {(const float *)a->x + n * a->height * a->width * a->channels, a->height, a->width, a->channels};
    struct source dy = {(const float *)a->y + n * a->out_height * a->out_width * a->filters, a->out_height,
                        a->out_width, a->filters};
    for (int64_t c = share->channels.begin; c < share->channels.end; c += LANES) {
        struct points to = {piece->v + (c - share->channels.begin) * piece->tiles + t * LANES,
                            piece->tiles * piece->depth, LANES};
        CR_NAME(winograd_inputs)(&x, c, share->channels.end - c, i - a->pad_top, -a->pad_left, across, &to);
    }
    for (int64_t f = 0; f < piece->filters; f += LANES) {
        int64_t panel = f / WIDTH, width = panel_width(panel, piece->filters);
        struct points to = {panel_at(piece->d, panel, piece->tiles) + t * width + f % WIDTH, piece->panels, width};
        CR_NAME(winograd_gradients)(&dy, piece->first + f, piece->filters - f, i, 0, across, &to);
    }
}

static void multiply(const struct cr_conv_args *a, const struct share *share, const struct piece *piece, bool add)
{
    int64_t row = padded(a->filters);
    for (int e = 0; e < POINTS; e++)
        for (int64_t panel = 0; panel < panel_count(piece->filters); panel++) {
            float *u = share->u + (e * a->channels + share->channels.begin) * row + piece->first + panel * WIDTH;
            struct point_product product = {.v = piece->v + e * piece->tiles * piece->depth,
                                            .panel = panel_at(piece->d + e * piece->panels, panel, piece->tiles),
                                            .to = u,
                                            .tiles = piece->tiles,
                                            .channels = share->channels.end - share->channels.begin,
                                            .width = panel_width(panel, piece->filters),
                                            .row = row,
                                            .add = add};
            CR_NAME(point_filters)(&product);
        }
}

static void run_bands(const struct cr_conv_args *a, const struct share *share, struct cr_range bands, float *scratch,
                      bool add)
{
    struct piece piece = piece_of(a, share, bands.end - bands.begin, scratch);
    for (int64_t band = bands.begin; band < bands.end; band++)
        transform(a, share, &piece, band, (band - bands.begin) * tiles_along(a->out_width));
    multiply(a, share, &piece, add);
}

static void run(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    struct share share = share_of(work);
    int64_t high = tiles_along(a->out_height), end = share.samples.end * high, at_once = bands_at_once(a);
    for (int64_t band = share.samples.begin * high; band < end; band += at_once)
        run_bands(a, &share, (struct cr_range){band, least(band + at_once, end)}, work->scratch,
                  band > share.samples.begin * high);
    if (!share.db)
        return;
    int64_t first = share.panels.begin * WIDTH, filters = least(share.panels.end * WIDTH, a->filters) - first;
    int64_t pixels = a->out_height * a->out_width;
    CR_NAME(sum_rows)
    (share.db + first, (const float *)a->y + share.samples.begin * pixels * a->filters + first, a->filters,
     (share.samples.end - share.samples.begin) * pixels, filters, false);
}

/* ----------------------------------------------------------------------------------------------- back to the taps */

static int64_t sum_cost(const struct cr_conv_args *a)
{
    return POINTS * a->filters / LANES * (cut_of(a).slices + 2);
}

static int64_t sum_parts(const void *args)
{
    const struct cr_conv_args *a = args;
    return cr_parts(a->channels, sum_cost(a));
}

/* `count` numbers, LANES or fewer. */
static void put(float *to, vector value, int64_t count, bool add)
{
    if (count >= LANES) {
        store(to, add ? load(to) + value : value);
        return;
    }
    for (int64_t c = 0; c < count; c++)
        to[c] = add ? to[c] + value[c] : value[c];
}

/* All filters at one channel. */
static void sum_channel(const struct cr_conv_args *a, const float *shared, int64_t c)
{
    int64_t row = padded(a->filters), slices = cut_of(a).slices;
    for (int64_t f = 0; f < a->filters; f += LANES) {
        vector points[POINTS] = {{0}}, taps[TAPS * TAPS];
        for (int64_t slice = 0; slice < slices; slice++) {
            const float *u = shared + slice * slice_size(a) + c * row + f;
            UNROLLED
            for (int e = 0; e < POINTS; e++)
                points[e] += load(u + e * a->channels * row);
        }
        points_to_taps(taps, points);
        for (int k = 0; k < TAPS * TAPS; k++)
            put((float *)a->w + (k * a->channels + c) * a->filters + f, taps[k], a->filters - f, a->add);
    }
}

static void sum(const struct cr_work *work)
{
    const struct cr_conv_args *a = work->args;
    const float *shared = work->shared;
    struct cr_range channels = cr_part(a->channels, sum_cost(a), work->part);
    for (int64_t c = channels.begin; c < channels.end; c++)
        sum_channel(a, shared, c);
    if (!a->db || work->part > 0)
        return;
    for (int64_t slice = 0; slice < cut_of(a).slices; slice++)
        CR_NAME(sum_rows)
    (a->db, shared + slice * slice_size(a) + aligned(sums(a)), a->filters, 1, a->filters, a->add_db || slice > 0);
}

static size_t shared(const void *args)
{
    const struct cr_conv_args *a = args;
    return (size_t)(cut_of(a).slices * slice_size(a)) * sizeof(float);
}

static bool takes(const void *args)
{
    const struct cr_conv_args *a = args;
    return a->kernel_height == TAPS && a->kernel_width == TAPS && a->stride == 1;
}

static double cost(const void *args)
{
    const struct cr_conv_args *a = args;
    struct cut cut = cut_of(a);
    double tiles = (double)(a->batch * tiles_along(a->out_height) * tiles_along(a->out_width));
    double wide = (double)(padded(a->filters) / LANES);
    return tiles * ((double)cut.groups * cost_of_inputs(a->channels) + (double)cut.blocks * wide * COST_OUTPUT) +
           POINTS * cost_of_product(a->channels, 1, a->filters, SPEED_POINT_SUMS) * tiles +
           (double)(a->channels * cut.slices) * wide * COST_FILTER;
}

const struct cr_kernel CR_NAME(conv_backward_weights_winograd) = {.way = "winograd 4x4",
                                                                  .takes = takes,
                                                                  .cost = cost,
                                                                  .phases = {{parts, run}, {sum_parts, sum}},
                                                                  .shared = shared,
                                                                  .scratch = scratch};
