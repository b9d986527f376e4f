/*
 * grid: every combination of some values of each dimension, in an order that is shuffled so that a search that is
 * stopped has seen a bit of everything. Branches that were not chosen add no combinations. After the last one come even
 * draws.
 */
#include "tune/combinations.h"
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

static int64_t choose_levels(const struct cr_sampler_call *call)
{
    int64_t wanted = ((const struct grid *)call->options)->levels, levels = 1;
    if (wanted > 0)
        return wanted;
    double most = call->trials > 0 ? (double)call->trials : 100;
    while (levels < MOST_POINTS && cr_combinations(call->space, levels + 1) <= most &&
           cr_combinations(call->space, levels + 1) > cr_combinations(call->space, levels))
        levels++;
    /* Whole numbers may stand still for one level and grow again with other dimensions' next. */
    return levels < 2 ? 2 : levels;
}

static enum cr_status suggest(const struct cr_sampler_call *call, double *unit, struct cr_error *err)
{
    const struct cr_space *space = call->space;
    int64_t levels = choose_levels(call);
    double points = cr_combinations(space, levels);
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
    bool found = false;
    for (int64_t i = 0; i < count && !found; i++) {
        cr_combination(space, levels, order[i], unit);
        found = cr_sampler_is_new(call, unit);
    }
    free(order);
    random = cr_sampler_stream(call, 0);
    for (int i = 0; i < TRIES && !found; i++) {
        cr_space_draw(space, &random, unit);
        found = cr_sampler_is_new(call, unit);
    }
    return CR_OK;
}

const struct cr_sampler cr_sampler_grid = {
    .entry = {.name = "grid", .help = "every combination of some values of each dimension", .options = options},
    .suggest = suggest,
};
