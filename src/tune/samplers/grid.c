/*
 * grid: every combination of some values of each dimension, in an order that is shuffled so that a search that is
 * stopped has seen a bit of everything. Branches that were not chosen add no combinations. After the last one come even
 * draws.
 */
#include "tune/sampler.h"

#include <math.h>
#include <stdlib.h>

struct grid {
    int64_t levels;
};

enum { MOST_POINTS = 1 << 20, TRIES = 64 };

static const struct cr_option options[] = {
    CR_INT("levels", struct grid, levels, .min = 0, .max = 1000,
           .help = "values of each range; 0: as many as fit into the trials"),
    {0},
};

static int64_t levels_of(const struct cr_dimension *d, int64_t levels)
{
    if (d->kind == CR_CHOICES)
        return d->count;
    return d->whole && d->high - d->low + 1 < (double)levels ? (int64_t)(d->high - d->low) + 1 : levels;
}

/* Combinations of the dimensions below a branch. */
static double combinations(const struct cr_space *space, int64_t levels, int parent, int branch)
{
    double product = 1;
    for (int i = parent + 1; i < space->count; i++) {
        const struct cr_dimension *d = &space->axes[i].dimension;
        if (d->parent != parent || d->branch != branch)
            continue;
        double own = d->kind == CR_CHOICES ? 0 : (double)levels_of(d, levels);
        for (int c = 0; c < d->count; c++)
            own += combinations(space, levels, i, c);
        product *= own;
    }
    return product;
}

static int64_t choose_levels(const struct cr_sampler_call *call)
{
    int64_t wanted = ((const struct grid *)call->options)->levels, levels = 1;
    if (wanted > 0)
        return wanted;
    double most = call->trials > 0 ? (double)call->trials : 100;
    while (levels < MOST_POINTS && combinations(call->space, levels + 1, -1, -1) <= most &&
           combinations(call->space, levels + 1, -1, -1) > combinations(call->space, levels, -1, -1))
        levels++;
    /* Whole numbers may stand still for one level and grow again with other dimensions' next. */
    return levels < 2 ? 2 : levels;
}

/* Splits `index` into the combination of the dimensions below a branch. */
static void decode(const struct cr_space *space, int64_t levels, int parent, int branch, int64_t index, double *unit)
{
    for (int i = parent + 1; i < space->count; i++) {
        const struct cr_dimension *d = &space->axes[i].dimension;
        if (d->parent != parent || d->branch != branch)
            continue;
        if (d->kind == CR_RANGE) {
            int64_t own = levels_of(d, levels), level = index % own;
            index /= own;
            bool each = d->whole && (double)own == d->high - d->low + 1;
            unit[i] = each ? cr_axis_to_unit(d, d->low + (double)level)
                           : (own == 1 ? 0.5 : (double)level / (double)(own - 1));
            continue;
        }
        int64_t own = 0;
        for (int c = 0; c < d->count; c++)
            own += (int64_t)combinations(space, levels, i, c);
        int64_t rest = index % own;
        index /= own;
        int c = 0;
        for (int64_t below; rest >= (below = (int64_t)combinations(space, levels, i, c)); c++)
            rest -= below;
        unit[i] = c;
        decode(space, levels, i, c, rest, unit);
    }
}

static enum cr_status suggest(const struct cr_sampler_call *call, double *unit, struct cr_error *err)
{
    const struct cr_space *space = call->space;
    int64_t levels = choose_levels(call);
    double points = combinations(space, levels, -1, -1);
    if (points > MOST_POINTS)
        return cr_fail(err, CR_ERROR_ARGUMENT,
                       "a grid of %.3g points is too large for a search: fewer dimensions, fewer levels, or another "
                       "sampler",
                       points);
    int64_t count = (int64_t)points, *order = malloc((size_t)count * sizeof *order);
    if (!order)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < count; i++)
        order[i] = i;
    struct cr_random random = cr_random_at(call->seed, CR_RANDOM_TUNE, 0, 0);
    cr_random_shuffle(&random, order, count);
    bool known = true;
    for (int d = 0; d < space->count; d++)
        unit[d] = 0;
    for (int64_t i = 0; i < count && known; i++) {
        decode(space, levels, -1, -1, order[i], unit);
        known = cr_sampler_is_known(call, unit);
    }
    free(order);
    random = cr_sampler_stream(call, 0);
    for (int i = 0; i < TRIES && known; i++) {
        cr_sampler_uniform(space, &random, unit);
        known = cr_sampler_is_known(call, unit);
    }
    return CR_OK;
}

const struct cr_sampler cr_sampler_grid = {
    .entry = {.name = "grid", .help = "every combination of some values of each dimension", .options = options},
    .suggest = suggest,
};
