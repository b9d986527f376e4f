/*
 * class-failure: a class of the validation part is told right less than `share` times as often as all together, in
 * EPOCHS epochs on end after a third of the training; and by more than four deviations.
 */
#include <math.h>

#include "babysit/check.h"

enum { EPOCHS = 3, LEAST_SAMPLES = 8 };

struct options {
    double share, least;
};

static bool fails(const struct options *options, const struct cr_epoch *epoch, int64_t class)
{
    double all = epoch->validation_accuracy, count = (double)epoch->count[class];
    double limit = options->share * all, deviation = sqrt(all * (1 - all) / count);
    double accuracy = (double)epoch->correct[class] / count;
    return all >= options->least && count >= LEAST_SAMPLES && accuracy < limit && all - accuracy > 4 * deviation;
}

static void say(struct cr_history *history, int64_t class)
{
    const struct cr_epoch *now = cr_history_epoch(history, 0);
    struct cr_finding finding = cr_history_finding(history, CR_WARNING);
    cr_say(finding.symptom, "class %lld is hardly ever told right", (long long)class);
    cr_say(finding.evidence, "%lld of its %lld samples in the validation part; of all %.0f %%",
           (long long)now->correct[class], (long long)now->count[class], 100 * now->validation_accuracy);
    cr_say(finding.causes[0], "its labels are wrong, or mixed up with another class");
    cr_say(finding.causes[1], "it is rare in the training part");
    cr_say(finding.remedy, "look at its pictures (cradle test RUN tells with what it is confused); weigh it more "
                           "(class_weights) or draw it more often");
    cr_history_find(history, &finding);
}

static void watch(struct cr_history *history)
{
    const struct cr_epoch *now = cr_history_epoch(history, 0);
    if (cr_history_progress(history) < 1 / 3.0)
        return;
    for (int64_t class = 0; class < now->classes; class ++) {
        bool always = true;
        for (int i = 0; i < EPOCHS && always; i++) {
            const struct cr_epoch *epoch = cr_history_epoch(history, i);
            always = epoch && epoch->classes > class && fails(history->values, epoch, class);
        }
        if (always) {
            say(history, class);
            return;
        }
    }
}

static const struct cr_option options[] = {
    CR_FLOAT("share", struct options, share, .min = 0, .max = 1, .def = 0.4, .help = "of the accuracy on all classes"),
    CR_FLOAT("least", struct options, least, .min = 0, .max = 1, .def = 0.5,
             .help = "accuracy on all classes from which on it is asked"),
    {0},
};

const struct cr_check cr_check_class_failure = {
    .entry = {.name = "class-failure", .help = "no class is left behind", .options = options},
    .events = CR_AFTER(EPOCH),
    .watch = watch,
};
