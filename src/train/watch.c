/*
 * Waiting for a better result.
 *
 *     loss      x < best - threshold |best|
 *     accuracy  x > best + threshold |best|
 */
#include "train/watch.h"

#include <math.h>

const struct cr_name cr_watch_names[] = {{"loss", CR_WATCH_LOSS}, {"accuracy", CR_WATCH_ACCURACY}, {0}};

void cr_watch_look(struct cr_watch *watch, int what, double threshold, const struct cr_result *result)
{
    double value = what == CR_WATCH_LOSS ? result->loss : result->accuracy, gap = threshold * fabs(watch->best);
    bool first = watch->looks == 0 || isnan(watch->best), better = !isnan(value);
    if (better && !first)
        better = what == CR_WATCH_LOSS ? value < watch->best - gap : value > watch->best + gap;
    if (watch->looks++ == 0 || better)
        watch->best = value;
    watch->waited = better ? 0 : watch->waited + 1;
}
