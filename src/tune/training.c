/*
 * A trial as a real training: the study watches the run as one more observer. What was reported of epochs lies in the
 * run's event log too, so a trial that was killed between an epoch and its report loses nothing: what the log knows is
 * reported again when the run goes on.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cradle/babysit.h>

#include "base/context.h"
#include "base/file.h"
#include "base/text.h"
#include "tune/study.h"

struct watch {
    struct cr_study *study;
    const struct cr_study_training *training;
    int64_t number;
    double best; /* of the epochs of this run; NaN: none yet */
    double loss; /* validation loss of the last epoch; NaN: none yet */
    bool pruned, diverged, stopped, ended, dead;
    char doubt[480];   /* that nothing is learned, as the babysitter says; "": none */
    double doubt_loss; /* validation loss when it was said */
    double beaten;     /* when the last sign of life was given */
};

static const double beat_every = 20;   /* seconds */
static const double least_fall = 0.01; /* of the validation loss since the doubt: it learns after all */

/* ------------------------------------------------------------------------------------------------------------ reports
 */

static double score_of(const struct watch *watch, const struct cr_event *event)
{
    return watch->training->objective == CR_OBJECTIVE_LOSS ? event->validation_loss : event->validation_accuracy;
}

static void note(struct watch *watch, const struct cr_event *event)
{
    double score = score_of(watch, event);
    watch->best = watch->training->objective == CR_OBJECTIVE_LOSS ? fmin(watch->best, score) : fmax(watch->best, score);
    watch->loss = event->validation_loss;
}

/*
 * A network that learns nothing is no bad score among others: the trial ends with the cause. One that only begins
 * slowly, under a warm-up or on a plateau, is not lost: the babysitter's word waits until half of the epochs, and is
 * forgotten where the validation loss has fallen since.
 */
static void note_doubt(struct watch *watch, const struct cr_event *event)
{
    if (event->kind == CR_EVENT_FINDING && strcmp(event->finding->check, "not-learning") == 0) {
        cr_text_format(watch->doubt, sizeof watch->doubt, "not-learning: %s", event->finding->evidence);
        watch->doubt_loss = watch->loss;
    }
    watch->ended = watch->ended || (event->kind == CR_EVENT_END && event->finished);
    bool early = !watch->ended && 2 * event->epoch < event->epochs;
    if (!watch->doubt[0] || event->kind == CR_EVENT_STEP || early)
        return;
    if (watch->loss < (1 - least_fall) * watch->doubt_loss)
        watch->doubt[0] = 0;
    else
        watch->dead = true;
}

static bool is_told(const struct cr_study_trial *trial, int64_t epoch)
{
    for (int64_t i = 0; i < trial->report_count; i++)
        if (trial->reports[i].step == epoch)
            return true;
    return false;
}

static enum cr_status take_past(void *user, const struct cr_event *event, struct cr_error *err)
{
    struct watch *watch = user;
    const struct cr_study_trial *trials;
    int64_t count;
    bool prune;
    if (event->kind == CR_EVENT_EPOCH && event->validated)
        note(watch, event);
    note_doubt(watch, event);
    if (event->kind != CR_EVENT_EPOCH || !event->validated)
        return CR_OK;
    if (watch->training->folds)
        return CR_OK;
    CR_TRY(cr_study_trials(watch->study, &trials, &count, err));
    if (is_told(&trials[watch->number], event->epoch))
        return CR_OK;
    return cr_study_report(watch->study, watch->number, event->epoch, score_of(watch, event), &prune, err);
}

/* The epochs of a run that goes on: all of them count for the best, those that were not reported are now. */
static enum cr_status report_past(struct watch *watch, const char *run, struct cr_error *err)
{
    char *path = cr_path_join(run, "events.jsonl");
    if (!path)
        return cr_fail_memory(err);
    enum cr_status status = cr_file_exists(path) ? cr_event_log_read(path, take_past, watch, err) : CR_OK;
    free(path);
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
    if (event->kind == CR_EVENT_EPOCH && event->validated) {
        note(watch, event);
        if (!watch->training->folds)
            CR_TRY(cr_study_report(watch->study, watch->number, event->epoch, score_of(watch, event), &prune, err));
    }
    note_doubt(watch, event);
    bool counted = event->kind == CR_EVENT_STEP || event->kind == CR_EVENT_EPOCH;
    watch->diverged = watch->diverged || (counted && !isfinite(event->loss)) ||
                      (event->kind == CR_EVENT_EPOCH && event->validated && !isfinite(event->validation_loss));
    watch->pruned = watch->pruned || (prune && event->epoch < event->epochs);
    bool stop = counted && watch->training->stop && watch->training->stop(watch->training->user);
    watch->stopped = watch->stopped || stop;
    if (watch->diverged || watch->dead || watch->pruned || watch->stopped)
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
        return cr_fail(err, CR_ERROR_ARGUMENT,
                       "data.validation: a search compares by a validation part, and there is none: set 0.1 or so");
    if (parts.dataset->targets && watch->training->objective == CR_OBJECTIVE_ACCURACY)
        return cr_fail(err, CR_ERROR_ARGUMENT,
                       "data with rows of targets have no accuracy: search for the smallest loss");
    return CR_OK;
}

