/*
 * A study: ask and tell, over a store that several processes share. To ask is one transaction: read all trials, take
 * over one whose worker died or add the next one, commit. So no trial is lost or run twice, wherever a process ends.
 */
#include "tune/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tune/distribution.h"
#include "tune/owner.h"

enum { LAG = 4 };

/* ---------------------------------------------------------------------------------------------------------- opening */

/* The first dimension that the stored trials and the space disagree about is an error. */
static enum cr_status check_trials(const struct cr_study *study, const struct cr_snapshot *snapshot, const char *file,
                                   struct cr_error *err)
{
    const struct cr_space *space = study->space;
    for (int64_t i = 0; i < snapshot->count; i++)
        for (int64_t v = 0; v < snapshot->stored[i].value_count; v++) {
            const struct cr_stored_value *value = &snapshot->stored[i].values[v];
            int d = 0;
            while (d < space->count && strcmp(space->axes[d].dimension.name, value->name) != 0)
                d++;
            if (d == space->count)
                return cr_fail(err, CR_ERROR_CONFIG,
                               "%s: is the study of another space: its trials have %s, for which there is no search "
                               "range here; begin another study",
                               file, value->name);
            if (!cr_distribution_same_kind(&space->axes[d].dimension, value->distribution))
                return cr_fail(
                    err, CR_ERROR_CONFIG, "%s: is the study of another space: %s was %s there; begin another study",
                    file, value->name, space->axes[d].dimension.kind == CR_CHOICES ? "a range of numbers" : "a choice");
        }
    return CR_OK;
}

static enum cr_status join(struct cr_study *study, const struct cr_study_options *options, struct cr_error *err)
{
    const char *file = options->file ? options->file : "the study";
    CR_TRY(cr_store_begin(study->store, err));
    CR_TRY(cr_store_study(study->store, options->name, options->maximize, err));
    if (cr_store_maximizes(study->store) != options->maximize)
        return cr_fail(err, CR_ERROR_CONFIG, "%s: the study there looks for the %s score, not for the %s one", file,
                       options->maximize ? "smallest" : "largest", options->maximize ? "largest" : "smallest");
    CR_TRY(cr_snapshot_read(&study->asked, study, err));
    CR_TRY(check_trials(study, &study->asked, file, err));
    CR_TRY(cr_study_note_space(study, study->asked.arena, err));
    return cr_store_commit(study->store, err);
}

enum cr_status cr_study_open(struct cr_study **study, const struct cr_space *space,
                             const struct cr_study_options *options, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    *study = NULL;
    struct cr_study *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->space = space;
    made->trials = options->trials;
    made->seed = options->seed;
    made->lag = !options->deterministic ? 0 : options->lag > 0 ? options->lag : LAG;
    cr_owner_name(made->owner);
    CR_GO(cr_sampler_choose(&made->sampler, options->sampler, space, options->trials, err));
    CR_GO(cr_pruner_choose(&made->pruner, options->pruner, err));
    CR_GO(cr_store_open(&made->store, options->file, err));
    CR_GO(join(made, options, err));
    *study = made;
    made = NULL;
done:
    cr_study_free(made);
    return status;
}

void cr_study_free(struct cr_study *study)
{
    if (!study)
        return;
    cr_store_close(study->store);
    cr_snapshot_free(&study->asked);
    cr_snapshot_free(&study->listed);
    cr_sampler_choice_free(&study->sampler);
    cr_pruner_choice_free(&study->pruner);
    cr_space_free(study->read_space);
    free(study);
}

const char *cr_study_sampler(const struct cr_study *study)
{
    return study->sampler.why;
}

/* -------------------------------------------------------------------------------------------------------------- asking
 */

static bool has_ended(enum cr_trial_state state)
{
    return state == CR_TRIAL_COMPLETE || state == CR_TRIAL_PRUNED || state == CR_TRIAL_FAILED;
}

/* How the next trial sees trial i. A deterministic one knows points up to its own, but scores only of old trials. */
static struct cr_seen see(const struct cr_study *study, int64_t i, int64_t number, const double *unit)
{
    const struct cr_study_trial *trial = &study->asked.trials[i];
    struct cr_seen seen = {.unit = unit, .state = CR_SEEN_PENDING};
    bool hidden = study->lag > 0 && i > number - study->lag;
    if (hidden || !has_ended(trial->state))
        return seen;
    seen.state = trial->state != CR_TRIAL_FAILED && isfinite(trial->score) ? CR_SEEN_VALUE : CR_SEEN_FAILED;
    seen.value = cr_store_maximizes(study->store) ? -trial->score : trial->score;
    return seen;
}

