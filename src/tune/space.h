/*
 * Inside of a space. Samplers work in unit coordinates: a range, logarithmic or not, is 0..1; a whole number is the
 * middle of its share of 0..1; a choice is its index; NaN where the dimension has no value.
 */
#ifndef CR_TUNE_SPACE_H
#define CR_TUNE_SPACE_H

#include <cradle/tune.h>

#include "base/arena.h"

enum { CR_SPACE_MOST = 256 }; /* dimensions */

struct cr_axis {
    struct cr_dimension dimension;
    const struct cr_node *node; /* the tagged one */
};

struct cr_space {
    const struct cr_config *config;
    struct cr_arena *arena;
    int count;
    struct cr_axis *axes; /* [count]; parents stand before their children */
    int constraint_count;
    struct cr_constraint *constraints; /* [constraint_count] */
    double *anchor; /* [count]: a point that keeps them, with values for all dimensions, active or not */
};

/* Whether a value of this path is called `word`: by the path itself, or by an end of it that begins behind a dot. */
bool cr_path_is_called(const char *path, const char *word);

/* Dimensions of a struct of the caller, for samplers' tests and for functions; the labels may be NULL. */
double cr_axis_to_unit(const struct cr_dimension *dimension, double value);
/* The value nearest to a unit coordinate, which may lie outside of 0..1. Ranges keep six digits. */
double cr_axis_from_unit(const struct cr_dimension *dimension, double unit);

/* Whether dimension `index` has a value at a point (values or unit coordinates). */
bool cr_space_active(const struct cr_space *space, const double *point, int index);
void cr_space_to_unit(const struct cr_space *space, const double *values, double *unit);
/* The point that unit coordinates stand for: whole numbers rounded, NaN put where there is no value. */
void cr_space_from_unit(const struct cr_space *space, const double *unit, double *values);
/* Unit coordinates of that point. */
void cr_space_snap(const struct cr_space *space, double *unit);
bool cr_space_same(const struct cr_space *space, const double *a, const double *b);
/*
 * How many points there are, or `limit` where there are that many or more. Where there are very many, those count that
 * constraints forbid.
 */
int64_t cr_space_points(const struct cr_space *space, int64_t limit);

#endif
