/*
 * balance: how often each class occurs in the training part. (That each does is seen to when the data are split.) One
 * that is RATIO times as rare as another is easily ignored, for the mean loss hardly feels it (Johnson & Khoshgoftaar
 * 2019).
 */
#include <stdlib.h>

#include "babysit/check.h"

static const int64_t RATIO = 10;

struct ends {
    int64_t rarest, commonest; /* classes */
};

static struct ends find_ends(const int64_t *counts, int64_t classes)
{
    struct ends ends = {0};
    for (int64_t c = 0; c < classes; c++) {
        ends.rarest = counts[c] < counts[ends.rarest] ? c : ends.rarest;
        ends.commonest = counts[c] > counts[ends.commonest] ? c : ends.commonest;
    }
    return ends;
}

static void judge(struct cr_exam *exam, const int64_t *counts)
{
    const struct cr_dataset *dataset = exam->experiment->dataset;
    struct ends ends = find_ends(counts, dataset->classes);
    long long least = (long long)counts[ends.rarest], most = (long long)counts[ends.commonest];
    const char *rarest = dataset->class_names[ends.rarest], *commonest = dataset->class_names[ends.commonest];
    if (most < RATIO * least) {
        cr_exam_pass(exam, "%lld samples in %lld classes, %lld to %lld in each",
                     (long long)exam->experiment->split->train_count, (long long)dataset->classes, least, most);
        return;
    }
    struct cr_finding finding = cr_exam_finding(exam, CR_WARNING);
    cr_say(finding.symptom, "class %.60s is %.1f times as rare as class %.60s", rarest, (double)most / (double)least,
           commonest);
    cr_say(finding.evidence, "class %.60s has %lld training samples, class %.60s %lld", rarest, least, commonest, most);
    cr_say(finding.causes[0], "the data were collected unevenly");
    cr_say(finding.remedy, "judge by the accuracy of each class; over-sample the rare ones or collect more");
    cr_exam_find(exam, &finding);
}

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    const struct cr_dataset *dataset = exam->experiment->dataset;
    const struct cr_split *split = exam->experiment->split;
    int64_t *counts;
    if (!dataset->labels) {
        cr_exam_skip(exam, "the data have targets instead of classes");
        return CR_OK;
    }
    counts = calloc((size_t)dataset->classes, sizeof *counts);
    if (!counts)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < split->train_count; i++)
        counts[dataset->labels[split->train[i]]]++;
    judge(exam, counts);
    free(counts);
    return CR_OK;
}

const struct cr_check cr_check_balance = {
    .entry = {.name = "balance", .help = "no class occurs far more often than another"},
    .preflight = preflight,
};
