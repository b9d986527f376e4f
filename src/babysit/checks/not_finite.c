/*
 * not-finite: the loss, or a norm of weights, gradients or activations, is NaN or infinite. Nothing that follows means
 * anything: a NaN in one weight reaches all. Told at once.
 */
#include <math.h>

#include "babysit/check.h"
#include "babysit/culprit.h"

enum { BEFORE = 20 };

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
               history->loss[last], (long long)last + 1, history->loss[0], BEFORE, highest);
    else
        cr_say(finding->evidence, "no loss was a number yet");
}

static const char *const words[] = {
    [CR_CULPRIT_ACTIVATION] = "activation", [CR_CULPRIT_GRADIENT] = "gradient", [CR_CULPRIT_UPDATE] = "update"};

static void watch(struct cr_history *history)
{
    const struct cr_event *event = history->now;
    struct cr_finding finding = cr_history_finding(history, CR_FAULT);
    struct cr_culprit culprit = {.kind = CR_NO_CULPRIT};
    if (event->kind == CR_EVENT_OBSERVE)
        culprit = cr_culprit_of(event->observation);
    if (event->kind == CR_EVENT_STEP ? isfinite(event->loss) : culprit.kind == CR_NO_CULPRIT)
        return;
    if (culprit.kind != CR_NO_CULPRIT)
        cr_say(finding.symptom, "the %s of %s is not finite in step %lld", words[culprit.kind], culprit.name,
               (long long)event->step);
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
    .diverges = true,
    .traced = true,
};
