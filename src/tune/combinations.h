/*
 * Every combination of some values of each dimension. Branches that were not chosen add none.
 */
#ifndef CR_TUNE_COMBINATIONS_H
#define CR_TUNE_COMBINATIONS_H

#include "tune/space.h"

enum { CR_COMBINATIONS_FEW = 65536 }; /* so few that they are gone through one by one */

/* Their number; `levels`: values of a range. A range of whole numbers has at most as many as there are. */
double cr_combinations(const struct cr_space *space, int64_t levels);
/* Unit coordinates of combination `index`, from 0; any value where the dimension has none. */
void cr_combination(const struct cr_space *space, int64_t levels, int64_t index, double *unit);

#endif
