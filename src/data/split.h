/*
 * Draws in proportion to the classes.
 */
#ifndef CR_DATA_SPLIT_H
#define CR_DATA_SPLIT_H

#include <cradle/data.h>

#include "base/random.h"

/* How many of a class may be drawn: at least `least`, and at least `left` stay. */
struct cr_quota_bounds {
    int64_t least, left;
};

/*
 * Marks `wanted` of the samples with mark[i] == from as `to`: of each class its share (largest remainder, ties to the
 * lower class), within the bounds; which ones is a shuffle of the class keyed by (seed, purpose, class). Where the
 * bounds allow no more, fewer are drawn; where they demand more, more.
 */
enum cr_status cr_draw_stratified(uint8_t *mark, uint8_t from, uint8_t to, const int32_t *labels, int64_t count,
                                  int64_t classes, int64_t wanted, struct cr_quota_bounds bounds, uint64_t seed,
                                  enum cr_purpose purpose, struct cr_error *err);

/*
 * Deals the samples with mark[i] == from into `folds` parts and marks part `fold` as `to`. Each class is shuffled,
 * keyed by (seed, class), and dealt on where the class before it ended, so that parts differ by one sample at most, in
 * all and of each class.
 */
enum cr_status cr_draw_fold(uint8_t *mark, uint8_t from, uint8_t to, const int32_t *labels, int64_t count,
                            int64_t classes, int64_t fold, int64_t folds, uint64_t seed, struct cr_error *err);

#endif
