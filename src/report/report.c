/*
 * The report: reads the runs, makes the parts of each, writes the page.
 */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "experiment/experiment.h"

enum { RUNS_MAX = 64 };

static const struct part {
    const char *what; /* for the note where it cannot be made */
    cr_report_part *make;
    bool computes;
} parts[] = {
    {"the events", cr_report_events, false},
    {"the curves", cr_report_tables, false},
    {"the observations", cr_report_observation, false},
    {"the config", cr_report_settings, false},
    {"the layers", cr_report_layers, false},
    {"the filters", cr_report_filters, false},
    {"the evaluation", cr_report_evaluation, true},
    {"the samples", cr_report_samples, true},
    {"the times of the layers", cr_report_speed, true},
    {"the range test", cr_report_range, true},
    {"what is proposed, tried", cr_report_confirm, true},
};

/* -------------------------------------------------------------------------------------------------------------- notes
 */

static enum cr_status note(struct cr_report *report, struct cr_report_run *run, const char *text, struct cr_error *err)
{
    if (!text)
        return cr_fail_memory(err);
    if (run->note_count < CR_REPORT_NOTES)
        run->notes[run->note_count++] = text;
    cr_log(report->context, CR_LOG_WARNING, "%s", text);
    return CR_OK;
}

/* What ends everything: the user's wish, and want of memory. */
static bool is_final(enum cr_status status)
{
    return status == CR_ERROR_STOPPED || status == CR_ERROR_MEMORY;
}

/* A failure that the page can do without becomes a note. */
static enum cr_status forgive(struct cr_report *report, struct cr_report_run *run, const char *what,
                              enum cr_status status, const struct cr_error *why, struct cr_error *err)
{
    if (status == CR_OK || status == CR_ERROR_UNSUPPORTED)
        return CR_OK;
    if (is_final(status))
        return cr_fail(err, status, "%s", why->message);
    return note(report, run, cr_arena_format(run->arena, "%s: left out: %s", what, why->message), err);
}

/* -------------------------------------------------------------------------------------------------------------- a run
 */

static enum cr_status open_data(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    struct cr_data_section section;
    const struct cr_node *node = cr_node_get(cr_config_root(run->run->config), "data");
    CR_TRY(cr_bind(run->run->config, cr_data_section_options, node, &section, err));
    CR_TRY(cr_dataset_open(&run->dataset, report->context, run->run->config, section.source, CR_PART_TRAIN,
                           &report->options->data, err));
    return cr_split_new(&run->split, run->dataset, &section, err);
}

/* The experiment again, without a folder: nothing is written. Where it cannot be made (what its weights began with is
 * gone), its data can still be there. */
static enum cr_status open_experiment(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    const struct cr_data_options *data = &report->options->data;
    const struct cr_experiment_options options = {
        .workers = data->workers, .progress = data->progress, .progress_user = data->progress_user};
    struct cr_error why;
    enum cr_status status = cr_experiment_new(&run->experiment, report->context, run->run->config, &options, &why);
    if (is_final(status))
        return cr_fail(err, status, "%s", why.message);
    if (status != CR_OK)
        return open_data(report, run, err);
    run->dataset = run->experiment->dataset;
    run->split = run->experiment->split;
    return CR_OK;
}

static enum cr_status open_run(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    struct cr_error why = {0};
    CR_TRY(cr_run_log_open(&run->log, run->folder, err));
    for (int i = 0; i < run->log->note_count; i++)
        CR_TRY(note(report, run, run->log->notes[i], err));
    cr_run_summarize(&run->summary, run->log);
    enum cr_status status = cr_run_open(&run->run, report->context, run->folder, &why);
    CR_TRY(forgive(report, run, "the network", status, &why, err));
    if (!run->run || report->options->quick)
        return CR_OK;
    why = (struct cr_error){0};
    status = open_experiment(report, run, &why);
    /* A part that the source does not have is worth a note, too. */
    return forgive(report, run, "the data", status == CR_ERROR_UNSUPPORTED ? CR_ERROR_IO : status, &why, err);
}

static void close_run(struct cr_report_run *run)
{
    if (!run->experiment) {
        cr_split_free(run->split);
        cr_dataset_free(run->dataset);
    }
    cr_experiment_free(run->experiment);
    cr_run_free(run->run);
    cr_run_log_free(run->log);
    cr_arena_free(run->arena);
}

/* A part that fails in the middle leaves nothing behind. */
static enum cr_status make_part(struct cr_report *report, struct cr_report_run *run, const struct part *part,
                                struct cr_error *err)
{
    struct cr_error why = {0};
    struct cr_json before = report->json;
    if (part->computes && report->options->quick)
        return CR_OK;
    enum cr_status status = part->make(report, run, &why);
    if (status != CR_OK && !report->json.failed) {
        report->json.used = before.used;
        report->json.depth = before.depth;
        report->json.follows = before.follows;
    }
    return forgive(report, run, part->what, status, &why, err);
}

static const char *name_of(const char *folder)
{
    const char *name = folder;
    for (const char *at = folder; *at; at++)
        if (*at == '/' && at[1] && at[1] != '/')
            name = at + 1;
    return name;
}

