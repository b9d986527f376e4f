/*
 * Pre-flight: the checks in order, and what they share.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "babysit/check.h"
#include "babysit/settings.h"
#include "base/text.h"
#include "train/optimizer.h"

#define CR_ENTRY(name) extern const struct cr_check cr_check_##name;
#include "babysit/checks/checks.def"
#undef CR_ENTRY

static const struct cr_entry *const entries[] = {
#define CR_ENTRY(name) &cr_check_##name.entry,
#include "babysit/checks/checks.def"
#undef CR_ENTRY
    NULL};

const struct cr_registry cr_checks = {.kind = "checks", .singular = "check", .entries = entries};

const struct cr_check *cr_check_of(const struct cr_finding *finding)
{
    return (const struct cr_check *)cr_registry_find(&cr_checks, finding->check); /* its first member */
}

bool cr_finding_diverges(const struct cr_finding *finding)
{
    const struct cr_check *check = cr_check_of(finding);
    return check && check->diverges;
}

/* ----------------------------------------------------------------------------------------------------------- telling
 */

static void tell(struct cr_exam *exam, enum cr_outcome_kind kind, const char *text, const struct cr_finding *finding)
{
    struct cr_outcome outcome = {.kind = kind, .check = &exam->check->entry, .text = text, .finding = finding};
    if (exam->options->tell)
        exam->options->tell(exam->options->user, &outcome);
}

void cr_exam_pass(struct cr_exam *exam, const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    cr_text_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    tell(exam, CR_PASSED, text, NULL);
}

void cr_exam_skip(struct cr_exam *exam, const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    cr_text_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    tell(exam, CR_SKIPPED, text, NULL);
}

struct cr_finding cr_exam_finding(const struct cr_exam *exam, enum cr_severity severity)
{
    return (struct cr_finding){.check = exam->check->entry.name, .severity = severity};
}

bool cr_exam_is_spoiled(struct cr_exam *exam)
{
    if (exam->fault)
        cr_exam_skip(exam, "it would show no more than the fault that %s found", exam->fault);
    return exam->fault != NULL;
}

void cr_exam_find(struct cr_exam *exam, const struct cr_finding *finding)
{
    if (finding->severity == CR_FAULT && !exam->fault && exam->factor == 1)
        exam->fault = finding->check;
    tell(exam, CR_FOUND, finding->symptom, finding);
}

void cr_say_to(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cr_text_vformat(text, size, format, arguments);
    va_end(arguments);
}

void cr_finding_change(struct cr_finding *finding, const char *path, double from, double to)
{
    cr_say(finding->path, "%s", path);
    cr_say(finding->from, "%.3g", from);
    cr_say(finding->to, "%.2g", to);
}

void cr_finding_replace(struct cr_finding *finding, const char *path, const char *from, const char *to)
{
    int i = 0;
    if (strcmp(finding->path, path) == 0)
        return;
    if (!finding->path[0]) {
        cr_say(finding->path, "%s", path);
        cr_say(finding->from, "%.*s", cr_text_fit(from, (int)sizeof finding->from - 1), from);
        cr_say(finding->to, "%s", to);
        return;
    }
    while (i < CR_MORE && finding->more[i].path[0] && strcmp(finding->more[i].path, path) != 0)
        i++;
    if (i == CR_MORE || finding->more[i].path[0])
        return;
    cr_say(finding->more[i].path, "%s", path);
    cr_say(finding->more[i].from, "%.*s", cr_text_fit(from, (int)sizeof finding->more[i].from - 1), from);
    cr_say(finding->more[i].to, "%s", to);
}

enum cr_status cr_exam_progress(struct cr_exam *exam, int64_t done, int64_t total, struct cr_error *err)
{
    const struct cr_preflight_options *options = exam->options;
    if (!options->progress || options->progress(options->user, exam->check->entry.name, done, total))
        return CR_OK;
    return cr_fail(err, CR_ERROR_STOPPED, "stopped");
}

/* ---------------------------------------------------------------------------------------------------------- measures
 */

enum cr_status cr_exam_try(struct cr_exam *exam, bool blank, double factor, struct cr_loss_curve *curve,
                           struct cr_error *err)
{
    enum cr_status status;
    struct cr_trial *trial;
    curve->count = 0;
    CR_TRY(cr_trial_new(&trial, exam->experiment, &(struct cr_trial_options){.blank = blank}, err));
    for (int i = 0; i < CR_FIRST_STEPS; i++) {
        double rate = factor * exam->factor * cr_trial_rate(trial);
        CR_GO(cr_trial_step(trial, rate, &curve->loss[i], &curve->accuracy[i], err));
        curve->count++;
        CR_GO(cr_exam_progress(exam, i + 1, CR_FIRST_STEPS, err));
        if (!isfinite(curve->loss[i]))
            break;
    }
done:
    cr_trial_free(trial);
    return status;
}

enum cr_status cr_exam_first_steps(struct cr_exam *exam, const struct cr_loss_curve **curve, struct cr_error *err)
{
    *curve = &exam->first;
    return exam->first.count > 0 ? CR_OK : cr_exam_try(exam, false, 1, &exam->first, err);
}

double cr_exam_chance(const struct cr_exam *exam)
{
    return log((double)exam->experiment->dataset->classes);
}

void cr_exam_name_rate(const struct cr_exam *exam, char *path, size_t size)
{
    cr_text_format(path, size, "train.optimizer.%s.lr", exam->experiment->sections.optimizer.entry->name);
}

void cr_exam_propose_rate(const struct cr_exam *exam, struct cr_finding *finding, double rate)
{
    char path[sizeof finding->path];
    cr_exam_name_rate(exam, path, sizeof path);
    cr_finding_change(finding, path, cr_optimizer_lr(exam->experiment->optimizer), rate);
}

enum cr_status cr_preflight(struct cr_experiment *experiment, const struct cr_preflight_options *options,
                            struct cr_error *err)
{
    struct cr_exam *exam = calloc(1, sizeof *exam);
    struct cr_check_settings settings;
    enum cr_status status = CR_OK;
    if (!exam)
        return cr_fail_memory(err);
    exam->experiment = experiment;
    exam->options = options;
    exam->factor = 1;
    exam->arena = cr_arena_new();
    if (!exam->arena)
        CR_GO(cr_fail_memory(err));
    CR_GO(cr_check_settings_read(&settings, exam->arena, experiment->config, experiment->sections.babysit.checks, err));
    for (int i = 0; entries[i]; i++) {
        exam->check = (const struct cr_check *)entries[i]; /* its first member */
        if (exam->check->preflight && !settings.off[i] && (!options->quick || !exam->check->trains))
            CR_GO(exam->check->preflight(exam, err));
    }
done:
    cr_arena_free(exam->arena);
    free(exam);
    return status;
}
