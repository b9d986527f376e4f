/*
 * The outcome of a run in few numbers and one line, from its log alone.
 */
#include <cradle/report.h>

#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/text.h"

/* A number of an event of any kind; NaN where it has none. */
static double number_in(const char *json, const char *key)
{
    cJSON *object = cJSON_Parse(json);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    double number = cJSON_IsNumber(item) ? item->valuedouble : cJSON_IsBool(item) ? cJSON_IsTrue(item) : NAN;
    cJSON_Delete(object);
    return number;
}

static double at(const struct cr_run_log_table *table, const char *name, int64_t row)
{
    const double *values = cr_run_log_column(table, name);
    return values && row >= 0 && row < table->count ? values[row] : NAN;
}

/* ------------------------------------------------------------------------------------------------------------ records
 */

static void count_finding(struct cr_run_summary *summary, const char *json)
{
    cJSON *object = cJSON_Parse(json);
    const cJSON *severity = cJSON_GetObjectItemCaseSensitive(object, "severity");
    const char *word = cJSON_IsString(severity) ? severity->valuestring : "note";
    if (strcmp(word, "fault") == 0)
        summary->faults++;
    else if (strcmp(word, "warning") == 0)
        summary->warnings++;
    else
        summary->notes++;
    cJSON_Delete(object);
}

static void read_records(struct cr_run_summary *summary, const struct cr_run_log *log)
{
    enum cr_run_state ended = CR_RUN_UNENDED;
    for (int64_t i = 0; i < log->record_count; i++) {
        const struct cr_run_log_record *record = &log->records[i];
        if (strcmp(record->event, "finding") == 0)
            count_finding(summary, record->json);
        if (strcmp(record->event, "start") == 0) {
            double planned = number_in(record->json, "epochs");
            summary->planned = planned > 0 && planned < 1e15 ? (int64_t)planned : 0;
            ended = CR_RUN_UNENDED;
        }
        if (strcmp(record->event, "end") == 0)
            ended = number_in(record->json, "stopped_early") == 1 ? CR_RUN_STOPPED_EARLY
                    : number_in(record->json, "finished") == 1    ? CR_RUN_FINISHED
                                                                  : CR_RUN_STOPPED;
    }
    summary->state = summary->steps || summary->epochs ? ended : CR_RUN_EMPTY;
}

/* -------------------------------------------------------------------------------------------------------------- tables
 */

static bool is_better(double accuracy, double loss, const struct cr_run_summary *best)
{
    if (!(best->best_epoch > 0))
        return !isnan(accuracy);
    return accuracy > best->best_accuracy || (accuracy == best->best_accuracy && loss < best->best_loss);
}

/* On the terms of validation, where it was measured. */
static double training_accuracy(const struct cr_run_log_table *epochs, int64_t row)
{
    double compared = at(epochs, "train_accuracy", row);
    return isnan(compared) ? at(epochs, "accuracy", row) : compared;
}

/* As the trainer judges: accuracy on the validation part, ties by loss, then the earliest. */
static void find_best(struct cr_run_summary *summary, const struct cr_run_log_table *epochs)
{
    summary->validated = cr_run_log_column(epochs, "validation_accuracy") != NULL;
    const char *accuracy_of = summary->validated ? "validation_accuracy" : "accuracy";
    const char *loss_of = summary->validated ? "validation_loss" : "loss";
    for (int64_t i = 0; i < epochs->count; i++) {
        double accuracy = at(epochs, accuracy_of, i), loss = at(epochs, loss_of, i);
        if (!is_better(accuracy, loss, summary))
            continue;
        summary->best_epoch = (int64_t)at(epochs, "epoch", i);
        summary->best_accuracy = accuracy;
        summary->best_loss = loss;
        summary->best_training_accuracy = training_accuracy(epochs, i);
    }
    int64_t last = epochs->count - 1;
    summary->last_accuracy = at(epochs, accuracy_of, last);
    summary->last_loss = at(epochs, loss_of, last);
    summary->last_training_accuracy = training_accuracy(epochs, last);
}

static void find_divergence(struct cr_run_summary *summary, const struct cr_run_log_table *steps)
{
    const double *loss = cr_run_log_column(steps, "loss");
    for (int64_t i = 0; loss && i < steps->count; i++)
        if (!isfinite(loss[i])) {
            summary->diverged = (int64_t)at(steps, "step", i);
            return;
        }
}

/* ------------------------------------------------------------------------------------------------------------ headline
 */

static void write_headline(struct cr_run_summary *summary)
{
    static const char *const states[] = {
        [CR_RUN_EMPTY] = "No step has been made",
        [CR_RUN_UNENDED] = "Not ended (killed, or still training)",
        [CR_RUN_STOPPED] = "Stopped by its user",
        [CR_RUN_STOPPED_EARLY] = "Stopped early, as the results got no better",
        [CR_RUN_FINISHED] = "Finished",
    };
    char best[96] = "", diverged[64] = "";
    if (summary->diverged)
        cr_text_format(diverged, sizeof diverged, "; the loss is no number from step %lld on",
                       (long long)summary->diverged);
    if (summary->best_epoch)
        cr_text_format(best, sizeof best, "; best %s accuracy %.4f in epoch %lld",
                       summary->validated ? "validation" : "training", summary->best_accuracy,
                       (long long)summary->best_epoch);
    cr_text_format(summary->headline, sizeof summary->headline, "%s after %lld of %lld epochs%s%s",
                   states[summary->state], (long long)summary->epochs, (long long)summary->planned, diverged, best);
}

void cr_run_summarize(struct cr_run_summary *summary, const struct cr_run_log *log)
{
    const struct cr_run_log_table *steps = &log->steps, *epochs = &log->epochs;
    *summary = (struct cr_run_summary){.best_accuracy = NAN,
                                       .best_loss = NAN,
                                       .best_training_accuracy = NAN,
                                       .last_accuracy = NAN,
                                       .last_loss = NAN,
                                       .last_training_accuracy = NAN};
    double last_step = at(steps, "step", steps->count - 1), last_epoch = at(epochs, "epoch", epochs->count - 1);
    double seconds = fmax(at(steps, "seconds", steps->count - 1), at(epochs, "seconds", epochs->count - 1));
    summary->steps = last_step > 0 ? (int64_t)last_step : 0;
    summary->epochs = last_epoch > 0 ? (int64_t)last_epoch : 0;
    summary->seconds = isnan(seconds) ? 0 : seconds;
    read_records(summary, log);
    find_best(summary, epochs);
    find_divergence(summary, steps);
    write_headline(summary);
}
