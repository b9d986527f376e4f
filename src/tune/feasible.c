#include "tune/feasible.h"

#include <math.h>
#include <string.h>

#include "tune/combinations.h"
#include "tune/constraint.h"
#include "tune/sampler.h"

enum {
    DRAWS = 1000,    /* for a first point, the best of which is */
    MOVES = 10000,   /* moved, one dimension at a time */
    TRIES = 16,      /* even draws before a walk */
    ROUNDS = 3,      /* of a walk: every dimension is drawn anew */
    AXIS_TRIES = 16, /* draws of one */
    HALVINGS = 12,   /* of the way to a value that is not allowed */
};

bool cr_space_allows_raw(const struct cr_space *space, const double *raw)
{
    double values[CR_SPACE_MOST];
    if (space->constraint_count == 0)
        return true;
    cr_space_from_unit(space, raw, values);
    return cr_space_allows(space, values, NULL);
}

static void draw_even(const struct cr_space *space, struct cr_random *random, double *raw)
{
    for (int d = 0; d < space->count; d++)
        raw[d] = cr_sampler_uniform_axis(&space->axes[d].dimension, random);
}

/* ------------------------------------------------------------------------------------------------------ a first point
 */

static double broken_at(const struct cr_space *space, const double *raw, const struct cr_constraint **first)
{
    double values[CR_SPACE_MOST];
    cr_space_from_unit(space, raw, values);
    return cr_constraints_broken(space, values, first);
}

/* The draw that breaks them the least; then dimensions drawn anew wherever that does not break them more. */
static double find(const struct cr_space *space, double *raw, const struct cr_constraint **first)
{
    struct cr_random random = cr_random_at(0, CR_RANDOM_TUNE, 0, UINT64_C(2) << 32);
    double drawn[CR_SPACE_MOST];
    double best = (double)INFINITY;
    for (int i = 0; i < DRAWS && best != 0; i++) {
        draw_even(space, &random, drawn);
        double broken = broken_at(space, drawn, NULL);
        if (broken >= best)
            continue;
        best = broken;
        memcpy(raw, drawn, (size_t)space->count * sizeof *raw);
    }
    for (int i = 0; i < MOVES && best != 0; i++) {
        int d = (int)cr_random_below(&random, (uint64_t)space->count);
        double old = raw[d];
        raw[d] = cr_sampler_uniform_axis(&space->axes[d].dimension, &random);
        double broken = broken_at(space, raw, NULL);
        if (broken > best)
            raw[d] = old;
        else
            best = broken;
    }
    return broken_at(space, raw, first);
}

enum cr_status cr_space_settle(struct cr_space *space, struct cr_error *err)
{
    const struct cr_constraint *broken;
    double raw[CR_SPACE_MOST];
    if (space->constraint_count == 0)
        return CR_OK;
    if (find(space, raw, &broken) != 0)
        return cr_node_fail(broken->node, err,
                            "of %d points that were tried none keeps all constraints; \"%s\" was broken by the nearest",
                            DRAWS + MOVES, broken->text);
    if (!(space->anchor = cr_arena_alloc(space->arena, (size_t)space->count * sizeof *space->anchor)))
        return cr_fail_memory(err);
    for (int d = 0; d < space->count; d++)
        space->anchor[d] = cr_axis_from_unit(&space->axes[d].dimension, raw[d]);
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------- draws
 */

/*
 * Draws one dimension from what the others leave it: the range shrinks to the side of the old value with every draw
 * that is refused (slice sampling, Neal 2003).
 */
static void draw_axis(const struct cr_space *space, int d, struct cr_random *random, double *raw)
{
    const struct cr_dimension *dimension = &space->axes[d].dimension;
    double old = raw[d], low = 0, high = 1;
    for (int k = 0; k < AXIS_TRIES; k++) {
        bool choice = dimension->kind == CR_CHOICES;
        raw[d] = choice ? cr_sampler_uniform_axis(dimension, random) : low + (high - low) * cr_random_uniform(random);
        if (cr_space_allows_raw(space, raw))
            return;
        *(raw[d] < old ? &low : &high) = raw[d];
    }
    raw[d] = old;
}

/* Gibbs sampling from the anchor. */
static void walk(const struct cr_space *space, struct cr_random *random, double *raw)
{
    cr_space_to_unit(space, space->anchor, raw);
    for (int i = 0; i < ROUNDS * space->count; i++)
        draw_axis(space, i % space->count, random, raw);
}

void cr_space_draw(const struct cr_space *space, struct cr_random *random, double *raw)
{
    for (int i = 0; i < TRIES; i++) {
        draw_even(space, random, raw);
        if (cr_space_allows_raw(space, raw))
            return;
    }
    walk(space, random, raw);
}

/* ------------------------------------------------------------------------------------------------------------ repair
 */

/* Moves one dimension of an allowed point as far towards `wanted` as the others let it. */
static void approach_axis(const struct cr_space *space, int d, double wanted, double *raw)
{
    double near = raw[d], step = wanted - near;
    raw[d] = wanted;
    if (cr_space_allows_raw(space, raw))
        return;
    raw[d] = near;
    if (space->axes[d].dimension.kind == CR_CHOICES)
        return;
    for (int k = 0; k < HALVINGS; k++) {
        step /= 2;
        raw[d] = near + step;
        if (cr_space_allows_raw(space, raw))
            near = raw[d];
        else
            raw[d] = near;
    }
}

/* From an allowed point towards `wanted`, dimension by dimension. */
static void approach(const struct cr_space *space, const double *wanted, double *raw)
{
    for (int d = 0; d < space->count; d++)
        if (!isnan(wanted[d]))
            approach_axis(space, d, wanted[d], raw);
}

void cr_space_repair(const struct cr_space *space, struct cr_random *random, double *raw)
{
    double wanted[CR_SPACE_MOST];
    if (cr_space_allows_raw(space, raw))
        return;
    memcpy(wanted, raw, (size_t)space->count * sizeof *raw);
    cr_space_draw(space, random, raw);
    approach(space, wanted, raw);
}

bool cr_space_first(const struct cr_space *space, double *values)
{
    double own[CR_SPACE_MOST], raw[CR_SPACE_MOST];
    for (int d = 0; d < space->count; d++) {
        own[d] = cr_axis_to_unit(&space->axes[d].dimension, space->axes[d].dimension.first);
        values[d] = cr_space_active(space, values, d) ? space->axes[d].dimension.first : (double)NAN;
    }
    if (cr_space_allows(space, values, NULL))
        return true;
    cr_space_to_unit(space, space->anchor, raw);
    approach(space, own, raw);
    cr_space_from_unit(space, raw, values);
    return false;
}

/* -------------------------------------------------------------------------------------------------------------- count
 */

int64_t cr_space_points(const struct cr_space *space, int64_t limit)
{
    double points = cr_combinations(space, INT64_MAX);
    if (space->constraint_count > 0 && points <= CR_COMBINATIONS_FEW) {
        double raw[CR_SPACE_MOST];
        int64_t all = (int64_t)points;
        points = 0;
        for (int64_t i = 0; i < all; i++) {
            cr_combination(space, INT64_MAX, i, raw);
            points += cr_space_allows_raw(space, raw);
        }
    }
    return points < (double)limit ? (int64_t)points : limit;
}