/* The trials as the sampler of trial `number` sees them. */
static enum cr_status look(struct cr_study *study, int64_t number, struct cr_seen **seen, int64_t *count,
                           struct cr_error *err)
{
    struct cr_snapshot *snapshot = &study->asked;
    size_t dims = (size_t)study->space->count, trials = (size_t)snapshot->count;
    double *unit = cr_arena_alloc(snapshot->arena, (trials * dims + 1) * sizeof *unit);
    *seen = cr_arena_alloc(snapshot->arena, (trials + 1) * sizeof **seen);
    *count = 0;
    if (!unit || !*seen)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < snapshot->count; i++) {
        if (!snapshot->fits[i])
            continue;
        cr_space_to_unit(study->space, snapshot->trials[i].values, unit);
        (*seen)[(*count)++] = see(study, i, number, unit);
        unit += dims;
    }
    return CR_OK;
}

/* A new point; `found` is false where all that there are have been tried. */
static enum cr_status suggest(struct cr_study *study, int64_t number, double *values, bool *found, struct cr_error *err)
{
    double unit[CR_SPACE_MOST];
    struct cr_sampler_call call = {.space = study->space,
                                   .number = number,
                                   .trials = study->trials,
                                   .seed = study->seed,
                                   .options = study->sampler.options};
    struct cr_seen *seen;
    CR_TRY(look(study, number, &seen, &call.count, err));
    call.seen = seen;
    *found = true;
    cr_space_first(study->space, values);
    cr_space_to_unit(study->space, values, unit);
    if (!cr_sampler_has(&call, unit))
        return CR_OK;
    *found = cr_space_points(study->space, INT64_MAX) > call.count;
    if (!*found)
        return CR_OK;
    CR_TRY(study->sampler.sampler->suggest(&call, unit, err));
    cr_sampler_renew(&call, unit);
    cr_space_from_unit(study->space, unit, values);
    return CR_OK;
}

static enum cr_status add(struct cr_study *study, const double *values, struct cr_error *err)
{
    const struct cr_space *space = study->space;
    struct cr_stored_value stored[CR_SPACE_MOST];
    int64_t count = 0, id;
    for (int d = 0; d < space->count; d++) {
        if (isnan(values[d]))
            continue;
        const struct cr_dimension *dimension = &space->axes[d].dimension;
        stored[count] =
            (struct cr_stored_value){dimension->name, values[d], cr_distribution_text(study->asked.arena, dimension)};
        if (!stored[count++].distribution)
            return cr_fail_memory(err);
    }
    return cr_store_add(study->store, stored, count, study->owner, &id, err);
}

/* A trial that nobody runs any more, or that waits to be run. */
static int64_t find_orphan(const struct cr_snapshot *snapshot)
{
    for (int64_t i = 0; i < snapshot->count; i++) {
        const struct cr_stored_trial *trial = &snapshot->stored[i];
        bool running = trial->state == CR_TRIAL_RUNNING && cr_owner_is_dead(trial->owner, trial->silence);
        if (snapshot->fits[i] && (running || trial->state == CR_TRIAL_WAITING))
            return i;
    }
    return -1;
}

/* A deterministic trial needs the scores of all that are older by the lag. */
static bool must_wait(const struct cr_study *study, int64_t number)
{
    for (int64_t i = 0; study->lag > 0 && i <= number - study->lag; i++)
        if (!has_ended(study->asked.trials[i].state))
            return true;
    return false;
}

static enum cr_status take(struct cr_study *study, int64_t *number, struct cr_error *err)
{
    double values[CR_SPACE_MOST];
    bool found;
    CR_TRY(cr_snapshot_read(&study->asked, study, err));
    *number = find_orphan(&study->asked);
    if (*number >= 0)
        return cr_store_take(study->store, study->asked.stored[*number].id, study->owner, err);
    int64_t next = study->asked.count;
    if (study->trials > 0 && next >= study->trials)
        return CR_OK;
    if (must_wait(study, next))
        return cr_fail(err, CR_ERROR_BUSY, "trial %lld must wait for the scores of earlier ones", (long long)next);
    CR_TRY(suggest(study, next, values, &found, err));
    if (!found)
        return CR_OK;
    *number = next;
    CR_TRY(add(study, values, err));
    return cr_snapshot_read(&study->asked, study, err);
}

enum cr_status cr_study_ask(struct cr_study *study, const struct cr_study_trial **trial, struct cr_error *err)
{
    int64_t number = -1;
    *trial = NULL;
    if (study->read_space)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a study that was opened to be read gives no trials");
    CR_TRY(cr_store_begin(study->store, err));
    enum cr_status status = take(study, &number, err);
    if (status == CR_OK)
        status = cr_store_commit(study->store, err);
    cr_store_rollback(study->store);
    if (status == CR_OK && number >= 0)
        *trial = &study->asked.trials[number];
    return status;
}

