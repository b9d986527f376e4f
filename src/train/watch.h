/*
 * Waiting for a better result: for the schedule on a plateau, and for the early stop.
 */
#ifndef CR_TRAIN_WATCH_H
#define CR_TRAIN_WATCH_H

#include <cradle/base.h>

/* What an epoch came to: on the validation part, or the training part where nothing is held out. */
struct cr_result {
    double loss, accuracy;
};

enum { CR_WATCH_LOSS, CR_WATCH_ACCURACY };
extern const struct cr_name cr_watch_names[];

/* All 0 before the first result. */
struct cr_watch {
    int64_t looks, waited; /* results seen, and those since the best */
    double best;
};

/* Better is by more than the share `threshold` of the best. A result that is no number is never better. */
void cr_watch_look(struct cr_watch *watch, int what, double threshold, const struct cr_result *result);

#endif
