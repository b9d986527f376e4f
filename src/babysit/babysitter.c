/*
 * The babysitter as an observer: each event goes into the history, then every check that asked for its kind looks at
 * that. What they find goes back to the trainer with the verdict, which tells it to all. A training begins with the
 * quick pre-flight; a resumed one with the events of its log, of which nothing is told again. With babysit.auto it also
 * does something about it (auto.h).
 */
#include <stdlib.h>
#include <string.h>

#include "babysit/auto.h"
#include "babysit/check.h"
#include "babysit/origin.h"
#include "babysit/settings.h"
#include "base/file.h"
#include "experiment/run_folder.h"

struct cr_babysitter {
    struct cr_arena *arena;
    struct cr_history *history;
    struct cr_check_settings settings;
    struct cr_experiment *experiment; /* NULL: of a folder that is read */
    struct cr_auto act;
};

enum cr_status cr_babysitter_new(struct cr_babysitter **babysitter, struct cr_error *err)
{
    *babysitter = NULL;
    struct cr_babysitter *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->arena = cr_arena_new();
    if (!made->arena) {
        free(made);
        return cr_fail_memory(err);
    }
    *babysitter = made;
    return CR_OK;
}

void cr_babysitter_free(struct cr_babysitter *babysitter)
{
    if (!babysitter)
        return;
    cr_history_free(babysitter->history);
    cr_arena_free(babysitter->arena);
    free(babysitter);
}

static enum cr_status read_sections(struct cr_babysitter *babysitter, const struct cr_sections *sections,
                                    const struct cr_config *config, struct cr_error *err)
{
    cr_history_free(babysitter->history); /* of an experiment that came to nothing */
    babysitter->history = NULL;
    CR_TRY(cr_check_settings_read(&babysitter->settings, babysitter->arena, config, sections->babysit.checks, err));
    return cr_history_new(&babysitter->history, sections, err);
}

enum cr_status cr_babysitter_prepare(void *user, struct cr_experiment *experiment, struct cr_error *err)
{
    struct cr_babysitter *babysitter = user;
    babysitter->experiment = experiment;
    return read_sections(babysitter, &experiment->sections, experiment->config, err);
}

/* ---------------------------------------------------------------------------------------------------------- watching
 */

static enum cr_status look(struct cr_babysitter *babysitter, const struct cr_event *event, struct cr_error *err)
{
    struct cr_history *history = babysitter->history;
    history->now = event;
    CR_TRY(cr_history_add(history, event, err));
    for (int i = 0; cr_checks.entries[i]; i++) {
        const struct cr_check *check = (const struct cr_check *)cr_checks.entries[i]; /* its first member */
        if (!check->watch || babysitter->settings.off[i] || !(check->events & 1 << event->kind))
            continue;
        history->check = check;
        history->values = babysitter->settings.values[i];
        check->watch(history);
    }
    return history->failed ? cr_fail_memory(err) : CR_OK;
}

/* What stands in the log was told: of the pre-flight that is all there is; of the others it may say more. */
static enum cr_status replay_event(void *user, const struct cr_event *event, struct cr_error *err)
{
    struct cr_babysitter *babysitter = user;
    if (event->kind != CR_EVENT_FINDING)
        return look(babysitter, event, err);
    const struct cr_entry *check = cr_registry_find(&cr_checks, event->finding->check);
    struct cr_finding finding = *event->finding;
    if (!check)
        return CR_OK;
    finding.check = check->name;
    cr_history_note(babysitter->history, &finding);
    return babysitter->history->failed ? cr_fail_memory(err) : CR_OK;
}

/* The quick pre-flight at the start. */
struct beginning {
    struct cr_history *history;
    int alike[3 * CR_MOST_CHECKS]; /* of each finding, how many more its check had: a training tells one of a check */
};

static void keep_outcome(void *user, const struct cr_outcome *outcome)
{
    struct beginning *beginning = user;
    struct cr_history *history = beginning->history;
    int before = history->found;
    if (outcome->kind != CR_FOUND)
        return;
    cr_history_find(history, outcome->finding);
    if (history->found == before && before > 0) /* checks come one after the other: the last is of the same */
        beginning->alike[before - 1]++;
}

