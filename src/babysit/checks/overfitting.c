/*
 * overfitting: the network gets better on what it has seen and worse on what it has not. Both parts are judged on equal
 * terms (a sample of the training part after the epoch, without dropout and augmentation). The validation loss must be
 * `rise` above its lowest, EPOCHS epochs and a tenth of the training ago, while the training loss has fallen on; and
 * the gap between the accuracies must be `gap` and three deviations.
 */
#include <math.h>

#include "babysit/check.h"

enum { EPOCHS = 3 };

struct options {
    double gap, rise;
};

static void say(const struct cr_history *history, const struct cr_epoch *now, const struct cr_epoch *best)
{
    struct cr_finding finding = cr_history_finding(history, CR_WARNING);
    cr_say(finding.symptom, "overfitting: since epoch %lld only the training part gets better", (long long)best->epoch);
    cr_say(finding.evidence,
           "loss: training %.4g to %.4g, validation %.4g to %.4g; accuracy now: training %.4f, validation %.4f",
           best->train_loss, now->train_loss, best->validation_loss, now->validation_loss, now->train_accuracy,
           now->validation_accuracy);
    cr_say(finding.causes[0], "the network is large for so few samples, and little holds it back");
    cr_say(finding.causes[1], "the training is longer than it needs to be");
    cr_say(finding.remedy,
           "%s%sweight decay, fewer parameters, more data; or stop at the best (train.early_stop: {patience: 10})",
           history->facts.augments ? "" : "augment the pictures (data.augment), ",
           history->facts.dropout ? "" : "dropout, ");
    if (history->facts.weight_decay > 0)
        cr_history_propose_decay(history, &finding, 10);
    cr_history_find((struct cr_history *)history, &finding);
}

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    const struct cr_epoch *now = cr_history_epoch(history, 0), *best = cr_history_best_loss(history);
    if (!best || !now->compared || !best->compared)
        return;
    int64_t since = now->epoch - best->epoch;
    double gap = now->train_accuracy - now->validation_accuracy;
    if (since >= EPOCHS && 10 * since >= history->facts.epochs && now->train_loss < best->train_loss &&
        now->validation_loss > (1 + options->rise) * best->validation_loss &&
        gap > fmax(options->gap, 3 * cr_history_noise(now)))
        say(history, now, best);
}

static const struct cr_option options[] = {
    CR_FLOAT("gap", struct options, gap, .min = 0, .max = 1, .def = 0.08,
             .help = "between the accuracies on training and validation part"),
    CR_FLOAT("rise", struct options, rise, .min = 0, .max = 100, .def = 0.1,
             .help = "of the validation loss above its lowest, as a share of it"),
    {0},
};

const struct cr_check cr_check_overfitting = {
    .entry = {.name = "overfitting",
              .help = "what is learned holds for pictures that were not seen",
              .options = options},
    .events = CR_AFTER(EPOCH),
    .watch = watch,
};
