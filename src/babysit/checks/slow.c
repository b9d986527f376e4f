/*
 * slow: the loss falls, but each update changes the weights by less than `ratio` of their size (usual is 1e-3;
 * Karpathy, CS231n) through a whole window of observations, and at the present pace most of the loss will be left at
 * the end.
 */
#include <math.h>

#include "babysit/check.h"

struct options {
    double ratio;
};

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    double ratio = cr_history_update_ratio(history), first = cr_history_first_loss(history);
    struct cr_mean now = cr_history_loss(history, 0, 50);
    bool falls = now.mean < 0.97 * first && history->epochs > 0; /* else: not-learning */
    double fallen = 1 - now.mean / first, progress = cr_history_progress(history);
    if (!falls || cr_history_has_found(history, "clipping") || !(ratio < options->ratio) ||
        cr_history_rate_fell(history, 2) || progress <= 0 || fallen / progress > 0.7)
        return;
    struct cr_finding finding = cr_history_finding(history, CR_WARNING);
    cr_say(finding.symptom, "the training goes on very slowly");
    cr_say(finding.evidence,
           "an update changes a weight by %.1g of its size (usual is 1e-3); the loss has fallen by %.0f %% in %.0f %% "
           "of the training",
           ratio, 100 * fallen, 100 * progress);
    cr_say(finding.causes[0], "the learning rate is too low");
    cr_say(finding.causes[1], "gradients are very small: the input is not scaled, or the first weights are too small");
    cr_say(finding.remedy, "raise the learning rate");
    cr_history_propose_rate(history, &finding, cr_history_raise(ratio));
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("ratio", struct options, ratio, .min = 0, .max = 1, .def = 2e-4, .log = true,
             .help = "an update against the weight, below which it is slow"),
    {0},
};

const struct cr_check cr_check_slow = {
    .entry = {.name = "slow", .help = "updates are large enough to get somewhere", .options = options},
    .events = CR_AFTER(EPOCH),
    .watch = watch,
};
