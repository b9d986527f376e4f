/*
 * What came out of a series, from the event logs of its runs, and its two files.
 */
#include <cradle/report.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

/* ------------------------------------------------------------------------------------------------------------ reading
 */

static enum cr_status read_run(struct cr_run_summary *run, const char *folder, const char *name, struct cr_error *err)
{
    struct cr_run_log *log;
    char *path = cr_path_join(folder, name);
    if (!path)
        return cr_fail_memory(err);
    const struct cr_run_log none = {0};
    cr_run_summarize(run, &none);
    enum cr_status status = CR_OK;
    if (cr_folder_exists(path) && (status = cr_run_log_open(&log, path, err)) == CR_OK) {
        cr_run_summarize(run, log);
        cr_run_log_free(log);
    }
    free(path);
    return status;
}

static bool has_ended(const struct cr_run_summary *run)
{
    return run->state == CR_RUN_FINISHED || run->state == CR_RUN_STOPPED_EARLY;
}

/* Over the runs of a group that have ended; `offset` of a double in struct cr_run_summary. */
static struct cr_spread spread_of(const struct cr_series_summary *summary, const struct cr_series *series, int group,
                                  size_t offset)
{
    struct cr_spread spread = {0};
    double sum = 0, squares = 0, value;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < series->count; i++) {
            if (series->runs[i].group != group || !has_ended(&summary->runs[i]))
                continue;
            memcpy(&value, (const char *)&summary->runs[i] + offset, sizeof value);
            if (isnan(value))
                continue;
            spread.count += pass == 0;
            sum += pass == 0 ? value : 0;
            squares += pass == 1 ? (value - sum / spread.count) * (value - sum / spread.count) : 0;
        }
    spread.mean = spread.count > 0 ? sum / spread.count : (double)NAN;
    spread.deviation = spread.count > 1 ? sqrt(squares / (spread.count - 1)) : (double)NAN;
    return spread;
}

static void fill_group(struct cr_series_summary *summary, const struct cr_series *series, int index)
{
    struct cr_series_group *group = &summary->groups[index];
    for (int i = 0; i < series->count; i++) {
        if (series->runs[i].group != index)
            continue;
        if (group->count++ == 0)
            group->first = i;
        group->ended += has_ended(&summary->runs[i]);
        group->diverged += summary->runs[i].diverged > 0;
    }
#define SPREAD(field) group->field = spread_of(summary, series, index, offsetof(struct cr_run_summary, field))
    SPREAD(best_accuracy);
    SPREAD(best_loss);
    SPREAD(best_training_accuracy);
    SPREAD(last_accuracy);
    SPREAD(last_loss);
    SPREAD(last_training_accuracy);
    SPREAD(seconds);
#undef SPREAD
}

enum cr_status cr_series_summarize(struct cr_series_summary **summary, const struct cr_series *series,
                                   const char *folder, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct cr_series_summary *made = calloc(1, sizeof *made);
    *summary = NULL;
    if (!made)
        return cr_fail_memory(err);
    made->runs = calloc((size_t)series->count, sizeof *made->runs);
    made->groups = calloc((size_t)series->group_count, sizeof *made->groups);
    if (!made->runs || !made->groups)
        CR_GO(cr_fail_memory(err));
    for (int i = 0; i < series->count; i++)
        CR_GO(read_run(&made->runs[i], folder, series->runs[i].name, err));
    for (int g = 0; g < series->group_count; g++)
        fill_group(made, series, g);
    *summary = made;
    made = NULL;
done:
    cr_series_summary_free(made);
    return status;
}

void cr_series_summary_free(struct cr_series_summary *summary)
{
    if (!summary)
        return;
    free(summary->runs);
    free(summary->groups);
    free(summary);
}

/* ------------------------------------------------------------------------------------------------------------ writing
 */

static void write_spread(struct cr_json *json, const char *key, struct cr_spread spread)
{
    cr_json_object(json, key);
    cr_json_float(json, "mean", spread.mean);
    cr_json_float(json, "deviation", spread.deviation);
    cr_json_int(json, "count", spread.count);
    cr_json_end(json);
}

/* The place on each axis by name; of a group without the axes that it is averaged over. */
static void write_labels(struct cr_json *json, const struct cr_series *series, int run, bool group)
{
    cr_json_object(json, "at");
    for (int a = 0; a < series->axis_count; a++)
        if (!group || !series->axes[a].repeats)
            cr_json_text(json, series->axes[a].name, series->runs[run].labels[a]);
    cr_json_end(json);
}

static void write_group(struct cr_json *json, const struct cr_series *series, const struct cr_series_group *group)
{
    cr_json_object(json, NULL);
    write_labels(json, series, group->first, true);
    cr_json_int(json, "runs", group->count);
    cr_json_int(json, "ended", group->ended);
    cr_json_int(json, "diverged", group->diverged);
    write_spread(json, "best_accuracy", group->best_accuracy);
    write_spread(json, "best_loss", group->best_loss);
    write_spread(json, "best_training_accuracy", group->best_training_accuracy);
    write_spread(json, "last_accuracy", group->last_accuracy);
    write_spread(json, "last_loss", group->last_loss);
    write_spread(json, "last_training_accuracy", group->last_training_accuracy);
    write_spread(json, "seconds", group->seconds);
    cr_json_end(json);
}

