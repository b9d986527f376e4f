/*
 * mode-mismatch: on the training part, the loss as the network is used (running statistics, no dropout) is `factor`
 * times the loss while it trained, in EPOCHS epochs on end. Used, it should be better: it has been trained on since.
 * Then the statistics of a batch norm do not fit: batches too small, or running means too slow (Ioffe & Szegedy 2015).
 */
#include "babysit/check.h"

enum { EPOCHS = 3 };

struct options {
    double factor, least;
};

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    for (int i = 0; i < EPOCHS; i++) {
        const struct cr_epoch *epoch = cr_history_epoch(history, i);
        if (!epoch || !epoch->compared || !(epoch->train_loss > options->factor * epoch->loss) ||
            !(epoch->train_loss > epoch->loss + options->least))
            return;
    }
    const struct cr_epoch *now = cr_history_epoch(history, 0);
    struct cr_finding finding = cr_history_finding(history, CR_WARNING);
    cr_say(finding.symptom, "the network is worse in use than in training");
    cr_say(finding.evidence,
           "loss on the training part: %.4g while it trained, %.4g as it is used, and so for %d epochs", now->loss,
           now->train_loss, EPOCHS);
    if (history->facts.batchnorm)
        cr_say(finding.causes[0], "batches of %lld are too small for batch norm, or its running means are too slow",
               (long long)history->facts.batch);
    cr_say(finding.causes[history->facts.batchnorm ? 1 : 0],
           "the learning rate is so high that the last steps of an epoch undo the others");
    cr_say(finding.remedy, "%slower the learning rate",
           history->facts.batchnorm ? "groupnorm instead of batchnorm, or larger batches; " : "");
    if (history->facts.batchnorm && history->facts.batch < 16) {
        cr_say(finding.path, "train.batch");
        cr_say(finding.from, "%lld", (long long)history->facts.batch);
        cr_say(finding.to, "%d", 32);
    } else {
        cr_history_propose_rate(history, &finding, 0.1);
    }
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("factor", struct options, factor, .min = 1, .max = 100, .def = 1.5,
             .help = "of the loss in use to that in training"),
    CR_FLOAT("least", struct options, least, .min = 0, .max = 100, .def = 0.1, .help = "difference between the losses"),
    {0},
};

const struct cr_check cr_check_mode_mismatch = {
    .entry = {.name = "mode-mismatch", .help = "the network is as good in use as in training", .options = options},
    .events = CR_AFTER(EPOCH),
    .watch = watch,
};
