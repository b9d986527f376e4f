/*
 * input-used: the same training on black pictures, which can learn no more than how often each class occurs. A network
 * that is no better on the real pictures does not see them.
 */
#include <math.h>

#include "babysit/check.h"
#include "babysit/stats.h"

enum { TAIL = 30 };
static const double T = 3.1; /* one-sided, once in a thousand */

static struct cr_mean tail_of(const struct cr_loss_curve *curve)
{
    int count = curve->count < TAIL ? curve->count : TAIL;
    return cr_mean_of(curve->loss + curve->count - count, count);
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    const struct cr_loss_curve *real;
    struct cr_loss_curve blank;
    if (cr_exam_is_spoiled(exam))
        return CR_OK;
    CR_TRY(cr_exam_first_steps(exam, &real, err));
    CR_TRY(cr_exam_try(exam, true, 1, &blank, err));
    struct cr_mean seen = tail_of(real), unseen = tail_of(&blank);
    if (cr_welch(unseen, seen) > T) {
        cr_exam_pass(exam, "loss %.4f after %d steps, %.4f with black pictures", seen.mean, real->count, unseen.mean);
        return CR_OK;
    }
    struct cr_finding finding = cr_exam_finding(exam, CR_FAULT);
    cr_say(finding.symptom, "with black pictures the network learns as well as with the real ones");
    cr_say(finding.evidence, "after %d steps a loss of %.4g +- %.2g, with black pictures %.4g +- %.2g", real->count,
           seen.mean, seen.error, unseen.mean, unseen.error);
    cr_say(finding.causes[0], "the labels have nothing to do with the pictures");
    cr_say(finding.causes[1], "the input is lost on the way: a very small picture, a dead layer");
    cr_say(finding.remedy, "look at pictures with their labels: cradle data info SOURCE --sheet sheet.png");
    cr_exam_find(exam, &finding);
    return CR_OK;
}

const struct cr_check cr_check_input_used = {
    .entry = {.name = "input-used", .help = "the network learns from the pictures, not without them"},
    .trains = true,
    .preflight = preflight,
};