/* One run. What may go wrong with the trial itself becomes its cause. `fold` is -1 where there are none. */
static enum cr_status train_run(struct watch *watch, struct cr_context *context, const double *values, const char *run,
                                int64_t fold, struct cr_error *err)
{
    enum cr_status status;
    struct cr_config *config = NULL;
    struct cr_experiment *experiment = NULL;
    struct cr_babysitter *babysitter = NULL;
    bool there = cr_folder_exists(run);
    watch->best = watch->loss = (double)NAN;
    watch->doubt[0] = 0;
    watch->ended = false;
    CR_TRY(cr_babysitter_new(&babysitter, err));
    struct cr_observer observers[2] = {{.user = watch, .event = observe}, cr_babysitter_observer(babysitter)};
    struct cr_experiment_options options = {.run = run,
                                            .resume = there,
                                            .workers = watch->training->workers,
                                            .observers = observers,
                                            .observer_count = 2,
                                            .prepare = cr_babysitter_prepare,
                                            .prepare_user = babysitter};
    if (!there)
        CR_GO(cr_space_config(watch->study->space, values, &config, err));
    if (config && fold >= 0)
        CR_GO(cr_config_set_fold(config, fold, watch->training->folds, err));
    CR_GO(cr_experiment_new(&experiment, context, config, &options, err));
    CR_GO(check_validation(experiment, watch, err));
    CR_GO(cr_study_note_validation(watch->study, cr_experiment_parts(experiment).split->validation_count,
                                   watch->training->folds, err));
    if (there)
        CR_GO(report_past(watch, run, err));
    CR_GO(cr_experiment_run(experiment, err));
done:
    cr_experiment_free(experiment);
    cr_babysitter_free(babysitter);
    cr_config_free(config);
    return status;
}

/* Fold by fold; what is reported after each is the mean so far. */
static enum cr_status train_folds(struct watch *watch, struct cr_context *context, const double *values,
                                  const char *folder, struct cr_error *err)
{
    double sum = 0;
    bool prune = false;
    for (int64_t fold = 0; fold < watch->training->folds; fold++) {
        char name[32];
        cr_text_format(name, sizeof name, "fold-%lld", (long long)fold);
        char *run = cr_path_join(folder, name);
        if (!run)
            return cr_fail_memory(err);
        enum cr_status status = train_run(watch, context, values, run, fold, err);
        free(run);
        CR_TRY(status);
        if (watch->stopped || watch->diverged || watch->dead)
            return CR_OK;
        sum += watch->best;
        CR_TRY(cr_study_report(watch->study, watch->number, fold + 1, sum / (double)(fold + 1), &prune, err));
        watch->best = sum / (double)(fold + 1);
        if (prune && fold + 1 < watch->training->folds) {
            watch->pruned = true;
            return CR_OK;
        }
    }
    return CR_OK;
}

static enum cr_status train(struct watch *watch, struct cr_context *context, const double *values, const char *folder,
                            struct cr_error *err)
{
    return watch->training->folds ? train_folds(watch, context, values, folder, err)
                                  : train_run(watch, context, values, folder, -1, err);
}

static enum cr_status tell_end(struct watch *watch, enum cr_status status, const struct cr_error *told,
                               struct cr_error *err)
{
    if (status != CR_OK)
        return cr_study_tell(watch->study, watch->number, CR_TRIAL_FAILED, (double)NAN, told->message, err);
    if (watch->diverged || watch->dead)
        return cr_study_tell(watch->study, watch->number, CR_TRIAL_FAILED, (double)NAN,
                             watch->diverged ? "diverged" : watch->doubt, err);
    return cr_study_tell(watch->study, watch->number, watch->pruned ? CR_TRIAL_PRUNED : CR_TRIAL_COMPLETE, watch->best,
                         NULL, err);
}

/* What no values of a trial are to blame for: the next would fail alike, and this one can be given out again. */
static bool is_of_all(enum cr_status status)
{
    return status == CR_ERROR_BUSY || status == CR_ERROR_MEMORY || status == CR_ERROR_IO || status == CR_ERROR_FORMAT ||
           status == CR_ERROR_ARGUMENT || status == CR_ERROR_UNSUPPORTED;
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
    if (is_of_all(status))
        status = cr_fail(err, status, "trial %lld: %s", (long long)number, told.message);
    else if (watch.stopped)
        status = cr_fail(err, CR_ERROR_STOPPED, "stopped in trial %lld", (long long)number);
    else
        status = tell_end(&watch, status, &told, err);
    free(run);
    return status;
}
