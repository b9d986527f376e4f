/*
 * first-steps: within a hundred steps the training loss must fall, and not come to rest at that of guessing. The mean
 * of the last TAIL losses is held against that of the first HEAD by their standard errors (Welch's t), and against the
 * very first loss by the deviation of a single one, for a fast training has fallen within the HEAD already; against the
 * loss of guessing; and against the TAIL before it, for it may still be on its way. More than T of these is chance once
 * in a thousand. Where it fails, a tenth of the rate and ten times it are tried.
 */
#include <math.h>
#include <string.h>

#include "babysit/check.h"
#include "babysit/stats.h"
#include "train/optimizer.h"

enum { HEAD = 10, TAIL = 30 };
static const double T = 3.1;

static struct cr_mean tail_of(const struct cr_loss_curve *curve)
{
    return cr_mean_of(curve->loss + CR_FIRST_STEPS - TAIL, TAIL);
}

static bool fell(const struct cr_loss_curve *curve)
{
    struct cr_mean head = cr_mean_of(curve->loss, HEAD), tail = tail_of(curve);
    double deviation = tail.error * sqrt(TAIL);
    return cr_welch(head, tail) > T || curve->loss[0] - tail.mean > T * deviation;
}

/* Only cross-entropy has a loss of guessing. */
static bool rests_at_chance(const struct cr_exam *exam, const struct cr_loss_curve *curve)
{
    struct cr_mean tail = tail_of(curve), before = cr_mean_of(curve->loss + CR_FIRST_STEPS - 2 * TAIL, TAIL);
    return strcmp(exam->experiment->sections.loss.entry->name, "cross-entropy") == 0 &&
           tail.mean > cr_exam_chance(exam) - T * tail.error && cr_welch(before, tail) < T;
}

static bool is_good(const struct cr_exam *exam, const struct cr_loss_curve *curve)
{
    return curve->count == CR_FIRST_STEPS && fell(curve) && !rests_at_chance(exam, curve);
}

static void say_symptom(const struct cr_exam *exam, const struct cr_loss_curve *curve, struct cr_finding *finding)
{
    if (curve->count < CR_FIRST_STEPS) {
        cr_say(finding->symptom, "the loss is %g after %d steps", curve->loss[curve->count - 1], curve->count);
        cr_say(finding->evidence, "it began at %.4g", curve->loss[0]);
        return;
    }
    struct cr_mean tail = tail_of(curve);
    if (fell(curve))
        cr_say(finding->symptom, "the loss comes to rest at that of guessing");
    else
        cr_say(finding->symptom, "the loss does not fall in the first %d steps", curve->count);
    cr_say(finding->evidence, "it began at %.4g and is %.4g +- %.2g at last; guessing would be %.4g", curve->loss[0],
           tail.mean, tail.error, cr_exam_chance(exam));
}

static enum cr_status find(struct cr_exam *exam, const struct cr_loss_curve *curve, struct cr_error *err)
{
    static const double factors[] = {0.1, 10};
    struct cr_finding finding = cr_exam_finding(exam, CR_FAULT);
    struct cr_loss_curve other = {0};
    say_symptom(exam, curve, &finding);
    for (size_t i = 0; i < sizeof factors / sizeof *factors && !finding.path[0]; i++) {
        CR_TRY(cr_exam_try(exam, false, factors[i], &other, err));
        if (!is_good(exam, &other))
            continue;
        cr_say(finding.causes[0], "the learning rate is too %s: with %g times as much the loss falls to %.4g",
               factors[i] < 1 ? "high" : "low", factors[i], tail_of(&other).mean);
        cr_say(finding.remedy, "%s the learning rate", factors[i] < 1 ? "lower" : "raise");
        cr_exam_propose_rate(exam, &finding, factors[i] * exam->factor * cr_optimizer_lr(exam->experiment->optimizer));
    }
    if (!finding.path[0]) {
        cr_say(finding.causes[0], "the labels have nothing to do with the pictures, or the input is lost on the way");
        cr_say(finding.causes[1], "units are dead or saturated from the beginning");
        cr_say(finding.remedy, "look at pictures with their labels: cradle data info SOURCE --sheet sheet.png");
    }
    cr_exam_find(exam, &finding);
    return CR_OK;
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    const struct cr_loss_curve *curve;
    if (cr_exam_is_spoiled(exam))
        return CR_OK;
    CR_TRY(cr_exam_first_steps(exam, &curve, err));
    if (!is_good(exam, curve))
        return find(exam, curve, err);
    cr_exam_pass(exam, "from %.4f to %.4f in %d steps", curve->loss[0], tail_of(curve).mean, curve->count);
    return CR_OK;
}

const struct cr_check cr_check_first_steps = {
    .entry = {.name = "first-steps", .help = "the loss falls in the first hundred steps"},
    .trains = true,
    .preflight = preflight,
};