static void write_summary(struct cr_json *json, const struct cr_run_summary *summary)
{
    static const char *const states[] = {[CR_RUN_EMPTY] = "empty",
                                         [CR_RUN_UNENDED] = "unended",
                                         [CR_RUN_STOPPED] = "stopped",
                                         [CR_RUN_STOPPED_EARLY] = "stopped early",
                                         [CR_RUN_FINISHED] = "finished"};
    cr_json_object(json, "summary");
    cr_json_text(json, "state", states[summary->state]);
    cr_json_text(json, "headline", summary->headline);
    cr_json_int(json, "steps", summary->steps);
    cr_json_int(json, "epochs", summary->epochs);
    cr_json_int(json, "planned", summary->planned);
    cr_json_float(json, "seconds", summary->seconds);
    cr_json_bool(json, "validated", summary->validated);
    cr_json_int(json, "best_epoch", summary->best_epoch);
    cr_json_float(json, "best_accuracy", summary->best_accuracy);
    cr_json_float(json, "best_loss", summary->best_loss);
    cr_json_float(json, "best_training_accuracy", summary->best_training_accuracy);
    cr_json_float(json, "last_accuracy", summary->last_accuracy);
    cr_json_int(json, "diverged", summary->diverged);
    cr_json_end(json);
}

static enum cr_status write_run(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    struct cr_json *json = &report->json;
    const char *name = name_of(run->folder);
    size_t length = strcspn(name, "/");
    cr_json_object(json, NULL);
    cr_json_bytes(json, "name", name, length);
    cr_json_text(json, "folder", run->folder);
    write_summary(json, &run->summary);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        CR_TRY(make_part(report, run, &parts[i], err));
    cr_json_list(json, "notes");
    for (int i = 0; i < run->note_count; i++)
        cr_json_text(json, NULL, run->notes[i]);
    cr_json_end(json);
    cr_json_end(json);
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ the page
 */

static enum cr_status check(const char *const *folders, int count, const struct cr_report_options *options,
                            struct cr_error *err)
{
    if (count < 1 || count > RUNS_MAX)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a report on %d runs: expected 1..%d; name some of them", count,
                       RUNS_MAX);
    if (count > 1 && !options->out)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a report on several runs needs the name of the file to write");
    for (int i = 0; i < count; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(folders[i], folders[j]) == 0)
                return cr_fail(err, CR_ERROR_ARGUMENT, "%s: is there twice", folders[i]);
    return CR_OK;
}

static enum cr_status open_runs(struct cr_report *report, struct cr_report_run *runs, const char *const *folders,
                                int count, struct cr_error *err)
{
    const struct cr_run_log *logs[RUNS_MAX];
    for (int i = 0; i < count; i++) {
        runs[i].folder = folders[i];
        runs[i].arena = cr_arena_new();
        if (!runs[i].arena)
            return cr_fail_memory(err);
        CR_TRY(open_run(report, &runs[i], err));
        logs[i] = runs[i].log;
    }
    report->thinned = cr_report_thinning(logs, count);
    return CR_OK;
}

void cr_report_begin(struct cr_report *report)
{
    struct cr_json *json = &report->json;
    cr_json_object(json, NULL);
    cr_json_text(json, "version", cr_version());
    if (report->options->made)
        cr_json_text(json, "made", report->options->made);
    cr_json_bool(json, "quick", report->options->quick);
    cr_json_int(json, "thinned", report->thinned);
}

static enum cr_status write_runs(struct cr_report *report, struct cr_report_run *runs, int count, struct cr_error *err)
{
    struct cr_json *json = &report->json;
    cr_report_begin(report);
    cr_json_list(json, "runs");
    for (int i = 0; i < count; i++)
        CR_TRY(write_run(report, &runs[i], err));
    cr_json_end(json);
    cr_json_end(json);
    return CR_OK;
}

enum cr_status cr_report_write(struct cr_context *context, const char *const *folders, int count,
                               const struct cr_report_options *options, struct cr_error *err)
{
    static const struct cr_report_options none = {0};
    struct cr_report report = {.context = context, .options = options ? options : &none};
    enum cr_status status;
    char *path = NULL, *data = NULL;
    size_t size;
    CR_TRY(check(folders, count, report.options, err));
    struct cr_report_run *runs = calloc((size_t)count, sizeof *runs);
    if (!runs)
        return cr_fail_memory(err);
    CR_GO(open_runs(&report, runs, folders, count, err));
    CR_GO(write_runs(&report, runs, count, err));
    CR_GO(cr_json_take(&report.json, &data, &size, err));
    path = report.options->out ? cr_path_expand(report.options->out) : cr_path_join(folders[0], "report.html");
    if (!path)
        CR_GO(cr_fail_memory(err));
    CR_GO(cr_report_page(path, data, size, err));
done:
    for (int i = 0; i < count; i++)
        close_run(&runs[i]);
    free(runs);
    free(data);
    free(path);
    cr_json_free(&report.json);
    return status;
}
