#include "kernels/simd/cost.h"
#include "kernels/simd/finish.h"
#include "kernels/simd/panel.h"
#include "kernels/simd/winograd.h"
#include "kernels/simd/winograd_bands.h"
#include "kernels/simd/winograd_points.h"
#include "kernels/simd/winograd_transforms.h"

enum {
    LIMIT = 3 << 16, /* floats of V and M together: what a core's own cache holds */
    TILES = 64,      /* at once, at least where there are so many: the panels are read once for them */
    PARTS = 64,
    WANTED = 8 /* parts; where the bands do not make so many, the panels are cut too */
};

/* --------------------------------------------------------------------------------------------------------- filters */

size_t CR_NAME(winograd_panels)(int64_t channels, int64_t filters)
{
    return (size_t)(POINTS * panels_size(channels, filters)) * sizeof(float);
}

/* The 36 points of the filters at channel c, LANES of them from f on. */
INLINE void filter_points(vector *points, const struct filters *filters, int64_t c, int64_t f)
{
    vector taps[TAPS * TAPS];
    for (int k = 0; k < TAPS * TAPS; k++)
        taps[k] =
            load_some(filters->w + k / TAPS * filters->row + k % TAPS * filters->column + c * filters->filters + f,
                      filters->filters - f);
    taps_to_points(points, taps);
}

/* Rows of the panels, of which packing cuts parts: the channels, or transposed the filters, LANES at once. */
static int64_t pack_rows(const struct filters *filters, bool transposed)
{
    return transposed ? padded(filters->filters) / LANES : filters->channels;
}

static int64_t pack_cost(const struct filters *filters, bool transposed)
{
    return transposed ? filters->channels * POINTS * 4 : filters->filters * POINTS / LANES * 4;
}

int64_t CR_NAME(winograd_pack_parts)(const struct filters *filters, bool transposed)
{
    return cr_parts(pack_rows(filters, transposed), pack_cost(filters, transposed));
}

/* The row of one channel in all panels. */
static void pack_row(const struct filters *filters, float *panels, int64_t c)
{
    int64_t size = panels_size(filters->channels, filters->filters);
    for (int64_t f = 0; f < filters->filters; f += LANES) {
        int64_t panel = f / WIDTH, width = panel_width(panel, filters->filters);
        float *to = panel_at(panels, panel, filters->channels) + c * width + f % WIDTH;
        vector points[POINTS];
        filter_points(points, filters, c, f);
        UNROLLED
        for (int e = 0; e < POINTS; e++)
            store(to + e * size, points[e]);
        if (f % WIDTH + LANES < width && f + LANES >= filters->filters) /* the panel's second half is not used */
            for (int e = 0; e < POINTS; e++)
                store(to + e * size + LANES, (vector){0});
    }
}

/* Rows f.. of LANES filters in all panels of channels; `square` holds [POINTS][WIDTH][LANES]. */
static void pack_transposed(const struct filters *filters, float *panels, int64_t f, float *square)
{
    int64_t size = panels_size(filters->filters, filters->channels), rows = least(LANES, filters->filters - f);
    for (int64_t panel = 0; panel < panel_count(filters->channels); panel++) {
        int64_t columns = panel_columns(panel, filters->channels), width = panel_width(panel, filters->channels);
        for (int64_t c = 0; c < columns; c++) {
            vector points[POINTS];
            filter_points(points, filters, panel * WIDTH + c, f);
            UNROLLED
            for (int e = 0; e < POINTS; e++)
                store(square + (e * WIDTH + c) * LANES, points[e]);
        }
        for (int e = 0; e < POINTS; e++)
            CR_NAME(pack_transposed)
        (panel_at(panels + e * size, panel, filters->filters) + f * width, 0, columns, square + e * WIDTH * LANES,
         LANES, rows);
    }
}

void CR_NAME(winograd_pack)(const struct filters *filters, bool transposed, float *panels, int64_t part, float *scratch)
{
    struct cr_range rows = cr_part(pack_rows(filters, transposed), pack_cost(filters, transposed), part);
    for (int64_t row = rows.begin; row < rows.end; row++)
        if (transposed)
            pack_transposed(filters, panels, row * LANES, scratch);
        else
            pack_row(filters, panels, row);
}

/* ------------------------------------------------------------------------------------------------------------- run */

/* A group of panels, M [POINTS][tiles][width] for some tiles. */
struct group {
    struct cr_range panels;
    int64_t first, width; /* its first filter; floats of a row of M */
};

static struct group group_of(const struct winograd *w, int64_t groups, int64_t number)
{
    struct cr_range panels = cr_share(panel_count(w->filters), groups, number);
    int64_t first = panels.begin * WIDTH, end = least(panels.end * WIDTH, padded(w->filters));
    return (struct group){panels, first, end - first};
}

static int64_t bands_of(const struct winograd *w)
{
    return w->batch * tiles_along(w->out_height);
}

/* How many bands are taken at once: by the shape alone. */
static int64_t bands_at_once(const struct winograd *w)
{
    int64_t across = tiles_along(w->out_width);
    int64_t tiles = most(LIMIT / (POINTS * (padded(w->channels) + padded(w->filters))), TILES);
    return most(tiles / across, 1);
}

struct cut {
    int64_t blocks, groups; /* of bands, of panels */
};

