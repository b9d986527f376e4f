/*
 * Dimensions in Optuna's JSON: FloatDistribution, IntDistribution, CategoricalDistribution. Choices that read as
 * numbers, truth values or null are those in JSON, so that a program with Optuna sees what it would have given.
 */
#ifndef CR_TUNE_DISTRIBUTION_H
#define CR_TUNE_DISTRIBUTION_H

#include "base/arena.h"
#include "tune/space.h"

/* The text, in the arena; NULL without memory. */
const char *cr_distribution_text(struct cr_arena *arena, const struct cr_dimension *dimension);
/*
 * A stored value as one of the dimension: the number, or the index of the choice that is called the same. NaN where the
 * dimension cannot have it: out of range, or no such choice.
 */
double cr_distribution_value(const struct cr_dimension *dimension, const char *text, double value);
/*
 * Makes a dimension hold what a stored distribution holds, too: the range grows, choices are added. One of which only
 * the name is set (no labels, high below low) becomes what is stored.
 */
enum cr_status cr_distribution_join(struct cr_arena *arena, struct cr_dimension *dimension, const char *text,
                                    struct cr_error *err);
/* Whether the stored one is of the same kind: numbers stay numbers, choices choices. */
bool cr_distribution_same_kind(const struct cr_dimension *dimension, const char *text);

#endif
