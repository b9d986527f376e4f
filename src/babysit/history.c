#include "babysit/history.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "babysit/check.h"
#include "base/arena.h"
#include "base/text.h"

enum { FIRST_FEW = 3, FIRST_SOME = 20, MOST_MEDIAN = 64 };

/* ------------------------------------------------------------------------------------------------ made and let go */

enum cr_status cr_history_new(struct cr_history **history, const struct cr_sections *sections, struct cr_error *err)
{
    *history = NULL;
    struct cr_history *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    cr_facts_read(&made->facts, sections);
    made->arena = cr_arena_new();
    if (!made->arena) {
        cr_history_free(made);
        return cr_fail_memory(err);
    }
    *history = made;
    return CR_OK;
}

void cr_history_free(struct cr_history *history)
{
    if (!history)
        return;
    cr_arena_free(history->arena);
    free(history->loss);
    free(history->lr);
    free(history->epoch);
    free(history->look);
    free(history->findings);
    free(history);
}

/* ------------------------------------------------------------------------------------------------------------ adding
 */

/* Room for one more of `count` items. */
static bool grow(void *items, int64_t count, int64_t capacity, size_t size)
{
    void *block;
    memcpy(&block, items, sizeof block);
    if (count < capacity)
        return true;
    block = realloc(block, (size_t)(2 * capacity + 64) * size);
    if (block)
        memcpy(items, &block, sizeof block);
    return block != NULL;
}

static enum cr_status add_step(struct cr_history *history, const struct cr_event *event, struct cr_error *err)
{
    int64_t count = history->steps, capacity = history->step_capacity;
    if (!grow(&history->loss, count, capacity, sizeof *history->loss) ||
        !grow(&history->lr, count, capacity, sizeof *history->lr))
        return cr_fail_memory(err);
    history->step_capacity = count < capacity ? capacity : 2 * capacity + 64;
    history->loss[count] = event->loss;
    history->lr[count] = event->lr;
    history->steps++;
    return CR_OK;
}

static const int64_t *copy_counts(struct cr_history *history, const int64_t *counts, int64_t count)
{
    int64_t *copy = cr_arena_alloc(history->arena, ((size_t)count + 1) * sizeof *copy);
    if (copy && count > 0)
        memcpy(copy, counts, (size_t)count * sizeof *copy);
    return copy;
}

static enum cr_status add_epoch(struct cr_history *history, const struct cr_event *event, struct cr_error *err)
{
    int64_t count = history->epochs, capacity = history->epoch_capacity;
    struct cr_epoch *epoch;
    if (!grow(&history->epoch, count, capacity, sizeof *history->epoch))
        return cr_fail_memory(err);
    history->epoch_capacity = count < capacity ? capacity : 2 * capacity + 64;
    epoch = &history->epoch[count];
    *epoch = (struct cr_epoch){.epoch = event->epoch,
                               .step = event->step,
                               .lr = event->lr,
                               .loss = event->loss,
                               .accuracy = event->accuracy,
                               .validated = event->validated,
                               .compared = event->compared,
                               .validation_loss = event->validation_loss,
                               .validation_accuracy = event->validation_accuracy,
                               .train_loss = event->train_loss,
                               .train_accuracy = event->train_accuracy};
    if (event->answers) {
        epoch->classes = event->answers->classes;
        epoch->count = copy_counts(history, event->answers->count, epoch->classes);
        epoch->correct = copy_counts(history, event->answers->correct, epoch->classes);
        epoch->typical_confidence = event->answers->typical_confidence;
        epoch->confidence = event->answers->confidence;
        if (!epoch->count || !epoch->correct)
            return cr_fail_memory(err);
    }
    history->epochs++;
    return CR_OK;
}

/* One count a unit; they are made when an activation is first seen. */
static enum cr_status make_quiet(struct cr_history *history, const struct cr_observation *seen, struct cr_error *err)
{
    if (history->quiet)
        return CR_OK;
    uint8_t **quiet = cr_arena_alloc(history->arena, ((size_t)seen->activations + 1) * sizeof *quiet);
    for (int i = 0; quiet && i < seen->activations; i++) {
        quiet[i] = cr_arena_alloc(history->arena, (size_t)seen->units[i].units + 1);
        if (!quiet[i])
            return cr_fail_memory(err);
    }
    history->quiet = quiet;
    return quiet ? CR_OK : cr_fail_memory(err);
}

static int64_t count_dead(uint8_t *quiet, const struct cr_seen_units *seen)
{
    int64_t dead = 0;
    for (int64_t u = 0; u < seen->units; u++) {
        bool silent = seen->silence[u / 8] >> u % 8 & 1;
        quiet[u] = silent ? (uint8_t)(quiet[u] < CR_WINDOW ? quiet[u] + 1 : CR_WINDOW) : 0;
        dead += quiet[u] == CR_WINDOW;
    }
    return dead;
}