static struct cut cut_of(const struct winograd *w)
{
    int64_t blocks = (bands_of(w) + bands_at_once(w) - 1) / bands_at_once(w);
    int64_t groups = blocks < WANTED ? least((WANTED + blocks - 1) / blocks, (panel_count(w->filters) + 1) / 2) : 1;
    return (struct cut){least(blocks, PARTS), most(groups, 1)};
}

int64_t CR_NAME(winograd_parts)(const struct winograd *w)
{
    struct cut cut = cut_of(w);
    return cut.blocks * least(cut.groups, PARTS / cut.blocks);
}

size_t CR_NAME(winograd_scratch)(const struct winograd *w)
{
    int64_t tiles = bands_at_once(w) * tiles_along(w->out_width);
    int64_t packing = POINTS * WIDTH * LANES;
    return (size_t)most(POINTS * tiles * (padded(w->channels) + padded(w->filters)), packing) * sizeof(float);
}

/* V [POINTS][blocks of channels][tiles][LANES]. */
static void transform(const struct winograd *w, struct cr_range bands, float *v)
{
    int64_t across = tiles_along(w->out_width), high = tiles_along(w->out_height);
    int64_t tiles = (bands.end - bands.begin) * across;
    for (int64_t band = bands.begin; band < bands.end; band++, v += across * LANES) {
        int64_t n = band / high, i = band % high * OUTPUTS;
        struct source x = {w->x + n * w->height * w->width * w->channels, w->height, w->width, w->channels};
        for (int64_t c = 0; c < w->channels; c += LANES) {
            struct points to = {v + c * tiles, tiles * padded(w->channels), LANES};
            CR_NAME(winograd_inputs)(&x, c, w->channels - c, i - w->top, -w->left, across, &to);
        }
    }
}

/* M[e] = V[e] U[e] for all points and the group's panels. */
static void multiply(const struct winograd *w, const struct group *group, const float *v, float *m, int64_t tiles)
{
    int64_t depth = padded(w->channels), size = panels_size(w->channels, w->filters);
    for (int e = 0; e < POINTS; e++)
        for (int64_t panel = group->panels.begin; panel < group->panels.end; panel++) {
            struct point_product product = {.v = v + e * tiles * depth,
                                            .panel = panel_at(w->panels + e * size, panel, w->channels),
                                            .to = m + e * tiles * group->width + panel * WIDTH - group->first,
                                            .tiles = tiles,
                                            .channels = w->channels,
                                            .width = panel_width(panel, w->filters),
                                            .row = group->width};
            CR_NAME(point_outputs)(&product);
        }
}

static void transform_back(const struct winograd *w, const struct group *group, struct cr_range bands, float *m,
                           const struct moments *moments)
{
    int64_t across = tiles_along(w->out_width), high = tiles_along(w->out_height);
    int64_t tiles = (bands.end - bands.begin) * across;
    for (int64_t band = bands.begin; band < bands.end; band++, m += across * group->width) {
        int64_t n = band / high, i = band % high * OUTPUTS;
        for (int64_t f = 0; f < group->width && group->first + f < w->filters; f += LANES) {
            struct points from = {m + f, tiles * group->width, group->width};
            CR_NAME(winograd_outputs)(w, group->first + f, n, i, &from);
        }
        float *y = w->y + (n * w->out_height + i) * w->out_width * w->filters + group->first;
        int64_t pixels = least(OUTPUTS, w->out_height - i) * w->out_width;
        int64_t filters = least(group->width, w->filters - group->first);
        CR_NAME(finish_rows)(w->finish, y, w->y, pixels, w->filters, filters);
        CR_NAME(moments_add)(moments, y, pixels, w->filters, group->first, filters);
    }
}

static void run_bands(const struct winograd *w, const struct group *group, struct cr_range bands, float *scratch,
                      const struct moments *moments)
{
    int64_t tiles = (bands.end - bands.begin) * tiles_along(w->out_width);
    float *v = scratch, *m = v + POINTS * tiles * padded(w->channels);
    transform(w, bands, v);
    multiply(w, group, v, m, tiles);
    transform_back(w, group, bands, m, moments);
}

void CR_NAME(winograd)(const struct winograd *w, int64_t part, float *scratch)
{
    struct cut cut = cut_of(w);
    int64_t groups = CR_NAME(winograd_parts)(w) / cut.blocks, at_once = bands_at_once(w);
    struct group group = group_of(w, groups, part % groups);
    struct cr_range bands = cr_share(bands_of(w), cut.blocks, part / groups);
    struct moments moments = CR_NAME(moments_begin)(w->finish, part, CR_NAME(winograd_parts)(w), w->filters);
    for (int64_t band = bands.begin; band < bands.end; band += at_once)
        run_bands(w, &group, (struct cr_range){band, least(band + at_once, bands.end)}, scratch, &moments);
}

double CR_NAME(winograd_cost)(const struct winograd *w)
{
    double tiles = (double)(bands_of(w) * tiles_along(w->out_width)), wide = (double)(padded(w->filters) / LANES);
    return tiles * (cost_of_inputs(w->channels) + wide * COST_OUTPUT) +
           POINTS * cost_of_product(w->channels, 1, w->filters, SPEED_POINTS) * tiles +
           (double)w->channels * wide * COST_FILTER;
}
