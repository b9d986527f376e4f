/*
 * underfitting: at the end of a training the network is as bad on what it has seen as on what it has not, and more than
 * `left` of the first loss is left. A note where the network is linear: it can do no more.
 */
#include <math.h>

#include "babysit/check.h"

enum { LEAST = 40 /* steps: who makes fewer only tries */ };

static const char *const explained_by[] = {"not-learning", "not-finite", "diverging", "vanishing", "initial-weights",
                                           "slow",         "dead-units", "too-short", NULL};

struct options {
    double left, gap;
};

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    const struct cr_epoch *now = cr_history_epoch(history, 0);
    double first = cr_history_first_loss(history);
    if (!history->now->finished || history->steps < LEAST || !now || !now->compared || !now->validated ||
        !(now->train_loss > options->left * first) || now->train_accuracy - now->validation_accuracy > options->gap ||
        cr_history_is_explained(history, explained_by))
        return;
    struct cr_finding finding = cr_history_finding(history, history->facts.deep ? CR_WARNING : CR_NOTE);
    cr_say(finding.symptom, "underfitting: the training part is not learned either");
    cr_say(finding.evidence,
           "%.0f %% of the first loss are left (%.4g of %.4g); accuracy: training %.4f, validation %.4f",
           100 * now->train_loss / first, now->train_loss, first, now->train_accuracy, now->validation_accuracy);
    const struct cr_replacement *narrow = &history->facts.narrow;
    if (narrow->path[0]) {
        cr_say(finding.causes[0], "a layer of %s units lets too little through: the network is too small or too simple",
               narrow->from);
        cr_finding_replace(&finding, narrow->path, narrow->from, narrow->to);
    } else
        cr_say(finding.causes[0], "the network is too small or too simple for these data");
    cr_say(finding.causes[1], "regularisation (weight decay, dropout) holds it back too hard");
    cr_say(finding.remedy, "more layers, units or filters; less regularisation");
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("left", struct options, left, .min = 0, .max = 1, .def = 0.6,
             .help = "share of the first loss that is left"),
    CR_FLOAT("gap", struct options, gap, .min = 0, .max = 1, .def = 0.05, .help = "between the accuracies, at most"),
    {0},
};

const struct cr_check cr_check_underfitting = {
    .entry = {.name = "underfitting", .help = "the training part is learned", .options = options},
    .events = CR_AFTER(END),
    .watch = watch,
};
