/*
 * diverging: the loss is higher than where it began. The mean of the last WINDOW steps is held against that of the
 * first ones; it must be higher by `share` and by more than T standard errors (chance: less than one in 10^6), and so
 * must the WINDOW before it: a spike that passes is no divergence. What is a hundred times as high in the mean of FEW
 * steps, and in each of them ten times, needs no more proof.
 */
#include <math.h>

#include "babysit/check.h"

enum { WINDOW = 40, FEW = 8 };
static const double T = 5;

struct options {
    double share;
};

static bool is_higher(const struct cr_history *history, int64_t back, double first)
{
    const struct options *options = history->values;
    struct cr_mean mean = cr_history_loss(history, back, WINDOW);
    return mean.mean > first * (1 + options->share) && mean.mean - first > T * mean.error;
}

/* Against the very first loss: the next ones may be far off already. */
static bool is_far_off(const struct cr_history *history)
{
    double first = history->steps > 0 ? history->loss[0] : 0;
    for (int64_t back = 0; back < FEW && back < history->steps; back++)
        if (!(history->loss[history->steps - 1 - back] > 10 * first))
            return false;
    return history->steps >= FEW && cr_history_loss(history, 0, FEW).mean > 100 * first;
}

static bool is_above(const struct cr_history *history, double first)
{
    return history->steps >= 3 * WINDOW && history->steps % (WINDOW / 4) == 0 && is_higher(history, 0, first) &&
           is_higher(history, WINDOW, first);
}

static void watch(struct cr_history *history)
{
    double first = cr_history_first_loss(history), least = INFINITY;
    bool far = is_far_off(history);
    int window = far ? FEW : WINDOW;
    if (cr_history_has_found(history, "not-finite") || (!far && !is_above(history, first)))
        return;
    struct cr_finding finding = cr_history_finding(history, CR_FAULT);
    struct cr_mean now = cr_history_loss(history, 0, window);
    for (int64_t back = 0; back + window <= history->steps; back += window)
        least = fmin(least, cr_history_loss(history, back, window).mean);
    cr_say(finding.symptom, "the loss has risen above where it began");
    first = far ? history->loss[0] : first;
    cr_say(finding.evidence, "it began at %.4g, fell to %.4g and is %.4g +- %.2g in the last %d steps", first, least,
           now.mean, now.error, window);
    cr_say(finding.causes[0], "the learning rate is too high");
    cr_say(finding.causes[1], "single batches have very large gradients, and they are not clipped");
    cr_say(finding.remedy,
           "lower the learning rate, begin with a warm-up, or clip the gradient (train.clip: {norm: 1})");
    cr_history_propose_rate(history, &finding, cr_history_lower(history));
    cr_history_find(history, &finding);
}

static const struct cr_option options[] = {
    CR_FLOAT("share", struct options, share, .min = 0, .max = 1e3, .def = 0.1,
             .help = "how much higher than at the beginning, as a share of it"),
    {0},
};

const struct cr_check cr_check_diverging = {
    .entry = {.name = "diverging", .help = "the loss does not rise above where it began", .options = options},
    .events = CR_AFTER(STEP),
    .watch = watch,
    .diverges = true,
};
