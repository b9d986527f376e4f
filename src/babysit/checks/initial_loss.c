/*
 * initial-loss: before training a network knows nothing, so its cross-entropy should be near that of guessing, ln C.
 * Far above it the last layer's first answers are large and wrong, and the first steps are spent on making them smaller
 * (Karpathy 2019, "A recipe for training neural networks"). With He's rule for the last layer some excess is usual.
 */
#include <math.h>
#include <string.h>

#include "babysit/check.h"

static const double MOST = 3; /* times ln C */

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    double chance = cr_exam_chance(exam), loss, accuracy;
    struct cr_trial *trial;
    if (strcmp(exam->experiment->sections.loss.entry->name, "cross-entropy") != 0) {
        cr_exam_skip(exam, "the loss is %s", exam->experiment->sections.loss.entry->name);
        return CR_OK;
    }
    CR_TRY(cr_trial_new(&trial, exam->experiment, &(struct cr_trial_options){0}, err));
    enum cr_status status = cr_trial_step(trial, 0, &loss, &accuracy, err);
    cr_trial_free(trial);
    CR_TRY(status);
    if (loss <= MOST * chance) {
        cr_exam_pass(exam, "%.3f, guessing would be %.3f", loss, chance);
        return CR_OK;
    }
    struct cr_finding finding = cr_exam_finding(exam, isfinite(loss) ? CR_WARNING : CR_FAULT);
    cr_say(finding.symptom, "the first loss is %.3g, guessing would give %.3f", loss, chance);
    cr_say(finding.evidence, "one batch, before any update; %.1f times ln %lld", loss / chance,
           (long long)exam->experiment->dataset->classes);
    cr_say(finding.causes[0], "the first weights are too large, most of all the last layer's");
    cr_say(finding.causes[1], "the input is not scaled: see data.standardize");
    cr_say(finding.remedy, "leave the inits to auto, scale the input, or put a batchnorm before the last layer");
    cr_exam_find(exam, &finding);
    return CR_OK;
}

const struct cr_check cr_check_initial_loss = {
    .entry = {.name = "initial-loss", .help = "the loss begins near that of guessing"},
    .preflight = preflight,
};
