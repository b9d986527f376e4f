/*
 * Points that keep the constraints of a space. In a space without any all of this is as good as nothing: every point
 * is allowed, and stays what it is.
 *
 * "Raw" are unit coordinates of all dimensions, active or not.
 */
#ifndef CR_TUNE_FEASIBLE_H
#define CR_TUNE_FEASIBLE_H

#include "base/random.h"
#include "tune/space.h"

/* Finds a point that keeps the constraints, from which the others are reached; an error where there seems to be none.
 */
enum cr_status cr_space_settle(struct cr_space *space, struct cr_error *err);
/* Whether the point that raw coordinates stand for is allowed. */
bool cr_space_allows_raw(const struct cr_space *space, const double *raw);
/* An even draw from the allowed points, or nearly so where these are few. */
void cr_space_draw(const struct cr_space *space, struct cr_random *random, double *raw);
/* Makes a raw point allowed that is not: an allowed one, of many, near to it. NaN: any value. */
void cr_space_repair(const struct cr_space *space, struct cr_random *random, double *raw);

#endif