static enum cr_status add_look(struct cr_history *history, const struct cr_event *event, struct cr_error *err)
{
    const struct cr_observation *seen = event->observation;
    int64_t count = history->looks, capacity = history->look_capacity;
    if (count > 0 && history->look[0].activations != seen->activations)
        return cr_fail(err, CR_ERROR_FORMAT, "the observation of step %lld is of another network",
                       (long long)event->step);
    CR_TRY(make_quiet(history, seen, err));
    if (!grow(&history->look, count, capacity, sizeof *history->look))
        return cr_fail_memory(err);
    history->look_capacity = count < capacity ? capacity : 2 * capacity + 64;
    struct cr_look *look = &history->look[count];
    *look = (struct cr_look){.step = event->step, .parameters = seen->parameters, .activations = seen->activations};
    look->weights = cr_arena_alloc(history->arena, ((size_t)seen->parameters + 1) * sizeof *look->weights);
    look->units = cr_arena_alloc(history->arena, ((size_t)seen->activations + 1) * sizeof *look->units);
    if (!look->weights || !look->units)
        return cr_fail_memory(err);
    for (int i = 0; i < seen->parameters; i++) {
        const struct cr_seen_weights *from = &seen->weights[i];
        const char *name = count > 0 && i < history->look[0].parameters ? history->look[0].weights[i].name
                                                                        : cr_arena_text(history->arena, from->name);
        look->weights[i] =
            (struct cr_look_weights){name, from->count, from->decays, from->weight, from->gradient, from->update};
    }
    for (int i = 0; i < seen->activations; i++) {
        const struct cr_seen_units *from = &seen->units[i];
        const struct cr_look_units *old = count > 0 ? &history->look[0].units[i] : NULL;
        if (old && old->units != from->units)
            return cr_fail(err, CR_ERROR_FORMAT, "the observation of step %lld is of another network",
                           (long long)event->step);
        look->units[i] = (struct cr_look_units){.layer = old ? old->layer : cr_arena_text(history->arena, from->layer),
                                                .op = old ? old->op : cr_arena_text(history->arena, from->op),
                                                .units = from->units,
                                                .silent = from->silent,
                                                .dead = count_dead(history->quiet[i], from),
                                                .mean = from->mean,
                                                .deviation = from->deviation,
                                                .least = from->least,
                                                .most = from->most,
                                                .zeros = from->zeros,
                                                .saturated = from->saturated};
    }
    history->looks++;
    return CR_OK;
}

enum cr_status cr_history_add(struct cr_history *history, const struct cr_event *event, struct cr_error *err)
{
    switch (event->kind) {
    case CR_EVENT_STEP:
        return add_step(history, event, err);
    case CR_EVENT_EPOCH:
        return add_epoch(history, event, err);
    case CR_EVENT_OBSERVE:
        return add_look(history, event, err);
    default:
        return CR_OK;
    }
}

/* ------------------------------------------------------------------------------------------------------------ asking
 */

struct cr_mean cr_history_loss(const struct cr_history *history, int64_t back, int64_t count)
{
    int64_t end = history->steps - back;
    count = count < end ? count : end;
    if (count <= 0)
        return (struct cr_mean){NAN, NAN};
    return cr_mean_of(history->loss + end - count, (int)count);
}

double cr_history_first_loss(const struct cr_history *history)
{
    int64_t few = history->steps < FIRST_FEW ? history->steps : FIRST_FEW;
    int64_t some = history->steps < 3 * FIRST_SOME ? few : FIRST_SOME;
    if (history->steps == 0)
        return NAN;
    return fmin(cr_mean_of(history->loss, (int)few).mean, cr_mean_of(history->loss, (int)some).mean);
}

const struct cr_epoch *cr_history_epoch(const struct cr_history *history, int64_t back)
{
    return back < history->epochs ? &history->epoch[history->epochs - 1 - back] : NULL;
}

const struct cr_look *cr_history_look(const struct cr_history *history, int64_t back)
{
    return back < history->looks ? &history->look[history->looks - 1 - back] : NULL;
}

const struct cr_epoch *cr_history_best_loss(const struct cr_history *history)
{
    const struct cr_epoch *best = NULL;
    for (int64_t i = 0; i < history->epochs; i++) {
        const struct cr_epoch *epoch = &history->epoch[i];
        if (epoch->validated && (!best || epoch->validation_loss < best->validation_loss))
            best = epoch;
    }
    return best;
}

