/*
 * oscillating: the results on the validation part jump up and down from epoch to epoch by more than its size explains.
 * Of the last EPOCHS changes at least half must be falls of more than `drop` and of three deviations of the
 * measurement, without a new best; and the rate must be as high as ever: one that is being lowered will cure it.
 */
#include <math.h>

#include "babysit/check.h"

enum { EPOCHS = 6, FALLS = 3 };

struct options {
    double drop;
};

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    int falls = 0;
    double largest = 0;
    if (history->epochs < EPOCHS + 2 || cr_history_rate_fell(history, 2))
        return;
    for (int i = 0; i < EPOCHS; i++) {
        const struct cr_epoch *now = cr_history_epoch(history, i), *before = cr_history_epoch(history, i + 1);
        double fall = before->validation_accuracy - now->validation_accuracy;
        if (!now->validated || !before->validated)
            return;
        falls += fall > fmax(options->drop, 3 * sqrt(2) * cr_history_noise(now));
        largest = fmax(largest, fall);
    }
    if (falls < FALLS)
        return;
    struct cr_finding finding = cr_history_finding(history, CR_WARNING);
    cr_say(finding.symptom, "the validation accuracy jumps up and down");
    cr_say(finding.evidence,
           "in %d of the last %d epochs it fell by more than %.3g, at most by %.3g; chance explains %.2g", falls,
           EPOCHS, options->drop, largest, sqrt(2) * cr_history_noise(cr_history_epoch(history, 0)));
    cr_say(finding.causes[0], "the learning rate is too high");
    cr_say(finding.causes[1], "the batch is too small%s",
           history->facts.batchnorm ? " for batch norm's statistics" : "");
    cr_say(finding.remedy, "lower the learning rate, or let it fall (train.schedule: cosine)");
    cr_history_propose_rate(history, &finding, 0.3);
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("drop", struct options, drop, .min = 0, .max = 1, .def = 0.05,
             .help = "a fall of the accuracy that counts"),
    {0},
};

const struct cr_check cr_check_oscillating = {
    .entry = {.name = "oscillating", .help = "the results do not jump up and down", .options = options},
    .events = CR_AFTER(EPOCH),
    .watch = watch,
};
