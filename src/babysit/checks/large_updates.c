/*
 * large-updates: through a whole window of observations an update changes the weights by more than `ratio` of their
 * size; usual is 1e-3 (Karpathy, CS231n). Such a training forgets what it learns. Not while the rate warms up, and not
 * of the first looks, which come step after step.
 */
#include <math.h>

#include "babysit/check.h"

struct options {
    double ratio;
};

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    double ratio = cr_history_update_ratio(history);
    if (history->looks < 2 * CR_WINDOW || !(ratio > options->ratio) || cr_history_has_found(history, "not-finite"))
        return;
    struct cr_finding finding = cr_history_finding(history, CR_WARNING);
    cr_say(finding.symptom, "updates are very large");
    cr_say(finding.evidence,
           "in the last %d observations an update changed a weight by %.2g of its size; usual is 1e-3", CR_WINDOW,
           ratio);
    cr_say(finding.causes[0], "the learning rate is too high");
    cr_say(finding.causes[1], "weight decay has made the weights very small");
    cr_say(finding.remedy, "lower the learning rate");
    cr_history_propose_rate(history, &finding, 0.1);
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("ratio", struct options, ratio, .min = 0, .max = 10, .def = 0.1, .log = true,
             .help = "an update against the weight, from which on it is large"),
    {0},
};

const struct cr_check cr_check_large_updates = {
    .entry = {.name = "large-updates", .help = "updates are small against the weights", .options = options},
    .events = CR_AFTER(OBSERVE),
    .watch = watch,
};