const struct cr_epoch *cr_history_best_accuracy(const struct cr_history *history)
{
    const struct cr_epoch *best = NULL;
    for (int64_t i = 0; i < history->epochs; i++) {
        const struct cr_epoch *epoch = &history->epoch[i];
        if (epoch->validated && (!best || epoch->validation_accuracy > best->validation_accuracy))
            best = epoch;
    }
    return best;
}

double cr_history_progress(const struct cr_history *history)
{
    return history->facts.epochs > 0 ? (double)history->epochs / (double)history->facts.epochs : 0;
}

bool cr_history_rate_fell(const struct cr_history *history, double factor)
{
    double highest = 0;
    for (int64_t i = 0; i < history->steps; i++)
        highest = fmax(highest, history->lr[i]);
    return history->steps > 0 && history->lr[history->steps - 1] * factor < highest;
}

double cr_history_noise(const struct cr_epoch *epoch)
{
    int64_t count = 0;
    double p = epoch->validation_accuracy;
    for (int64_t c = 0; c < epoch->classes; c++)
        count += epoch->count[c];
    return count > 0 ? sqrt(fmax(p * (1 - p), 1e-4) / (double)count) : 0.02;
}

static double update_ratio_of(const struct cr_look *look)
{
    double ratios[MOST_MEDIAN];
    int count = 0;
    for (int i = 0; i < look->parameters && count < MOST_MEDIAN; i++)
        if (look->weights[i].decays && look->weights[i].weight > 0)
            ratios[count++] = look->weights[i].update / look->weights[i].weight;
    return count > 0 ? cr_median(ratios, count) : (double)NAN;
}

double cr_history_update_ratio(const struct cr_history *history)
{
    double ratios[CR_WINDOW];
    if (history->looks < CR_WINDOW)
        return NAN;
    for (int i = 0; i < CR_WINDOW; i++)
        ratios[i] = update_ratio_of(cr_history_look(history, i));
    return cr_median(ratios, CR_WINDOW);
}

double cr_history_raise(double ratio)
{
    return pow(10, fmin(fmax(round(log10(1e-3 / fmax(ratio, 1e-9))), 1), 3));
}

bool cr_history_has_learned(const struct cr_history *history, double share)
{
    double first = cr_history_first_loss(history), now = cr_history_loss(history, 0, 30).mean;
    return now < (1 - share) * first;
}

/* ----------------------------------------------------------------------------------------------------------- telling
 */

struct cr_finding cr_history_finding(const struct cr_history *history, enum cr_severity severity)
{
    return (struct cr_finding){.check = history->check->entry.name, .severity = severity};
}

static const struct cr_finding *found_by(const struct cr_history *history, const char *check)
{
    for (int i = history->found - 1; i >= 0; i--)
        if (strcmp(history->findings[i].check, check) == 0)
            return &history->findings[i];
    return NULL;
}

bool cr_history_has_found(const struct cr_history *history, const char *check)
{
    return found_by(history, check) != NULL;
}

bool cr_history_is_explained(const struct cr_history *history, const char *const *checks)
{
    for (; *checks; checks++)
        if (cr_history_has_found(history, *checks))
            return true;
    return false;
}

void cr_history_find(struct cr_history *history, const struct cr_finding *finding)
{
    const struct cr_finding *before = found_by(history, finding->check);
    if (before && before->severity >= finding->severity)
        return;
    if (!grow(&history->findings, history->found, history->finding_capacity, sizeof *history->findings)) {
        history->failed = true;
        return;
    }
    if (history->found >= history->finding_capacity)
        history->finding_capacity = 2 * history->finding_capacity + 64;
    history->findings[history->found++] = *finding;
}

void cr_history_note(struct cr_history *history, const struct cr_finding *finding)
{
    for (int i = history->found - 1; i >= 0; i--)
        if (strcmp(history->findings[i].check, finding->check) == 0 &&
            history->findings[i].severity == finding->severity) {
            history->findings[i] = *finding;
            return;
        }
    cr_history_find(history, finding);
}

static void propose(struct cr_finding *finding, const char *path, double value, double factor)
{
    cr_say(finding->path, "%s", path);
    cr_say(finding->from, "%.3g", value);
    cr_say(finding->to, "%.2g", value * factor);
}

void cr_history_propose_rate(const struct cr_history *history, struct cr_finding *finding, double factor)
{
    propose(finding, history->facts.lr_path, history->facts.lr, factor);
}

void cr_history_propose_decay(const struct cr_history *history, struct cr_finding *finding, double factor)
{
    if (history->facts.weight_decay > 0)
        propose(finding, history->facts.decay_path, history->facts.weight_decay, factor);
}
