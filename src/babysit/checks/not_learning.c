/*
 * not-learning: the loss is that of guessing, or after an epoch of at least LEAST steps (a third of that when the
 * training ends) the loss has fallen by less than `share` of where it began. What else was seen ranks the causes: dead
 * units, updates that are too small or too large, a weight decay that is stronger than the gradient.
 */
#include <math.h>

#include "babysit/check.h"

enum { LEAST = 150 };

static const char *const explained_by[] = {"initial-weights", "not-finite",        "diverging",
                                           "vanishing",       "unchanged-weights", NULL};

struct options {
    double share;
};

/* Most units of some layer have been silent for long. */
static bool has_dead_layer(const struct cr_history *history)
{
    const struct cr_look *look = cr_history_look(history, 0);
    for (int i = 0; look && i < look->activations; i++)
        if (look->units[i].units > 1 && look->units[i].dead * 10 >= look->units[i].units * 9)
            return true;
    return false;
}

/* The lowest mean of an earlier window: where that was much lower, the loss has come back. */
static bool has_come_back(const struct cr_history *history, double now)
{
    enum { WINDOW = 20 };
    for (int64_t back = WINDOW; back + WINDOW <= history->steps; back += WINDOW)
        if (cr_history_loss(history, back, WINDOW).mean < 0.9 * now)
            return true;
    return false;
}

/* The norm of all weights, or of their gradients. */
static double norm_of(const struct cr_look *look, bool gradient)
{
    double sum = 0;
    for (int i = 0; i < look->parameters; i++) {
        double norm = gradient ? look->weights[i].gradient : look->weights[i].weight;
        sum += look->weights[i].decays ? norm * norm : 0;
    }
    return sqrt(sum);
}

/* The pull of the weight decay against the gradient, where it has made the weights small; 0 elsewhere. */
static double pull(const struct cr_history *history)
{
    const struct cr_look *now = cr_history_look(history, 0);
    if (!now || norm_of(now, false) > 0.5 * norm_of(&history->look[0], false))
        return 0;
    return history->facts.weight_decay * norm_of(now, false) / fmax(norm_of(now, true), 1e-30);
}

/* The loss is that of guessing, ln C, or above: what had come before was only a bad start. */
static bool is_guessing(const struct cr_history *history, double loss)
{
    const struct options *options = history->values;
    int64_t classes = history->epochs > 0 ? history->epoch[0].classes : 0;
    return history->facts.cross_entropy && classes > 1 && loss > (1 - options->share) * log((double)classes);
}

static void rank_causes(const struct cr_history *history, double now, struct cr_finding *finding)
{
    double ratio = cr_history_update_ratio(history);
    if (pull(history) > 0.5) {
        cr_say(finding->causes[0], "the weight decay pulls %.1f times as hard as the gradient", pull(history));
        cr_say(finding->remedy, "lower the weight decay");
        cr_history_propose_decay(history, finding, 0.01);
        return;
    }
    if (ratio < 1e-5) {
        cr_say(finding->causes[0],
               "the learning rate is too low: an update changes a weight by %.1g of its size, usual is 1e-3", ratio);
        cr_say(finding->remedy, "raise the learning rate");
        cr_history_propose_rate(history, finding, cr_history_raise(ratio));
        return;
    }
    if (has_dead_layer(history) || has_come_back(history, now) || ratio > 0.01) {
        cr_say(finding->causes[0], "the learning rate is too high%s",
               has_dead_layer(history) ? ": it has killed units for good" : "");
        cr_say(finding->causes[1], "the labels have nothing to do with the pictures");
        cr_say(finding->remedy, "lower the learning rate");
        cr_history_propose_rate(history, finding, cr_history_lower(history));
        return;
    }
    cr_say(finding->causes[0], "the learning rate is too low");
    cr_say(finding->causes[1], "the labels have nothing to do with the pictures, or the input is lost on the way");
    cr_say(finding->causes[2], "gradients do not reach the first layers");
    cr_say(finding->remedy, "raise the learning rate; cradle check FILE looks for the other causes");
    cr_history_propose_rate(history, finding, cr_history_raise(ratio));
}

static void watch(struct cr_history *history)
{
    const struct options *options = history->values;
    double first = cr_history_first_loss(history);
    struct cr_mean now = cr_history_loss(history, 0, 50);
    bool ends = history->now->kind == CR_EVENT_END && history->now->finished;
    if (history->steps < (ends ? LEAST / 3 : LEAST) || history->epochs == 0 ||
        (now.mean < (1 - options->share) * first && !is_guessing(history, now.mean)) ||
        cr_history_is_explained(history, explained_by))
        return;
    struct cr_finding finding = cr_history_finding(history, CR_FAULT);
    cr_say(finding.symptom, "nothing is learned: the loss stays where it began");
    cr_say(finding.evidence, "it began at %.4g and is %.4g +- %.2g in the last 50 of %lld steps", first, now.mean,
           now.error, (long long)history->steps);
    rank_causes(history, now.mean, &finding);
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("share", struct options, share, .min = 0, .max = 1, .def = 0.03,
             .help = "how much the loss must have fallen"),
    {0},
};

const struct cr_check cr_check_not_learning = {
    .entry = {.name = "not-learning", .help = "the loss falls", .options = options},
    .events = CR_AFTER(EPOCH) | CR_AFTER(END),
    .watch = watch,
};
