/*
 * schedule-length: what a schedule is told to do happens while the training lasts.
 */
#include "babysit/check.h"
#include "train/schedule.h"

static enum cr_status preflight(struct cr_exam *exam, struct cr_error *err)
{
    char text[160];
    const struct cr_experiment *experiment = exam->experiment;
    const struct cr_node *node = experiment->sections.train.schedule;
    double epochs = (double)experiment->sections.train.epochs;
    (void)err;
    if (!cr_schedule_doubt(experiment->schedule, epochs, text, sizeof text)) {
        cr_exam_pass(exam, "the schedule fits into %g epochs", epochs);
        return CR_OK;
    }
    struct cr_finding finding = cr_exam_finding(exam, CR_WARNING);
    cr_say(finding.symptom, "%s:%d:%d: %s: the schedule is longer than the training", node->file, node->line,
           node->column, node->path);
    cr_say(finding.evidence, "%s; the training has %g epochs", text, epochs);
    cr_say(finding.causes[0], "the number of epochs was changed, the schedule was not");
    cr_say(finding.remedy, "train longer, or shorten the schedule");
    cr_exam_find(exam, &finding);
    return CR_OK;
}

const struct cr_check cr_check_schedule_length = {
    .entry = {.name = "schedule-length", .help = "the schedule is no longer than the training"},
    .preflight = preflight,
};
