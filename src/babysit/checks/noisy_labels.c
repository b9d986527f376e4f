/*
 * noisy-labels: where a share e of the labels is wrong at random, a network that has learned can be no surer than about
 * 1 - e of any answer, and is about as sure of all of them. Correct labels give the opposite: most answers are next to
 * certain, some are not. Told where in the last third of the training, for EPOCHS epochs, the ninth decile of the
 * confidence is below `sure` and the median is close to it, while the network is well above guessing. Not where the
 * loss asks for unsure answers (label smoothing).
 */
#include <string.h>

#include "babysit/check.h"

enum { EPOCHS = 2 };

struct options {
    double sure, spread;
};

static bool is_flat(const struct options *options, const struct cr_epoch *epoch)
{
    return epoch->classes > 1 && epoch->confidence < options->sure &&
           epoch->typical_confidence > options->spread * epoch->confidence &&
           epoch->validation_accuracy > 2.0 / (double)epoch->classes &&
           epoch->validation_accuracy < epoch->confidence + 0.1;
}

static void watch(struct cr_history *history)
{
    if (!history->facts.cross_entropy || history->facts.smooths || cr_history_progress(history) < 2 / 3.0)
        return;
    for (int i = 0; i < EPOCHS; i++) {
        const struct cr_epoch *epoch = cr_history_epoch(history, i);
        if (!epoch || !is_flat(history->values, epoch))
            return;
    }
    const struct cr_epoch *now = cr_history_epoch(history, 0);
    struct cr_finding finding = cr_history_finding(history, CR_WARNING);
    cr_say(finding.symptom, "about %.0f %% of the labels seem to be wrong", 100 * (1 - now->validation_accuracy));
    cr_say(finding.evidence,
           "the network is about as sure of all its answers: %.2f in the median, %.2f in the ninth decile; it is right "
           "in %.2f",
           now->typical_confidence, now->confidence, now->validation_accuracy);
    cr_say(finding.causes[0], "labels were mixed up, or given by people who disagree");
    cr_say(finding.causes[1], "the classes cannot be told apart by these pictures");
    cr_say(finding.remedy, "look at pictures with their labels: cradle data info SOURCE --sheet sheet.png");
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("sure", struct options, sure, .min = 0, .max = 1, .def = 0.92,
             .help = "a confidence that correct labels exceed"),
    CR_FLOAT("spread", struct options, spread, .min = 0, .max = 1, .def = 0.85, .help = "median against ninth decile"),
    {0},
};

const struct cr_check cr_check_noisy_labels = {
    .entry = {.name = "noisy-labels", .help = "answers are sure where they should be", .options = options},
    .events = CR_AFTER(EPOCH),
    .watch = watch,
};
