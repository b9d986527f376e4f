/*
 * noisy-labels: the validation part has the same wrong labels as the training part, and they show there in two ways.
 *
 * Where a network tells a sample wrong, the right class is usually among those that it holds for likely: of the other
 * classes few lie before it. A label that was drawn at random lies anywhere: half of them do. So the mean place of the
 * label, as a share of the other classes, is near 0.15 of honest mistakes and 0.5 of random labels (the off-diagonal of
 * Northcutt et al. 2021 is flat). It must be above `place` by three standard errors of a uniform share, sqrt(1 / 12 n).
 *
 * And where a share e of the labels is wrong, a network that has learned is about as sure of all its answers, at 1 - e;
 * correct labels give answers that are next to certain, and some that are not. The ninth decile of the confidence is
 * below `sure` and the median is close to it. Not where the loss asks for unsure answers (label smoothing).
 *
 * Told where one of the two held for EPOCHS epochs in the last third of the training, and the network is far above
 * guessing.
 */
#include <math.h>

#include "babysit/check.h"
#include "babysit/stats.h"

enum { EPOCHS = 2, MISTAKES = 12 /* fewer prove nothing */ };

static const char *const explained_by[] = {"initial-weights", "not-finite", "diverging", "vanishing", NULL};

struct options {
    double place, sure, spread;
};

/* Far above guessing: a training that is broken makes wild mistakes too. */
static bool has_learned(const struct cr_epoch *epoch)
{
    return cr_far_above_guessing(epoch->validation_accuracy, epoch->classes);
}

static int64_t mistakes_of(const struct cr_epoch *epoch)
{
    int64_t wrong = 0;
    for (int64_t c = 0; c < epoch->classes; c++)
        wrong += epoch->count[c] - epoch->correct[c];
    return wrong;
}

static bool is_anywhere(const struct options *options, const struct cr_epoch *epoch)
{
    int64_t wrong = mistakes_of(epoch);
    return has_learned(epoch) && wrong >= MISTAKES && epoch->rank > options->place + 3 / sqrt(12 * (double)wrong);
}

static bool is_flat(const struct options *options, const struct cr_epoch *epoch)
{
    return has_learned(epoch) && epoch->confidence < options->sure &&
           epoch->typical_confidence > options->spread * epoch->confidence &&
           epoch->validation_accuracy < epoch->confidence + 0.1;
}

static bool lasts(const struct cr_history *history, bool (*sees)(const struct options *, const struct cr_epoch *))
{
    for (int i = 0; i < EPOCHS; i++) {
        const struct cr_epoch *epoch = cr_history_epoch(history, i);
        if (!epoch || !sees(history->values, epoch))
            return false;
    }
    return true;
}

static void watch(struct cr_history *history)
{
    const struct cr_epoch *now = cr_history_epoch(history, 0);
    if (!history->facts.cross_entropy || cr_history_progress(history) < 2 / 3.0 ||
        cr_history_is_explained(history, explained_by))
        return;
    bool anywhere = lasts(history, is_anywhere), flat = !history->facts.smooths && lasts(history, is_flat);
    if (!anywhere && !flat)
        return;
    double wrong = 1 - now->validation_accuracy;
    struct cr_finding finding = cr_history_finding(history, CR_WARNING);
    cr_say(finding.symptom, "about %.0f %% of the labels seem to be wrong",
           100 * (anywhere ? wrong * fmin(2 * now->rank, 1) : wrong));
    if (anywhere)
        cr_say(finding.evidence,
               "of %lld mistakes on the validation part the label is nowhere near: %.0f %% of the other classes are "
               "likelier; 50 %% where labels are drawn at random, 15 %% of usual mistakes",
               (long long)mistakes_of(now), 100 * now->rank);
    else
        cr_say(finding.evidence,
               "the network is about as sure of all its answers: %.2f in the median, %.2f in the ninth decile; it is "
               "right in %.2f",
               now->typical_confidence, now->confidence, now->validation_accuracy);
    cr_say(finding.causes[0], "labels were mixed up, or given by people who disagree");
    cr_say(finding.causes[1], "the classes cannot be told apart by these pictures");
    cr_say(finding.remedy, "look at the samples that cradle check RUN --labels 20 names, and mend their labels");
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("place", struct options, place, .min = 0, .max = 1, .def = 0.3,
             .help = "of the label among the other classes, as a share of them, that usual mistakes stay below"),
    CR_FLOAT("sure", struct options, sure, .min = 0, .max = 1, .def = 0.92,
             .help = "a confidence that correct labels exceed"),
    CR_FLOAT("spread", struct options, spread, .min = 0, .max = 1, .def = 0.85, .help = "median against ninth decile"),
    {0},
};

const struct cr_check cr_check_noisy_labels = {
    .entry = {.name = "noisy-labels",
              .help = "mistakes are near misses, and answers are sure where they should be",
              .options = options},
    .events = CR_AFTER(EPOCH),
    .watch = watch,
};
