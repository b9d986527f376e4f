/*
 * too-short: the training ends while the loss still falls steeply. Of its last tenth the mean is lower than that of the
 * tenth before by T standard errors (Welch; by chance once in a thousand) and by `fall` of the first loss, much of the
 * first loss is left, and the parts are equally good: there is nothing yet that more training could spoil. Not where
 * the rate has been lowered, for then the end was meant.
 */
#include "babysit/check.h"

enum { LEAST = 30 /* steps */, WINDOW_LEAST = 10 };
static const double T = 3.1;

static const char *const explained_by[] = {"not-learning", "not-finite", "diverging",  "vanishing", "initial-weights",
                                           "slow",         "clipping",   "dead-units", NULL};

struct options {
    double left, fall, gap;
};

static bool has_gap(const struct options *options, const struct cr_epoch *epoch)
{
    double gap = epoch->train_accuracy - epoch->validation_accuracy;
    return epoch->compared && epoch->validated && gap > options->gap + 2 * cr_history_noise(epoch);
}

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    const struct cr_epoch *end = cr_history_epoch(history, 0);
    int64_t window = history->steps / 10 < WINDOW_LEAST ? WINDOW_LEAST : history->steps / 10;
    double first = cr_history_first_loss(history);
    if (!history->now->finished || history->now->stopped_early || history->steps < LEAST || !end ||
        has_gap(options, end) || cr_history_rate_fell(history, 2) || cr_history_is_explained(history, explained_by))
        return;
    struct cr_mean now = cr_history_loss(history, 0, window), before = cr_history_loss(history, window, window);
    if (!(now.mean > options->left * first) || !(before.mean - now.mean > options->fall * first) ||
        !(cr_welch(before, now) > T))
        return;
    long long epochs = history->facts.epochs, more = 3 * epochs < 10 ? 10 : 3 * epochs;
    struct cr_finding finding = cr_history_finding(history, CR_WARNING);
    cr_say(finding.symptom, "the training ends while the loss still falls steeply");
    cr_say(finding.evidence, "%.4g +- %.2g in the last %lld steps, %.4g in the %lld before; it began at %.4g", now.mean,
           now.error, (long long)window, before.mean, (long long)window, first);
    cr_say(finding.causes[0], "the training ends too early");
    cr_say(finding.causes[1], "the learning rate is too low");
    cr_say(finding.remedy, "train for more epochs, or raise the learning rate");
    cr_say(finding.path, "train.epochs");
    cr_say(finding.from, "%lld", epochs);
    cr_say(finding.to, "%lld", more);
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("left", struct options, left, .min = 0, .max = 1, .def = 0.3,
             .help = "share of the first loss that is left"),
    CR_FLOAT("fall", struct options, fall, .min = 0, .max = 1, .def = 0.02,
             .help = "of the loss over the last tenth, as a share of the first"),
    CR_FLOAT("gap", struct options, gap, .min = 0, .max = 1, .def = 0.05, .help = "between the accuracies, at most"),
    {0},
};

const struct cr_check cr_check_too_short = {
    .entry = {.name = "too-short", .help = "the training lasts until the loss is nearly at rest", .options = options},
    .events = CR_AFTER(END),
    .watch = watch,
};
