#include "kernels/simd/cost.h"
#include "kernels/simd/finish.h"
#include "kernels/simd/panel.h"
#include "kernels/simd/tile.h"
#include "kernels/simd/winograd.h"
#include "kernels/simd/winograd_transforms.h"

enum {
    LIMIT = 3 << 16, /* floats of V and M together: what a core's own cache holds */
    TILES = 32,      /* at once, at least where there are so many: each reads all panels */
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

/* ---------------------------------------------------------------------------------------------------------- inputs */

void CR_NAME(winograd_input)(const struct source *source, struct cr_range channels, int64_t h, int64_t v, float *to,
                             int64_t stride)
{
    bool inside = h >= 0 && v >= 0 && h + INPUTS <= source->height && v + INPUTS <= source->width;
    for (int64_t c = channels.begin; c < channels.end; c += LANES) {
        const float *x = source->x + (h * source->width + v) * source->channels + c;
        vector inputs[POINTS], points[POINTS];
        if (inside && c + LANES <= channels.end) {
            for (int i = 0; i < INPUTS; i++) {
                UNROLLED
                for (int j = 0; j < INPUTS; j++)
                    inputs[i * INPUTS + j] = load(x + (i * source->width + j) * source->channels);
            }
        } else {
            for (int k = 0; k < POINTS; k++) {
                int64_t i = k / INPUTS, j = k % INPUTS;
                bool there = h + i >= 0 && h + i < source->height && v + j >= 0 && v + j < source->width;
                inputs[k] =
                    there ? load_some(x + (i * source->width + j) * source->channels, channels.end - c) : (vector){0};
            }
        }
        inputs_to_points(points, inputs);
        UNROLLED
        for (int e = 0; e < POINTS; e++)
            store(to + e * stride + c - channels.begin, points[e]);
    }
}

/* --------------------------------------------------------------------------------------------------------- outputs */

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

/* LANES filters or fewer of one output pixel. */
INLINE void put(const struct winograd *w, int64_t at, int64_t f, vector value)
{
    float *y = w->y + at;
    if (f + LANES <= w->filters) {
        if (w->add)
            value += load(y);
        store(y, finish_vector(w->finish, f, at, value));
        return;
    }
    for (int64_t c = 0; c < w->filters - f; c++) {
        float number = w->add ? y[c] + value[c] : value[c];
        y[c] = finish_number(w->finish, f + c, at + c, number);
    }
}

/* One tile of the group, whose outputs begin at line i and column j of picture n. */
static void outputs(const struct winograd *w, const struct group *group, const float *m, int64_t stride, int64_t n,
                    int64_t i, int64_t j)
{
    int64_t lines = least(OUTPUTS, w->out_height - i), columns = least(OUTPUTS, w->out_width - j);
    for (int64_t f = 0; f < group->width && group->first + f < w->filters; f += LANES) {
        vector points[POINTS], y[OUTPUTS * OUTPUTS];
        UNROLLED
        for (int e = 0; e < POINTS; e++)
            points[e] = load(m + e * stride + f);
        points_to_outputs(y, points);
        for (int64_t k = 0; k < lines; k++)
            for (int64_t l = 0; l < columns; l++)
                put(w, ((n * w->out_height + i + k) * w->out_width + j + l) * w->filters + group->first + f,
                    group->first + f, y[k * OUTPUTS + l]);
    }
}

/* ------------------------------------------------------------------------------------------------------------- run */

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

/* M[e] = V[e] U[e] for all points and the group's panels. */
static void multiply(const struct winograd *w, const struct group *group, const float *v, float *m, int64_t tiles)
{
    int64_t depth = padded(w->channels), size = panels_size(w->channels, w->filters);
    struct walk walk = {.pictures = 1, .lines = 1, .steps = w->channels, .stride = 1};
    for (int e = 0; e < POINTS; e++)
        for (int64_t panel = group->panels.begin; panel < group->panels.end; panel++) {
            struct tile tile = {.columns = panel_width(panel, w->filters)};
            for (int64_t t = 0; t < tiles; t += ROWS) {
                tile.rows = least(tiles - t, ROWS);
                for (int64_t r = 0; r < ROWS; r++) {
                    int64_t row = e * tiles + t + (r < tile.rows ? r : 0);
                    tile.a[r] = v + row * depth;
                    tile.y[r] = m + row * group->width + panel * WIDTH - group->first;
                }
                CR_NAME(tile)(&tile, &walk, panel_at(w->panels + e * size, panel, w->channels));
            }
        }
}

static void run_bands(const struct winograd *w, const struct group *group, struct cr_range bands, float *scratch,
                      const struct moments *moments)
{
    int64_t across = tiles_along(w->out_width), high = tiles_along(w->out_height);
    int64_t tiles = (bands.end - bands.begin) * across, depth = padded(w->channels);
    float *v = scratch, *m = v + POINTS * tiles * depth;
    for (int64_t t = 0; t < tiles; t++) {
        int64_t band = bands.begin + t / across, n = band / high;
        struct source source = {w->x + n * w->height * w->width * w->channels, w->height, w->width, w->channels};
        CR_NAME(winograd_input)
        (&source, (struct cr_range){0, w->channels}, band % high * OUTPUTS - w->top, t % across * OUTPUTS - w->left,
         v + t * depth, tiles * depth);
    }
    multiply(w, group, v, m, tiles);
    for (int64_t band = bands.begin; band < bands.end; band++) {
        int64_t n = band / high, i = band % high * OUTPUTS, first = (band - bands.begin) * across;
        for (int64_t j = 0; j < across; j++)
            outputs(w, group, m + (first + j) * group->width, tiles * group->width, n, i, j * OUTPUTS);
        CR_NAME(moments_add)
        (moments, w->y + (n * w->out_height + i) * w->out_width * w->filters + group->first,
         least(OUTPUTS, w->out_height - i) * w->out_width, w->filters, group->first,
         least(group->width, w->filters - group->first));
    }
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