static void write_run(struct cr_json *json, const struct cr_series *series, int index, const struct cr_run_summary *run)
{
    cr_json_object(json, NULL);
    cr_json_text(json, "name", series->runs[index].name);
    write_labels(json, series, index, false);
    cr_json_bool(json, "ended", has_ended(run));
    cr_json_int(json, "epochs", run->epochs);
    cr_json_int(json, "diverged", run->diverged);
    cr_json_int(json, "best_epoch", run->best_epoch);
    cr_json_float(json, "best_accuracy", run->best_accuracy);
    cr_json_float(json, "best_loss", run->best_loss);
    cr_json_float(json, "best_training_accuracy", run->best_training_accuracy);
    cr_json_float(json, "last_accuracy", run->last_accuracy);
    cr_json_float(json, "last_loss", run->last_loss);
    cr_json_float(json, "last_training_accuracy", run->last_training_accuracy);
    cr_json_int(json, "faults", run->faults);
    cr_json_int(json, "warnings", run->warnings);
    cr_json_float(json, "seconds", run->seconds);
    cr_json_end(json);
}

static enum cr_status write_json(const struct cr_series_summary *summary, const struct cr_series *series, char **text,
                                 size_t *size, struct cr_error *err)
{
    struct cr_json json = {0};
    cr_json_object(&json, NULL);
    cr_json_list(&json, "groups");
    for (int g = 0; g < series->group_count; g++)
        write_group(&json, series, &summary->groups[g]);
    cr_json_end(&json);
    cr_json_list(&json, "runs");
    for (int i = 0; i < series->count; i++)
        write_run(&json, series, i, &summary->runs[i]);
    cr_json_end(&json);
    cr_json_end(&json);
    return cr_json_take(&json, text, size, err);
}

/* Labels hold neither commas that are not theirs to quote nor quotes: a cell with a comma stands in quotes. */
static char *csv_row(struct cr_arena *arena, const struct cr_series *series, int index,
                     const struct cr_run_summary *run)
{
    char *row = cr_arena_format(arena, "\"%s\"", series->runs[index].name);
    for (int a = 0; row && a < series->axis_count; a++)
        row = cr_arena_format(arena, "%s,\"%s\"", row, series->runs[index].labels[a]);
    return !row ? NULL
                : cr_arena_format(arena, "%s,%d,%lld,%lld,%lld,%.9g,%.9g,%.9g,%.9g,%.9g,%.9g,%.9g\n", row,
                                  has_ended(run), (long long)run->epochs, (long long)run->diverged,
                                  (long long)run->best_epoch, run->best_accuracy, run->best_loss,
                                  run->best_training_accuracy, run->last_accuracy, run->last_loss,
                                  run->last_training_accuracy, run->seconds);
}

static enum cr_status write_csv(struct cr_file_writer *writer, const struct cr_series_summary *summary,
                                const struct cr_series *series, struct cr_arena *arena, struct cr_error *err)
{
    static const char *const columns =
        ",ended,epochs,diverged,best_epoch,best_accuracy,best_loss,best_training_accuracy,last_accuracy,last_loss,"
        "last_training_accuracy,seconds\n";
    char *head = cr_arena_text(arena, "run");
    for (int a = 0; head && a < series->axis_count; a++)
        head = cr_arena_format(arena, "%s,\"%s\"", head, series->axes[a].name);
    if (!head)
        return cr_fail_memory(err);
    CR_TRY(cr_file_writer_write(writer, head, strlen(head), err));
    CR_TRY(cr_file_writer_write(writer, columns, strlen(columns), err));
    for (int i = 0; i < series->count; i++) {
        char *row = csv_row(arena, series, i, &summary->runs[i]);
        if (!row)
            return cr_fail_memory(err);
        CR_TRY(cr_file_writer_write(writer, row, strlen(row), err));
    }
    return CR_OK;
}

static enum cr_status replace_csv(const struct cr_series_summary *summary, const struct cr_series *series,
                                  const char *path, struct cr_error *err)
{
    struct cr_file_writer *writer;
    struct cr_arena *arena = cr_arena_new();
    if (!arena)
        return cr_fail_memory(err);
    enum cr_status status = cr_file_writer_open(&writer, path, err);
    if (status == CR_OK && (status = write_csv(writer, summary, series, arena, err)) == CR_OK)
        status = cr_file_writer_commit(writer, err);
    else if (status != CR_OK && writer)
        cr_file_writer_cancel(writer);
    cr_arena_free(arena);
    return status;
}

enum cr_status cr_series_write(const struct cr_series_summary *summary, const struct cr_series *series,
                               const char *folder, struct cr_error *err)
{
    enum cr_status status;
    char *text = NULL, *json = cr_path_join(folder, "summary.json"), *csv = cr_path_join(folder, "summary.csv");
    size_t size;
    if (!json || !csv)
        CR_GO(cr_fail_memory(err));
    CR_GO(write_json(summary, series, &text, &size, err));
    CR_GO(cr_file_replace(json, text, size, err));
    CR_GO(replace_csv(summary, series, csv, err));
done:
    free(text);
    free(json);
    free(csv);
    return status;
}
