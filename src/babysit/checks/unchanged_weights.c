/*
 * unchanged-weights: a weight tensor has not changed at all in the last CR_WINDOW observations, although the rate is
 * not 0 and others have changed.
 */
#include "babysit/check.h"

static const char *const explained_by[] = {"initial-weights", "not-finite", "dead-units", "diverging", NULL};

static bool is_unchanged(const struct cr_history *history, int parameter)
{
    for (int i = 0; i < CR_WINDOW; i++)
        if (cr_history_look(history, i)->weights[parameter].update != 0)
            return false;
    return true;
}

static void watch(struct cr_history *history)
{
    int unchanged = 0, first = -1, weights = 0;
    bool no_gradient = true;
    if (history->looks < CR_WINDOW || cr_history_is_explained(history, explained_by))
        return;
    const struct cr_look *look = cr_history_look(history, 0);
    for (int i = 0; i < look->parameters; i++) {
        weights += look->weights[i].decays;
        if (!look->weights[i].decays || !is_unchanged(history, i))
            continue;
        first = first < 0 ? i : first;
        no_gradient = no_gradient && look->weights[i].gradient == 0;
        unchanged++;
    }
    if (unchanged == 0)
        return;
    struct cr_finding finding = cr_history_finding(history, no_gradient ? CR_FAULT : CR_WARNING);
    cr_say(finding.symptom, "%s does not change", look->weights[first].name);
    cr_say(finding.evidence, "%d of %d weight tensors are the same to the last bit in %d observations; %s", unchanged,
           weights, CR_WINDOW, no_gradient ? "their gradient is 0" : "their gradient is not 0");
    if (no_gradient) {
        cr_say(finding.causes[0], "all units behind it are dead, or its weights are 0 on both sides");
        cr_say(finding.causes[1], "the learning rate was too high in the first steps");
        cr_say(finding.remedy, "lower the learning rate; leaky-relu instead of relu; init: he");
        cr_history_propose_rate(history, &finding, cr_history_lower(history));
    } else {
        cr_say(finding.causes[0], "the learning rate is so low that an update is lost in rounding");
        cr_say(finding.remedy, "raise the learning rate");
        cr_history_propose_rate(history, &finding, 100);
    }
    cr_history_find(history, &finding);
}

const struct cr_check cr_check_unchanged_weights = {
    .entry = {.name = "unchanged-weights", .help = "all weights are trained"},
    .events = CR_AFTER(OBSERVE),
    .watch = watch,
};
