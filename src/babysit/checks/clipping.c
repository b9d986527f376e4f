/*
 * clipping: through a whole window of observations every gradient is clipped to less than `share` of its norm. Clipping
 * is for the rare large gradient (Pascanu, Mikolov & Bengio 2013); where it is the rule, it is a learning rate in
 * disguise.
 */
#include <math.h>

#include "babysit/check.h"

struct options {
    double share;
};

static double norm_of(const struct cr_look *look)
{
    double sum = 0;
    for (int i = 0; i < look->parameters; i++)
        sum += look->weights[i].gradient * look->weights[i].gradient;
    return sqrt(sum);
}

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    double norms[CR_WINDOW], limit = history->facts.clip_norm;
    if (!(limit > 0) || history->looks < CR_WINDOW)
        return;
    for (int i = 0; i < CR_WINDOW; i++) {
        norms[i] = norm_of(cr_history_look(history, i));
        if (!(limit < options->share * norms[i]))
            return;
    }
    double usual = cr_median(norms, CR_WINDOW);
    struct cr_finding finding = cr_history_finding(history, CR_WARNING);
    cr_say(finding.symptom, "every gradient is clipped to next to nothing");
    cr_say(finding.evidence, "its norm is %.3g in the median of %d observations, and the clip's %.3g", usual, CR_WINDOW,
           limit);
    cr_say(finding.causes[0], "the clip is too tight");
    cr_say(finding.remedy, "clip at what few gradients exceed");
    cr_finding_change(&finding, "train.clip.norm", limit, 2 * usual);
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("share", struct options, share, .min = 0, .max = 1, .def = 0.01, .log = true,
             .help = "what clipping leaves of a gradient's norm"),
    {0},
};

const struct cr_check cr_check_clipping = {
    .entry = {.name = "clipping", .help = "clipping is for the rare large gradient", .options = options},
    .events = CR_AFTER(OBSERVE),
    .watch = watch,
};
