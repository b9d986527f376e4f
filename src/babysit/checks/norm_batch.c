/*
 * norm-batch: batch norm takes mean and deviation from the batch: of fewer than `least` samples they are mostly noise
 * (Wu & He 2018, figure 1: the error rises from 16 samples downwards, steeply below 8).
 */
#include "babysit/check.h"

enum { LEAST = 8 };

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    struct cr_facts facts;
    (void)err;
    cr_facts_read(&facts, &exam->experiment->sections);
    if (!facts.batchnorm) {
        cr_exam_skip(exam, "there is no batch norm");
        return CR_OK;
    }
    if (facts.batch >= LEAST) {
        cr_exam_pass(exam, "batches of %lld", (long long)facts.batch);
        return CR_OK;
    }
    struct cr_finding finding = cr_exam_finding(exam, CR_WARNING);
    cr_say(finding.symptom, "batches of %lld are too small for batch norm", (long long)facts.batch);
    cr_say(finding.evidence, "its mean and deviation come from %lld samples; below %d they are mostly noise",
           (long long)facts.batch, LEAST);
    cr_say(finding.causes[0], "the batch was chosen for another network");
    cr_say(finding.remedy, "larger batches, or groupnorm, which does not depend on them");
    cr_say(finding.path, "train.batch");
    cr_say(finding.from, "%lld", (long long)facts.batch);
    cr_say(finding.to, "32");
    cr_exam_find(exam, &finding);
    return CR_OK;
}

const struct cr_check cr_check_norm_batch = {
    .entry = {.name = "norm-batch", .help = "batches are large enough for batch norm"},
    .preflight = preflight,
};
