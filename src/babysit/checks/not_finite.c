/*
 * not-finite: the loss, or a norm of weights, gradients or activations, is NaN or infinite. Nothing that follows means
 * anything: a NaN in one weight reaches all. Told at once.
 */
#include <math.h>

#include "babysit/check.h"

enum { BEFORE = 20 };

/* What was not finite in an observation: the first in the order of the network, forward before backward. */
static const char *first_culprit(const struct cr_look *look, const char **what)
{
    for (int i = 0; look && i < look->activations; i++)
        if (isnan(look->units[i].mean) || isinf(look->units[i].least) || isinf(look->units[i].most)) {
            *what = "the activation of";
            return look->units[i].layer;
        }
    for (int i = look ? look->parameters - 1 : -1; i >= 0; i--)
        if (!isfinite(look->weights[i].gradient)) {
            *what = "the gradient of";
            return look->weights[i].name;
        }
    for (int i = 0; look && i < look->parameters; i++)
        if (!isfinite(look->weights[i].update)) {
            *what = "the update of";
            return look->weights[i].name;
        }
    return NULL;
}

/* The last loss that was a number, and how the one before stood to the beginning. */
static void say_evidence(const struct cr_history *history, struct cr_finding *finding)
{
    int64_t last = history->steps - 1;
    double highest = 0;
    while (last >= 0 && !isfinite(history->loss[last]))
        last--;
    for (int64_t i = last; i >= 0 && i > last - BEFORE; i--)
        highest = fmax(highest, history->loss[i]);
    if (last >= 0)
        cr_say(finding->evidence,
               "the last loss that was a number is %.4g, of step %lld; it began at %.4g, and the highest of the %d "
               "steps before was %.4g",
               history->loss[last], (long long)last + 1, cr_history_first_loss(history), BEFORE, highest);
    else
        cr_say(finding->evidence, "no loss was a number yet");
}

static void watch(struct cr_history *history)
{
    const struct cr_event *event = history->now;
    struct cr_finding finding = cr_history_finding(history, CR_FAULT);
    const char *what = NULL, *culprit = NULL;
    if (event->kind == CR_EVENT_OBSERVE)
        culprit = first_culprit(cr_history_look(history, 0), &what);
    if (event->kind == CR_EVENT_STEP ? isfinite(event->loss) : !culprit)
        return;
    if (culprit)
        cr_say(finding.symptom, "%s %s is not finite in step %lld", what, culprit, (long long)event->step);
    else
        cr_say(finding.symptom, "the loss is %g in step %lld", event->loss, (long long)event->step);
    say_evidence(history, &finding);
    if (event->step <= 1) {
        cr_say(finding.causes[0], "a number of the data is not finite, or the first weights are too large");
        cr_say(finding.causes[1], "the learning rate is too high");
        cr_say(finding.remedy, "look at the data: cradle check FILE; then lower the learning rate");
    } else {
        cr_say(finding.causes[0], "the learning rate is too high%s",
               history->facts.clips ? "" : ", and the gradient is not clipped");
        cr_say(finding.causes[1], "a number of the data is not finite, or far from all others");
        cr_say(finding.remedy,
               "lower the learning rate; where single steps are to blame, clip the gradient (train.clip: {norm: 1})");
    }
    cr_history_propose_rate(history, &finding, cr_history_lower(history));
    cr_history_find(history, &finding);
}

const struct cr_check cr_check_not_finite = {
    .entry = {.name = "not-finite", .help = "losses, gradients and weights are numbers"},
    .events = CR_AFTER(STEP) | CR_AFTER(OBSERVE),
    .watch = watch,
};
