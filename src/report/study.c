/*
 * A study as a web page: the same page as of runs, with one member `study` in its data. Trials stand with all their
 * values, in the study's own numbers; what is drawn from them is drawn by web/src.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "report/pack.h"
#include "report/report.h"

static const char database[] = "study.db";

/* A study as it is read. */
struct reading {
    const char *place; /* as its user called it */
    struct cr_study *study;
    const struct cr_study_trial *trials, *best; /* best NULL: none has a score */
    int64_t count;
};

/* -------------------------------------------------------------------------------------------------------------- parts
 */

static void write_dimension(struct cr_json *json, const struct cr_dimension *d, double importance, int edge)
{
    cr_json_object(json, NULL);
    cr_json_text(json, "name", d->name);
    if (d->kind == CR_CHOICES) {
        cr_json_list(json, "labels");
        for (int i = 0; i < d->count; i++)
            cr_json_text(json, NULL, d->labels[i]);
        cr_json_end(json);
    } else {
        cr_json_float(json, "low", d->low);
        cr_json_float(json, "high", d->high);
        cr_json_bool(json, "log", d->log);
        cr_json_bool(json, "whole", d->whole);
        cr_json_int(json, "edge", edge);
    }
    cr_json_float(json, "importance", importance);
    cr_json_end(json);
}

/* Importances are NaN where they are not known. */
static enum cr_status write_dimensions(struct cr_json *json, const struct reading *study, struct cr_error *err)
{
    const struct cr_space *space = cr_study_space(study->study);
    int count = cr_space_count(space);
    bool known;
    double *importance = malloc(((size_t)count + 1) * sizeof *importance);
    if (!importance)
        return cr_fail_memory(err);
    enum cr_status status = cr_study_importance(study->study, study->trials, study->count, importance, &known, err);
    cr_json_list(json, "dimensions");
    for (int d = 0; d < count && status == CR_OK; d++)
        write_dimension(json, cr_space_dimension(space, d), known ? importance[d] : (double)NAN,
                        study->best ? cr_space_edge(space, d, study->best->values[d]) : 0);
    cr_json_end(json);
    free(importance);
    return status;
}

static void write_trial(struct cr_json *json, const struct cr_study_trial *trial, int dimensions)
{
    static const char *const states[] = {[CR_TRIAL_WAITING] = "waiting",
                                         [CR_TRIAL_RUNNING] = "running",
                                         [CR_TRIAL_COMPLETE] = "complete",
                                         [CR_TRIAL_PRUNED] = "pruned",
                                         [CR_TRIAL_FAILED] = "failed"};
    cr_json_object(json, NULL);
    cr_json_int(json, "number", trial->number);
    cr_json_text(json, "state", trial->lost ? "interrupted" : states[trial->state]);
    cr_json_float(json, "score", trial->score);
    if (trial->cause)
        cr_json_text(json, "cause", trial->cause);
    cr_json_float(json, "start", trial->start);
    cr_json_float(json, "seconds", trial->seconds);
    if (trial->worker)
        cr_json_text(json, "worker", trial->worker);
    cr_json_int(json, "reports", trial->report_count);
    cr_json_list(json, "values");
    for (int d = 0; d < dimensions; d++)
        cr_json_float(json, NULL, trial->values[d]);
    cr_json_end(json);
    cr_json_end(json);
}

/* The scores on the way of all trials, one after the other: each has as many as its `reports` say. */
static enum cr_status write_reports(struct cr_json *json, const struct reading *study, struct cr_error *err)
{
    int64_t count = 0, at = 0;
    for (int64_t i = 0; i < study->count; i++)
        count += study->trials[i].report_count;
    double *numbers = malloc((size_t)(2 * count + 1) * sizeof *numbers);
    if (!numbers)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < study->count; i++)
        for (int64_t k = 0; k < study->trials[i].report_count; k++, at++) {
            numbers[at] = (double)study->trials[i].reports[k].step;
            numbers[count + at] = study->trials[i].reports[k].value;
        }
    enum cr_status status = cr_pack_floats(json, "report_steps", numbers, count, err);
    if (status == CR_OK)
        status = cr_pack_floats(json, "report_values", numbers + count, count, err);
    free(numbers);
    return status;
}