static enum cr_status begin(struct cr_babysitter *babysitter, struct cr_error *err)
{
    struct beginning beginning = {.history = babysitter->history};
    const struct cr_preflight_options options = {.quick = true, .tell = keep_outcome, .user = &beginning};
    if (!babysitter->experiment || !babysitter->experiment->sections.babysit.preflight)
        return CR_OK;
    CR_TRY(cr_preflight(babysitter->experiment, &options, err));
    for (int i = 0; i < babysitter->history->found; i++)
        if (beginning.alike[i] > 0) {
            struct cr_finding *finding = &babysitter->history->findings[i];
            cr_say_more(finding->symptom, "; and %d more (cradle check FILE)", beginning.alike[i]);
            cr_say_more(finding->evidence, "; cradle check FILE --quick tells all %d", beginning.alike[i] + 1);
        }
    return CR_OK;
}

/* The log has been cut to where the run goes on. */
static enum cr_status replay(struct cr_babysitter *babysitter, struct cr_error *err)
{
    const char *log = babysitter->experiment ? babysitter->experiment->events : NULL;
    if (!log || !cr_file_exists(log))
        return CR_OK;
    return cr_event_log_read(log, replay_event, babysitter, err);
}

/* What calls for it, as a NaN does, is followed to where it began. */
static enum cr_status trace(struct cr_babysitter *babysitter, const struct cr_event *event, struct cr_error *err)
{
    struct cr_history *history = babysitter->history;
    char text[300];
    for (int i = history->told; i < history->found; i++) {
        struct cr_finding *finding = &history->findings[i];
        if (!cr_check_of(finding)->traced || !babysitter->experiment ||
            babysitter->experiment->sections.babysit.observe == 0)
            continue;
        CR_TRY(cr_origin_find(babysitter->experiment, event->step, text, sizeof text, err));
        if (text[0])
            cr_say_more(finding->evidence, "; %s", text);
    }
    return CR_OK;
}

static bool acts(const struct cr_babysitter *babysitter)
{
    return babysitter->experiment && babysitter->experiment->sections.babysit.act;
}

static enum cr_status observe(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                              struct cr_error *err)
{
    struct cr_babysitter *babysitter = user;
    struct cr_history *history = babysitter->history;
    if (event->kind == CR_EVENT_FINDING)
        return CR_OK;
    if (event->kind == CR_EVENT_START)
        CR_TRY((event->resumed ? replay : begin)(babysitter, err));
    CR_TRY(look(babysitter, event, err));
    CR_TRY(trace(babysitter, event, err));
    if (acts(babysitter) && event->kind == CR_EVENT_EPOCH)
        return CR_OK; /* at the checkpoint that follows: between the two weights may be those of an average */
    if (acts(babysitter) && event->kind != CR_EVENT_END)
        CR_TRY(cr_auto_act(&babysitter->act, history, babysitter->experiment, verdict, err));
    verdict->findings = history->findings + history->told;
    verdict->finding_count = history->found - history->told;
    history->told = history->found;
    return CR_OK;
}

struct cr_observer cr_babysitter_observer(struct cr_babysitter *babysitter)
{
    return (struct cr_observer){.user = babysitter, .event = observe};
}

const struct cr_finding *cr_babysitter_findings(const struct cr_babysitter *babysitter, int *count)
{
    *count = babysitter->history ? babysitter->history->found : 0;
    return *count > 0 ? babysitter->history->findings : NULL;
}

void cr_babysitter_show(struct cr_babysitter *babysitter, cr_progress_function *progress, void *user)
{
    babysitter->act.progress = progress;
    babysitter->act.user = user;
}

/* ------------------------------------------------------------------------------------------------------- of a folder
 */

static enum cr_status read_run(struct cr_babysitter *babysitter, const char *folder, struct cr_error *err)
{
    struct cr_config *config = NULL;
    struct cr_sections sections = {0};
    enum cr_status status = CR_OK;
    char *path = cr_path_join(folder, "config.yaml"), *log = cr_path_join(folder, "events.jsonl");
    if (!path || !log)
        CR_GO(cr_fail_memory(err));
    if (!cr_file_exists(path))
        CR_GO(cr_run_folder_fail(folder, "is no run: there is no config.yaml in it", err));
    CR_GO(cr_config_open(&config, path, err));
    CR_GO(cr_sections_read(&sections, config, err));
    CR_GO(read_sections(babysitter, &sections, config, err));
    CR_GO(cr_event_log_read(log, replay_event, babysitter, err));
done:
    cr_sections_free(&sections);
    cr_config_free(config);
    free(path);
    free(log);
    return status;
}

enum cr_status cr_babysitter_read(struct cr_babysitter **babysitter, const char *folder, struct cr_error *err)
{
    CR_TRY(cr_babysitter_new(babysitter, err));
    enum cr_status status = read_run(*babysitter, folder, err);
    if (status == CR_OK)
        return CR_OK;
    cr_babysitter_free(*babysitter);
    *babysitter = NULL;
    return status;
}
