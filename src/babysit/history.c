#include "babysit/history.h"

#include <stdlib.h>
#include <string.h>

#include "babysit/check.h"
#include "base/arena.h"
#include "base/text.h"

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
bool cr_history_grow(void *items, int64_t count, int64_t capacity, size_t size)
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
    if (!cr_history_grow(&history->loss, count, capacity, sizeof *history->loss) ||
        !cr_history_grow(&history->lr, count, capacity, sizeof *history->lr))
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
    if (!cr_history_grow(&history->epoch, count, capacity, sizeof *history->epoch))
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
        epoch->rank = event->answers->rank;
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

static bool is_same(const struct cr_look *first, const struct cr_observation *seen)
{
    bool same = first->activations == seen->activations && first->parameters == seen->parameters;
    for (int i = 0; same && i < seen->activations; i++)
        same = first->units[i].units == seen->units[i].units;
    return same;
}

/* Names are kept once: with the first look. */
static void copy_weights(struct cr_history *history, const struct cr_look *first, const struct cr_observation *seen,
                         struct cr_look_weights *to)
{
    for (int i = 0; i < seen->parameters; i++) {
        const struct cr_seen_weights *from = &seen->weights[i];
        to[i] =
            (struct cr_look_weights){.name = first ? first->weights[i].name : cr_arena_text(history->arena, from->name),
                                     .count = from->count,
                                     .decays = from->decays,
                                     .weight = from->weight,
                                     .gradient = from->gradient,
                                     .update = from->update};
        history->failed = history->failed || !to[i].name;
    }
}

static void copy_units(struct cr_history *history, const struct cr_look *first, const struct cr_observation *seen,
                       struct cr_look_units *to)
{
    for (int i = 0; i < seen->activations; i++) {
        const struct cr_seen_units *from = &seen->units[i];
        to[i] =
            (struct cr_look_units){.layer = first ? first->units[i].layer : cr_arena_text(history->arena, from->layer),
                                   .op = first ? first->units[i].op : cr_arena_text(history->arena, from->op),
                                   .units = from->units,
                                   .silent = from->silent,
                                   .dead = count_dead(history->quiet[i], from),
                                   .mean = from->mean,
                                   .deviation = from->deviation,
                                   .least = from->least,
                                   .most = from->most,
                                   .zeros = from->zeros,
                                   .saturated = from->saturated};
        history->failed = history->failed || !to[i].layer || !to[i].op;
    }
}

static enum cr_status add_look(struct cr_history *history, const struct cr_event *event, struct cr_error *err)
{
    const struct cr_observation *seen = event->observation;
    int64_t count = history->looks, capacity = history->look_capacity;
    if (count > 0 && !is_same(&history->look[0], seen))
        return cr_fail(err, CR_ERROR_FORMAT, "the observation of step %lld is of another network",
                       (long long)event->step);
    CR_TRY(make_quiet(history, seen, err));
    if (!cr_history_grow(&history->look, count, capacity, sizeof *history->look))
        return cr_fail_memory(err);
    history->look_capacity = count < capacity ? capacity : 2 * capacity + 64;
    struct cr_look *look = &history->look[count];
    *look = (struct cr_look){
        .step = event->step, .lr = history->facts.lr, .parameters = seen->parameters, .activations = seen->activations};
    look->weights = cr_arena_alloc(history->arena, ((size_t)seen->parameters + 1) * sizeof *look->weights);
    look->units = cr_arena_alloc(history->arena, ((size_t)seen->activations + 1) * sizeof *look->units);
    if (!look->weights || !look->units)
        return cr_fail_memory(err);
    copy_weights(history, count > 0 ? &history->look[0] : NULL, seen, look->weights);
    copy_units(history, count > 0 ? &history->look[0] : NULL, seen, look->units);
    history->looks++;
    return CR_OK;
}

/* What was changed is a fact from now on. */
static void add_value(struct cr_facts *facts, const struct cr_change *change)
{
    double value;
    if (!change->path[0] || !cr_text_float(change->to, &value))
        return;
    if (strcmp(change->path, facts->lr_path) == 0)
        facts->lr = value;
    else {
        facts->clip_norm = value;
        facts->clips = value > 0;
    }
}

/* The training went back: what came after has not happened, and what was found may be found again. */
static void go_back(struct cr_history *history, int64_t step)
{
    while (history->steps > step)
        history->steps--;
    while (history->epochs > 0 && history->epoch[history->epochs - 1].step > step)
        history->epochs--;
    for (int i = 0; history->looks > 0 && i < history->look[0].activations; i++)
        memset(history->quiet[i], 0, (size_t)history->look[0].units[i].units);
    while (history->looks > 0 && history->look[history->looks - 1].step > step)
        history->looks--;
    history->found = history->told; /* what was seen besides has not happened either */
    history->forgiven = history->found;
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
    case CR_EVENT_CHANGE:
        add_value(&history->facts, event->change);
        if (event->change->back)
            go_back(history, event->step);
        return CR_OK;
    default:
        return CR_OK;
    }
}
