/*
 * overtraining: neither loss nor accuracy on the validation part has got better for `patience` epochs and a quarter of
 * the training, while the rate is as high as ever or near its end. A note: time is lost, and no accuracy, for the best
 * epoch is kept.
 */
#include "babysit/check.h"

static const char *const explained_by[] = {"not-finite", "diverging", NULL};

struct options {
    int64_t patience;
};

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    const struct cr_epoch *now = cr_history_epoch(history, 0), *loss = cr_history_best_loss(history),
                          *accuracy = cr_history_best_accuracy(history);
    if (!loss || !accuracy || cr_history_is_explained(history, explained_by))
        return;
    int64_t last = loss->epoch > accuracy->epoch ? loss->epoch : accuracy->epoch, since = now->epoch - last;
    if (since < options->patience || 4 * since < history->facts.epochs)
        return;
    struct cr_finding finding = cr_history_finding(history, CR_NOTE);
    cr_say(finding.symptom, "no better since epoch %lld", (long long)last);
    cr_say(finding.evidence,
           "for %lld epochs neither the lowest validation loss (%.4g) nor the highest accuracy (%.4f) was beaten",
           (long long)since, loss->validation_loss, accuracy->validation_accuracy);
    cr_say(finding.causes[0], "all that this network can learn from these data is learned");
    cr_say(finding.remedy, "stop earlier (train.early_stop: {patience: %lld}), or let the rate fall at that point",
           (long long)options->patience);
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_INT("patience", struct options, patience, .min = 1, .max = 1e6, .def = 10,
           .help = "epochs without a better result"),
    {0},
};

const struct cr_check cr_check_overtraining = {
    .entry = {.name = "overtraining", .help = "the training ends when it gets no better", .options = options},
    .events = CR_AFTER(EPOCH),
    .watch = watch,
};
