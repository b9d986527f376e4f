/*
 * dead-units: units behind a relu that gave no number above 0 to any sample of any of the last CR_WINDOW observations.
 * Not sparse activations: a unit that fires for one picture in a thousand is alive. Part of a layer may die without
 * harm; it is told from `share` on, and is a fault where next to nothing is left.
 */
#include <string.h>

#include "babysit/check.h"

struct options {
    double share;
};

static const char *const explained_by[] = {"initial-weights", "not-finite", NULL};

static const struct cr_look_units *worst_of(const struct cr_look *look)
{
    const struct cr_look_units *worst = NULL;
    for (int i = 0; i < look->activations; i++) {
        const struct cr_look_units *units = &look->units[i];
        if (strcmp(units->op, "relu") == 0 && units->units > 1 &&
            (!worst || units->dead * worst->units > worst->dead * units->units))
            worst = units;
    }
    return worst;
}

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    const struct cr_look_units *worst = worst_of(cr_history_look(history, 0));
    double share = worst ? (double)worst->dead / (double)worst->units : 0;
    if (history->looks < CR_WINDOW || share < options->share || cr_history_is_explained(history, explained_by))
        return;
    struct cr_finding finding = cr_history_finding(history, share > 0.95 ? CR_FAULT : CR_WARNING);
    cr_say(finding.symptom, "%lld of %lld units of %s are dead", (long long)worst->dead, (long long)worst->units,
           worst->layer);
    cr_say(finding.evidence, "they gave 0 to all samples of the last %d observations, steps %lld to %lld", CR_WINDOW,
           (long long)cr_history_look(history, CR_WINDOW - 1)->step, (long long)cr_history_look(history, 0)->step);
    cr_say(finding.causes[0],
           "the learning rate is%s too high: one large step has pushed them below 0 for all pictures",
           history->facts.adapts ? "" : ", or was,");
    cr_say(finding.causes[1], "the first weights or biases are unfit");
    cr_say(finding.remedy, "lower the learning rate; or leaky-relu instead of relu, or a batch norm before it");
    cr_history_propose_rate(history, &finding, cr_history_lower(history));
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("share", struct options, share, .min = 0, .max = 1, .def = 0.6, .help = "of a layer's units"),
    {0},
};

const struct cr_check cr_check_dead_units = {
    .entry = {.name = "dead-units", .help = "units fire for some picture", .options = options},
    .events = CR_AFTER(OBSERVE),
    .watch = watch,
};
