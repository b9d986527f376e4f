/*
 * saturation: more than `share` of the numbers of a sigmoid or tanh lie at its ends (|tanh| > 0.9, sigmoid outside
 * 0.05..0.95), where the slope is next to 0, in the first CR_WINDOW observations of a training, all of them, and the
 * loss has not fallen (Glorot & Bengio 2010). Later it is no fault: a network that has learned is sure of what it says.
 */
#include <math.h>

#include "babysit/check.h"

struct options {
    double share;
};

/* The least share over the window. */
static double lasting(const struct cr_history *history, int activation)
{
    double least = 1;
    for (int i = 0; i < CR_WINDOW; i++)
        least = fmin(least, cr_history_look(history, i)->units[activation].saturated);
    return least;
}

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    const struct cr_look *look = cr_history_look(history, 0);
    if (history->looks != CR_WINDOW || cr_history_has_learned(history, 0.2))
        return;
    for (int i = 0; i < look->activations; i++) {
        double share = isnan(look->units[i].saturated) ? 0 : lasting(history, i);
        if (share <= options->share)
            continue;
        struct cr_finding finding = cr_history_finding(history, CR_WARNING);
        cr_say(finding.symptom, "%s (%s) is saturated from the beginning", look->units[i].layer, look->units[i].op);
        cr_say(finding.evidence, "at least %.0f %% of its numbers lie at the ends in each of the first %d observations",
               100 * share, CR_WINDOW);
        cr_say(finding.causes[0], "the first weights are too large");
        cr_say(finding.causes[1], "the input is not scaled");
        cr_say(finding.causes[2], "the learning rate is too high");
        cr_say(finding.remedy, "init: xavier; data.standardize: channel; a norm before the activation; relu instead");
        cr_history_find(history, &finding);
        return;
    }
}

static const struct cr_option options[] = {
    CR_FLOAT("share", struct options, share, .min = 0, .max = 1, .def = 0.5, .help = "of the numbers"),
    {0},
};

const struct cr_check cr_check_saturation = {
    .entry = {.name = "saturation", .help = "sigmoid and tanh do not begin at their ends", .options = options},
    .events = CR_AFTER(OBSERVE),
    .watch = watch,
};
