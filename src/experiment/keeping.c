#include "experiment/keeping.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "train/event_log.h"

enum { OWN_OBSERVERS = 2 };

/* ---------------------------------------------------------------------------------------------------- the run folder
 */

static enum cr_status make_folder(struct cr_experiment *experiment, struct cr_error *err)
{
    char *text;
    CR_TRY(cr_sections_write(&experiment->sections, true, &text, err));
    enum cr_status status = cr_run_folder_make(&experiment->folder, experiment->run, text, err);
    free(text);
    return status;
}

static enum cr_status name_files(struct cr_experiment *experiment, struct cr_error *err)
{
    const char *folder = experiment->folder->path;
    experiment->best = cr_path_join(folder, "best.safetensors");
    experiment->last = cr_path_join(folder, "last.safetensors");
    experiment->events = cr_path_join(folder, "events.jsonl");
    experiment->first = cr_path_join(folder, "first.safetensors");
    experiment->good = cr_path_join(folder, "good.safetensors");
    experiment->board = cr_path_join(folder, CR_TENSORBOARD_FILE);
    bool all = experiment->best && experiment->last && experiment->events && experiment->first && experiment->good &&
               experiment->board;
    return all ? CR_OK : cr_fail_memory(err);
}

/* A state that a run with babysit.auto may go back to. */
static enum cr_status load_kept(struct cr_experiment *experiment, const char *path, int which, struct cr_error *err)
{
    if (!experiment->sections.babysit.act || !cr_file_exists(path))
        return CR_OK;
    CR_TRY(cr_trainer_load(experiment->trainer, path, experiment->identity.fingerprint, err));
    return cr_trainer_keep(experiment->trainer, which, err);
}

/* A run that was killed before its first checkpoint begins anew. */
static enum cr_status load_last(struct cr_experiment *experiment, bool *loaded, struct cr_error *err)
{
    struct cr_trainer *trainer = experiment->trainer;
    *loaded = cr_file_exists(experiment->last);
    if (!*loaded)
        return CR_OK;
    CR_TRY(load_kept(experiment, experiment->first, CR_KEPT_FIRST, err));
    CR_TRY(load_kept(experiment, experiment->good, CR_KEPT_GOOD, err));
    CR_TRY(cr_trainer_load(trainer, experiment->last, experiment->identity.fingerprint, err));
    return cr_trainer_keep(trainer, CR_KEPT_GOOD, err); /* where the last is good, it is the good one */
}

enum cr_status cr_keeping_open(struct cr_experiment *experiment, int workers, struct cr_error *err)
{
    const struct cr_log_place nowhere = {-1, -1, 0};
    bool loaded;
    if (!experiment->run)
        return CR_OK;
    if (!experiment->folder)
        CR_TRY(make_folder(experiment, err));
    CR_TRY(name_files(experiment, err));
    CR_TRY(load_last(experiment, &loaded, err));
    const struct cr_progress *progress = &experiment->trainer->progress;
    experiment->finished = cr_trainer_is_over(experiment->trainer);
    const struct cr_log_place here = {progress->step, progress->epoch, progress->changes};
    const struct cr_log_place *place = loaded ? &here : &nowhere;
    CR_TRY(cr_event_log_open_at(&experiment->log, experiment->events, place, err));
    cr_event_log_set_workers(experiment->log, workers);
    return experiment->sections.train.tensorboard
               ? cr_tensorboard_open(&experiment->tensorboard, experiment->board, place, err)
               : CR_OK;
}

/* --------------------------------------------------------------------------------------------------------- observers
 */

/* The logs and the files are made after the trainer, whose steps and state they need. */
static enum cr_status log_event(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                                struct cr_error *err)
{
    struct cr_experiment *experiment = user;
    struct cr_observer observer = cr_event_log_observer(experiment->log);
    if (experiment->tensorboard)
        CR_TRY(cr_tensorboard_observe(experiment->tensorboard, event, err));
    return observer.event(observer.user, event, verdict, err);
}

static enum cr_status save(const struct cr_experiment *experiment, const struct cr_event *event, const char *path,
                           bool weights_only, struct cr_error *err)
{
    const struct cr_identity *identity = &experiment->identity;
    return cr_trainer_save_with(event->trainer, path, identity->fingerprint, weights_only, identity->pairs,
                                CR_IDENTITY_PAIRS, err);
}

/* The weights of this epoch stay, beside those that are replaced: snapshot-10.safetensors. */
static enum cr_status save_snapshot(const struct cr_experiment *experiment, const struct cr_event *event,
                                    struct cr_error *err)
{
    int64_t every = experiment->sections.train.keep;
    char name[48];
    if (every == 0 || event->epoch % every != 0)
        return CR_OK;
    cr_text_format(name, sizeof name, "snapshot-%lld.safetensors", (long long)event->epoch);
    char *path = cr_path_join(experiment->folder->path, name);
    if (!path)
        return cr_fail_memory(err);
    enum cr_status status = save(experiment, event, path, true, err);
    free(path);
    return status;
}

/*
 * The best before the last: a kill between the two leaves a state from which the same best is found again. What is gone
 * back to after the last: a kill between leaves a last state that is the good one itself.
 */
static enum cr_status keep(void *user, const struct cr_event *event, struct cr_verdict *verdict, struct cr_error *err)
{
    struct cr_experiment *experiment = user;
    bool acts = experiment->sections.babysit.act;
    (void)verdict;
    if (event->kind == CR_EVENT_EPOCH)
        CR_TRY(save_snapshot(experiment, event, err));
    if (event->kind == CR_EVENT_EPOCH && event->best)
        return save(experiment, event, experiment->best, true, err);
    if (event->kind == CR_EVENT_START && !event->resumed && acts && event->trainer->progress.changes == 0)
        return save(experiment, event, experiment->first, false, err);
    if (event->kind != CR_EVENT_CHECKPOINT)
        return CR_OK;
    CR_TRY(save(experiment, event, experiment->last, false, err));
    return acts && cr_trainer_is_good(event->trainer) ? save(experiment, event, experiment->good, false, err) : CR_OK;
}

enum cr_status cr_keeping_observers(struct cr_experiment *experiment, const struct cr_experiment_options *options,
                                    struct cr_error *err)
{
    experiment->observers = calloc((size_t)options->observer_count + OWN_OBSERVERS, sizeof *experiment->observers);
    if (!experiment->observers)
        return cr_fail_memory(err);
    if (options->run) {
        experiment->observers[experiment->observer_count++] = (struct cr_observer){experiment, log_event};
        experiment->observers[experiment->observer_count++] = (struct cr_observer){experiment, keep};
    }
    for (int i = 0; i < options->observer_count; i++)
        experiment->observers[experiment->observer_count++] = options->observers[i];
    return CR_OK;
}