/* ------------------------------------------------------------------------------------------------------------- telling
 */

static enum cr_status find_trial(struct cr_study *study, int64_t number, struct cr_error *err)
{
    CR_TRY(cr_snapshot_read(&study->listed, study, err));
    if (number < 0 || number >= study->listed.count)
        return cr_fail(err, CR_ERROR_ARGUMENT, "there is no trial %lld; the study has %lld", (long long)number,
                       (long long)study->listed.count);
    return CR_OK;
}

/* What the pruner may see: all others, or in a deterministic study those that have an end and are old enough. */
static enum cr_status decide(struct cr_study *study, int64_t number, bool *prune, struct cr_error *err)
{
    struct cr_snapshot *snapshot = &study->listed;
    struct cr_study_trial *others = cr_arena_alloc(snapshot->arena, ((size_t)snapshot->count + 1) * sizeof *others);
    if (!others)
        return cr_fail_memory(err);
    struct cr_pruner_call call = {.trials = others,
                                  .own = &snapshot->trials[number],
                                  .maximize = cr_store_maximizes(study->store),
                                  .options = study->pruner.options};
    for (int64_t i = 0; i < snapshot->count; i++)
        if (i != number && (study->lag == 0 || i <= number - study->lag))
            others[call.count++] = snapshot->trials[i];
    return study->pruner.pruner->decide(&call, prune, err);
}

enum cr_status cr_study_report(struct cr_study *study, int64_t number, int64_t step, double value, bool *prune,
                               struct cr_error *err)
{
    bool unused;
    CR_TRY(cr_store_begin(study->store, err));
    enum cr_status status = find_trial(study, number, err);
    if (status == CR_OK)
        status = cr_store_report(study->store, study->listed.stored[number].id, step, value, err);
    if (status == CR_OK)
        status = cr_store_beat(study->store, study->listed.stored[number].id, err);
    if (status == CR_OK)
        status = cr_store_commit(study->store, err);
    cr_store_rollback(study->store);
    CR_TRY(status);
    CR_TRY(cr_snapshot_read(&study->listed, study, err));
    return decide(study, number, prune ? prune : &unused, err);
}

enum cr_status cr_study_beat(struct cr_study *study, int64_t number, struct cr_error *err)
{
    CR_TRY(find_trial(study, number, err));
    return cr_store_beat(study->store, study->listed.stored[number].id, err);
}

enum cr_status cr_study_tell(struct cr_study *study, int64_t number, enum cr_trial_state state, double score,
                             const char *cause, struct cr_error *err)
{
    bool done = false;
    if (!has_ended(state))
        return cr_fail(err, CR_ERROR_ARGUMENT, "a trial ends complete, pruned or failed");
    if (state == CR_TRIAL_COMPLETE && !isfinite(score)) {
        state = CR_TRIAL_FAILED;
        cause = cause ? cause : isnan(score) ? "the score is no number" : "the score is infinite";
    }
    CR_TRY(cr_store_begin(study->store, err));
    enum cr_status status = find_trial(study, number, err);
    if (status == CR_OK)
        status = cr_store_finish(study->store, study->listed.stored[number].id, state,
                                 state == CR_TRIAL_FAILED ? (double)NAN : score, cause, &done, err);
    if (status == CR_OK)
        status = cr_store_commit(study->store, err);
    cr_store_rollback(study->store);
    if (status == CR_OK && !done)
        return cr_fail(err, CR_ERROR_ARGUMENT, "trial %lld has ended before", (long long)number);
    return status;
}

/* ------------------------------------------------------------------------------------------------------------- reading
 */

enum cr_status cr_study_trials(struct cr_study *study, const struct cr_study_trial **trials, int64_t *count,
                               struct cr_error *err)
{
    CR_TRY(cr_snapshot_read(&study->listed, study, err));
    *trials = study->listed.trials;
    *count = study->listed.count;
    return CR_OK;
}

const struct cr_study_trial *cr_study_best(const struct cr_study *study, const struct cr_study_trial *trials,
                                           int64_t count)
{
    const struct cr_study_trial *best = NULL;
    bool maximize = cr_store_maximizes(study->store);
    for (int64_t i = 0; i < count; i++)
        if (trials[i].state == CR_TRIAL_COMPLETE && isfinite(trials[i].score) && !trials[i].outside &&
            (!best || (maximize ? trials[i].score > best->score : trials[i].score < best->score)))
            best = &trials[i];
    return best;
}

const struct cr_space *cr_study_space(const struct cr_study *study)
{
    return study->space;
}

const char *cr_study_name(const struct cr_study *study)
{
    return cr_store_name(study->store);
}

bool cr_study_maximizes(const struct cr_study *study)
{
    return cr_store_maximizes(study->store);
}
