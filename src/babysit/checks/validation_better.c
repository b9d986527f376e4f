/*
 * validation-better: the network is better on the validation part than on what it was trained on, on equal terms, in
 * EPOCHS epochs on end by `gap` and by four deviations. That does not happen when both are drawn from the same
 * pictures.
 */
#include <math.h>

#include "babysit/check.h"

enum { EPOCHS = 3 };

struct options {
    double gap;
};

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    for (int i = 0; i < EPOCHS; i++) {
        const struct cr_epoch *epoch = cr_history_epoch(history, i);
        if (!epoch || !epoch->compared || !epoch->validated ||
            epoch->validation_accuracy - epoch->train_accuracy <
                fmax(options->gap, 4 * sqrt(2) * cr_history_noise(epoch)))
            return;
    }
    const struct cr_epoch *now = cr_history_epoch(history, 0);
    struct cr_finding finding = cr_history_finding(history, CR_WARNING);
    cr_say(finding.symptom, "better on the validation part than on the training part");
    cr_say(finding.evidence,
           "accuracy: training %.4f, validation %.4f, both without dropout and augmentation, and so for %d epochs",
           now->train_accuracy, now->validation_accuracy, EPOCHS);
    cr_say(finding.causes[0], "labels of the training part are wrong");
    cr_say(finding.causes[1],
           "the parts are not drawn from the same pictures, or the validation part is in the training part");
    cr_say(finding.remedy,
           "look at the most common mistakes on the training part; let Cradle split the data (data.validation: 0.1)");
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("gap", struct options, gap, .min = 0, .max = 1, .def = 0.05, .help = "between the accuracies"),
    {0},
};

const struct cr_check cr_check_validation_better = {
    .entry = {.name = "validation-better",
              .help = "the validation part is no easier than the training part",
              .options = options},
    .events = CR_AFTER(EPOCH),
    .watch = watch,
};
