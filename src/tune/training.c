/*
 * A trial as a real training: the study watches the run as one more observer. What was reported of epochs lies in the
 * run's event log too, so a trial that was killed between an epoch and its report loses nothing: what the log knows is
 * reported again when the run goes on.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/context.h"
#include "base/file.h"
#include "base/text.h"
#include "tune/study.h"

struct watch {
    struct cr_study *study;
    const struct cr_study_training *training;
    int64_t number;
    double best; /* of the reports; NaN: none yet */
    bool pruned, diverged, stopped;
    double beaten; /* when the last sign of life was given */
};

static const double beat_every = 20; /* seconds */

/* ------------------------------------------------------------------------------------------------------------ reports
 */

static enum cr_status report(struct watch *watch, int64_t epoch, double accuracy, double loss, bool *prune,
                             struct cr_error *err)
{
    bool by_loss = watch->training->objective == CR_OBJECTIVE_LOSS;
    double value = by_loss ? loss : accuracy;
    watch->best = by_loss ? fmin(watch->best, value) : fmax(watch->best, value);
    return cr_study_report(watch->study, watch->number, epoch, value, prune, err);
}

static double number_of(const cJSON *line, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(line, key);
    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

static bool is_told(const struct cr_study_trial *trial, int64_t epoch)
{
    for (int64_t i = 0; i < trial->report_count; i++)
        if (trial->reports[i].step == epoch)
            return true;
    return false;
}

/* The epochs of a run that goes on: all of them count for the best, those that were not reported are now. */
static enum cr_status report_past(struct watch *watch, const char *run, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    char *path = cr_path_join(run, "events.jsonl"), *text = NULL, *line;
    size_t size;
    bool prune;
    const struct cr_study_trial *trials;
    int64_t count;
    if (!path)
        return cr_fail_memory(err);
    if (!cr_file_exists(path))
        goto done;
    CR_GO(cr_file_read(path, SIZE_MAX / 2, &text, &size, err));
    for (char *rest = text; (line = strtok_r(rest, "\n", &rest));) {
        if (!strstr(line, "\"epoch\"") || !strstr(line, "validation_accuracy"))
            continue;
        cJSON *json = cJSON_Parse(line);
        const cJSON *kind = cJSON_GetObjectItemCaseSensitive(json, "event");
        double epoch = number_of(json, "epoch"), accuracy = number_of(json, "validation_accuracy");
        double loss = number_of(json, "validation_loss");
        bool counts = cJSON_IsString(kind) && strcmp(kind->valuestring, "epoch") == 0 && !isnan(epoch);
        cJSON_Delete(json);
        if (!counts)
            continue;
        CR_GO(cr_study_trials(watch->study, &trials, &count, err));
        double value = watch->training->objective == CR_OBJECTIVE_LOSS ? loss : accuracy;
        if (is_told(&trials[watch->number], (int64_t)epoch))
            watch->best =
                watch->training->objective == CR_OBJECTIVE_LOSS ? fmin(watch->best, value) : fmax(watch->best, value);
        else
            CR_GO(report(watch, (int64_t)epoch, accuracy, loss, &prune, err));
    }
done:
    free(path);
    free(text);
    return status;
}

static enum cr_status observe(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                              struct cr_error *err)
{
    struct watch *watch = user;
    bool prune = false;
    if (cr_clock() - watch->beaten > beat_every) {
        watch->beaten = cr_clock();
        CR_TRY(cr_study_beat(watch->study, watch->number, err));
    }
    if (event->kind == CR_EVENT_EPOCH && event->validated)
        CR_TRY(report(watch, event->epoch, event->validation_accuracy, event->validation_loss, &prune, err));
    bool counted = event->kind == CR_EVENT_STEP || event->kind == CR_EVENT_EPOCH;
    watch->diverged = watch->diverged || (counted && !isfinite(event->loss)) ||
                      (event->kind == CR_EVENT_EPOCH && event->validated && !isfinite(event->validation_loss));
    watch->pruned = watch->pruned || (prune && event->epoch < event->epochs);
    bool stop = counted && watch->training->stop && watch->training->stop(watch->training->user);
    watch->stopped = watch->stopped || stop;
    if (watch->diverged || watch->pruned || watch->stopped)
        verdict->kind = CR_STOP;
    return CR_OK;
}

/* ----------------------------------------------------------------------------------------------------------- training
 */

static enum cr_status check_validation(const struct cr_experiment *experiment, const struct watch *watch,
                                       struct cr_error *err)
{
    struct cr_experiment_parts parts = cr_experiment_parts(experiment);
    if (parts.split->validation_count == 0)
        return cr_fail(err, CR_ERROR_CONFIG,
                       "data.validation: a search compares by a validation part, and there is none: set 0.1 or so");
    if (parts.dataset->targets && watch->training->objective == CR_OBJECTIVE_ACCURACY)
        return cr_fail(err, CR_ERROR_CONFIG,
                       "data with rows of targets have no accuracy: search for the smallest loss");
    return CR_OK;
}

/* Everything that may go wrong with the trial itself; what stands in `err` becomes its cause. */
static enum cr_status train(struct watch *watch, struct cr_context *context, const double *values, const char *run,
                            struct cr_error *err)
{
    enum cr_status status;
    struct cr_config *config = NULL;
    struct cr_experiment *experiment = NULL;
    struct cr_observer observer = {.user = watch, .event = observe};
    bool there = cr_folder_exists(run);
    struct cr_experiment_options options = {
        .run = run, .resume = there, .workers = watch->training->workers, .observers = &observer, .observer_count = 1};
    if (!there)
        CR_GO(cr_space_config(watch->study->space, values, &config, err));
    CR_GO(cr_experiment_new(&experiment, context, config, &options, err));
    CR_GO(check_validation(experiment, watch, err));
    if (there)
        CR_GO(report_past(watch, run, err));
    CR_GO(cr_experiment_run(experiment, err));
done:
    cr_experiment_free(experiment);
    cr_config_free(config);
    return status;
}

static enum cr_status tell_end(struct watch *watch, enum cr_status status, const struct cr_error *told,
                               struct cr_error *err)
{
    if (status != CR_OK)
        return cr_study_tell(watch->study, watch->number, CR_TRIAL_FAILED, (double)NAN, told->message, err);
    if (watch->diverged)
        return cr_study_tell(watch->study, watch->number, CR_TRIAL_FAILED, (double)NAN, "diverged", err);
    return cr_study_tell(watch->study, watch->number, watch->pruned ? CR_TRIAL_PRUNED : CR_TRIAL_COMPLETE, watch->best,
                         NULL, err);
}

enum cr_status cr_study_train(struct cr_study *study, struct cr_context *context, int64_t number,
                              const struct cr_study_training *training, struct cr_error *err)
{
    struct watch watch = {.study = study, .training = training, .number = number, .best = (double)NAN};
    struct cr_error told = {.message = ""};
    char name[24];
    if (number < 0 || number >= study->asked.count)
        return cr_fail(err, CR_ERROR_ARGUMENT, "trial %lld was not asked for", (long long)number);
    cr_text_format(name, sizeof name, "%04lld", (long long)number);
    char *run = cr_path_join(training->folder, name);
    if (!run)
        return cr_fail_memory(err);
    enum cr_status status = train(&watch, context, study->asked.trials[number].values, run, &told);
    if (status == CR_ERROR_BUSY || status == CR_ERROR_MEMORY) /* nothing that the trial's values are to blame for */
        status = cr_fail(err, status, "trial %lld: %s", (long long)number, told.message);
    else if (watch.stopped)
        status = cr_fail(err, CR_ERROR_STOPPED, "stopped in trial %lld", (long long)number);
    else
        status = tell_end(&watch, status, &told, err);
    free(run);
    return status;
}