/* The winner against the first trial, which in a study of ours has the file's own values. */
static void write_difference(struct cr_json *json, const struct reading *study)
{
    const struct cr_study_trial *first = &study->trials[0];
    if (!study->best)
        return;
    struct cr_study_difference difference = cr_study_compare(study->study, study->best, first);
    cr_json_int(json, "best", study->best->number);
    cr_json_float(json, "error", difference.own_error);
    if (first->state != CR_TRIAL_COMPLETE || study->best == first)
        return;
    cr_json_object(json, "difference");
    cr_json_float(json, "gain", difference.gain);
    cr_json_float(json, "error", difference.error);
    cr_json_float(json, "p", difference.p);
    cr_json_end(json);
}

static enum cr_status write_study(struct cr_json *json, const struct reading *study, struct cr_error *err)
{
    int dimensions = cr_space_count(cr_study_space(study->study));
    cr_json_object(json, "study");
    cr_json_text(json, "name", cr_study_name(study->study));
    cr_json_text(json, "place", study->place);
    cr_json_bool(json, "own", study->count > 0 && study->trials[0].worker != NULL);
    cr_json_text(json, "score", cr_study_score_name(study->study));
    cr_json_bool(json, "maximize", cr_study_maximizes(study->study));
    cr_json_int(json, "samples", cr_study_validation(study->study));
    cr_json_int(json, "folds", cr_study_folds(study->study));
    write_difference(json, study);
    CR_TRY(write_dimensions(json, study, err));
    cr_json_list(json, "trials");
    for (int64_t i = 0; i < study->count; i++)
        write_trial(json, &study->trials[i], dimensions);
    cr_json_end(json);
    CR_TRY(write_reports(json, study, err));
    cr_json_end(json);
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ the page
 */

char *cr_report_study_file(const char *path)
{
    char *file = cr_folder_exists(path) ? cr_path_join(path, database) : strdup(path);
    if (file && cr_file_exists(file))
        return file;
    free(file);
    return NULL;
}

char *cr_report_study_page(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t length = dot && dot > (slash ? slash + 1 : path) ? (size_t)(dot - path) : strlen(path);
    if (cr_folder_exists(path))
        return cr_path_join(path, "report.html");
    char *page = malloc(length + sizeof ".html");
    if (page) {
        memcpy(page, path, length);
        memcpy(page + length, ".html", sizeof ".html");
    }
    return page;
}

static enum cr_status write_page(struct cr_report *report, const struct reading *study, const char *page,
                                 struct cr_error *err)
{
    char *data;
    size_t size;
    cr_report_begin(report);
    cr_json_list(&report->json, "runs");
    cr_json_end(&report->json);
    CR_TRY(write_study(&report->json, study, err));
    cr_json_end(&report->json);
    CR_TRY(cr_json_take(&report->json, &data, &size, err));
    enum cr_status status = cr_report_page(page, data, size, err);
    free(data);
    return status;
}

enum cr_status cr_report_write_study(const char *path, const char *name, const struct cr_report_options *options,
                                     struct cr_error *err)
{
    struct cr_report report = {.options = options, .thinned = 1};
    struct reading study = {.place = path};
    enum cr_status status;
    char *file = cr_report_study_file(path);
    if (!file)
        return cr_fail(err, CR_ERROR_IO, "%s: is no study: neither a file nor a folder with %s in it", path, database);
    char *page = options->out ? cr_path_expand(options->out) : cr_report_study_page(path);
    if (!page)
        CR_GO(cr_fail_memory(err));
    if (strcmp(page, file) == 0)
        CR_GO(cr_fail(err, CR_ERROR_ARGUMENT, "%s: the page would replace the study itself", page));
    CR_GO(cr_study_read(&study.study, file, name, err));
    CR_GO(cr_study_trials(study.study, &study.trials, &study.count, err));
    study.best = cr_study_best(study.study, study.trials, study.count);
    CR_GO(write_page(&report, &study, page, err));
done:
    cr_study_free(study.study);
    cr_json_free(&report.json);
    free(page);
    free(file);
    return status;
}
