/*
 * The event log read back: what event_line.c wrote. Keys that are not there are 0, as in logs of older versions.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "model/metric.h"
#include "train/event_line.h"

/* ------------------------------------------------------------------------------------------------------------ pieces
 */

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static double number(const cJSON *object, const char *key)
{
    const cJSON *item = get(object, key);
    double value = 0;
    if (cJSON_IsString(item))
        cr_text_float(item->valuestring, &value);
    return cJSON_IsNumber(item) ? item->valuedouble : value;
}

static int64_t integer(const cJSON *object, const char *key)
{
    double value = number(object, key);
    return fabs(value) < 9e15 ? (int64_t)value : 0;
}

static bool is_true(const cJSON *object, const char *key)
{
    return cJSON_IsTrue(get(object, key));
}

static const char *text(const cJSON *object, const char *key)
{
    const cJSON *item = get(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

/* Of an array: its length and memory for so many. */
static enum cr_status allocate(struct cr_arena *arena, const cJSON *array, size_t size, void *items, int *count,
                               struct cr_error *err)
{
    *count = cJSON_IsArray(array) ? cJSON_GetArraySize(array) : 0;
    void *block = cr_arena_alloc(arena, ((size_t)*count + 1) * size);
    memcpy(items, &block, sizeof block);
    return block ? CR_OK : cr_fail_memory(err);
}

/* ---------------------------------------------------------------------------------------------------------- the kinds
 */

static enum cr_status read_counts(struct cr_arena *arena, const cJSON *array, const int64_t **counts, int *count,
                                  struct cr_error *err)
{
    int64_t *made, i = 0;
    const cJSON *item;
    CR_TRY(allocate(arena, array, sizeof *made, &made, count, err));
    cJSON_ArrayForEach(item, array) made[i++] = cJSON_IsNumber(item) ? (int64_t)item->valuedouble : 0;
    *counts = made;
    return CR_OK;
}

static enum cr_status read_answers(struct cr_arena *arena, const cJSON *object, struct cr_event *event,
                                   struct cr_error *err)
{
    int counts, corrects;
    struct cr_answers *answers = cr_arena_alloc(arena, sizeof *answers);
    if (!answers)
        return cr_fail_memory(err);
    *answers = (struct cr_answers){.typical_confidence = number(object, "typical_confidence"),
                                   .confidence = number(object, "confidence"),
                                   .rank = get(object, "rank") ? number(object, "rank") : (double)NAN};
    CR_TRY(read_counts(arena, get(object, "count"), &answers->count, &counts, err));
    CR_TRY(read_counts(arena, get(object, "correct"), &answers->correct, &corrects, err));
    answers->classes = counts < corrects ? counts : corrects;
    event->answers = answers;
    return CR_OK;
}

/* Of metrics that this version knows. */
static enum cr_status read_scores(struct cr_arena *arena, const cJSON *object, struct cr_event *event,
                                  struct cr_error *err)
{
    struct cr_score *scores;
    const struct cr_entry *entry;
    const cJSON *item;
    scores = cr_arena_alloc(arena, ((size_t)cJSON_GetArraySize(object) + 1) * sizeof *scores);
    if (!scores)
        return cr_fail_memory(err);
    cJSON_ArrayForEach(item, object) if ((entry = cr_registry_find(&cr_metrics, item->string)))
        scores[event->score_count++] = (struct cr_score){.metric = entry->name,
                                                         .share = ((const struct cr_metric *)entry)->share,
                                                         .value = number(object, item->string)};
    event->scores = scores;
    return CR_OK;
}

static void read_histogram(const cJSON *object, struct cr_histogram *histogram)
{
    int64_t bin = integer(object, "first");
    const cJSON *item;
    histogram->low = number(object, "low");
    histogram->high = number(object, "high");
    cJSON_ArrayForEach(item, get(object, "bins"))
    {
        if (bin >= 0 && bin < CR_HISTOGRAM_BINS && cJSON_IsNumber(item))
            histogram->bins[bin] = (int64_t)item->valuedouble;
        bin++;
    }
}

static int digit(char letter)
{
    const char *digits = "0123456789abcdef", *place = letter ? strchr(digits, letter) : NULL;
    return place ? (int)(place - digits) : 0;
}

static const uint8_t *read_silence(struct cr_arena *arena, const cJSON *object, int64_t units)
{
    const char *digits = text(object, "silence");
    size_t bytes = (size_t)(units + 7) / 8;
    uint8_t *silence = cr_arena_alloc(arena, bytes + 1);
    for (size_t i = 0; silence && i < bytes; i++)
        silence[i] = strlen(digits) >= 2 * bytes ? (uint8_t)(16 * digit(digits[2 * i]) + digit(digits[2 * i + 1])) : 0;
    return silence;
}

static enum cr_status read_units(struct cr_arena *arena, const cJSON *object, struct cr_seen_units *units,
                                 struct cr_error *err)
{
    const int64_t most = 1 << 24;
    int64_t count = integer(object, "units");
    *units = (struct cr_seen_units){.layer = text(object, "layer"),
                                    .op = text(object, "op"),
                                    .units = count > 0 && count < most ? count : 0,
                                    .mean = number(object, "mean"),
                                    .deviation = number(object, "deviation"),
                                    .least = number(object, "least"),
                                    .most = number(object, "most"),
                                    .zeros = number(object, "zeros"),
                                    .saturated = get(object, "saturated") ? number(object, "saturated") : (double)NAN,
                                    .silent = integer(object, "silent")};
    units->silence = read_silence(arena, object, units->units);
    read_histogram(get(object, "spread"), &units->spread);
    return units->silence ? CR_OK : cr_fail_memory(err);
}

static void read_weights(const cJSON *object, struct cr_seen_weights *weights)
{
    *weights = (struct cr_seen_weights){.name = text(object, "name"),
                                        .count = integer(object, "count"),
                                        .decays = is_true(object, "decays"),
                                        .weight = number(object, "weight"),
                                        .gradient = number(object, "gradient"),
                                        .update = number(object, "update")};
    read_histogram(get(object, "spread"), &weights->spread);
}

static enum cr_status read_observation(struct cr_arena *arena, const cJSON *object, struct cr_event *event,
                                       struct cr_error *err)
{
    struct cr_observation *observation = cr_arena_alloc(arena, sizeof *observation);
    struct cr_seen_weights *weights;
    struct cr_seen_units *units;
    const cJSON *item;
    int i = 0;
    if (!observation)
        return cr_fail_memory(err);
    CR_TRY(allocate(arena, get(object, "weights"), sizeof *weights, &weights, &observation->parameters, err));
    CR_TRY(allocate(arena, get(object, "units"), sizeof *units, &units, &observation->activations, err));
    cJSON_ArrayForEach(item, get(object, "weights")) read_weights(item, &weights[i++]);
    i = 0;
    cJSON_ArrayForEach(item, get(object, "units")) CR_TRY(read_units(arena, item, &units[i++], err));
    observation->weights = weights;
    observation->units = units;
    event->observation = observation;
    return CR_OK;
}

static void copy(char *to, size_t size, const char *from)
{
    cr_text_format(to, size, "%.*s", cr_text_fit(from, (int)size - 1), from);
}

static void read_replacement(const cJSON *object, struct cr_replacement *replacement)
{
    copy(replacement->path, sizeof replacement->path, text(object, "path"));
    copy(replacement->from, sizeof replacement->from, text(object, "from"));
    copy(replacement->to, sizeof replacement->to, text(object, "to"));
}

static enum cr_status read_finding(struct cr_arena *arena, const cJSON *object, struct cr_event *event,
                                   struct cr_error *err)
{
    struct cr_finding *finding = cr_arena_alloc(arena, sizeof *finding);
    const cJSON *item, *change = get(object, "change");
    int cause = 0, more = 0;
    if (!finding)
        return cr_fail_memory(err);
    *finding = (struct cr_finding){.check = text(object, "check")};
    while (finding->severity < CR_FAULT && strcmp(cr_severity_name(finding->severity), text(object, "severity")) != 0)
        finding->severity++;
    copy(finding->symptom, sizeof finding->symptom, text(object, "symptom"));
    copy(finding->evidence, sizeof finding->evidence, text(object, "evidence"));
    copy(finding->remedy, sizeof finding->remedy, text(object, "remedy"));
    copy(finding->path, sizeof finding->path, text(change, "path"));
    copy(finding->from, sizeof finding->from, text(change, "from"));
    copy(finding->to, sizeof finding->to, text(change, "to"));
    cJSON_ArrayForEach(item, get(object, "more")) if (more < CR_MORE) read_replacement(item, &finding->more[more++]);
    cJSON_ArrayForEach(item, get(object, "causes")) if (cause < CR_CAUSES && cJSON_IsString(item))
        copy(finding->causes[cause++], sizeof *finding->causes, item->valuestring);
    event->finding = finding;
    return CR_OK;
}

static enum cr_status read_change(struct cr_arena *arena, const cJSON *object, struct cr_event *event,
                                  struct cr_error *err)
{
    struct cr_change *change = cr_arena_alloc(arena, sizeof *change);
    if (!change)
        return cr_fail_memory(err);
    *change = (struct cr_change){.number = integer(object, "number"),
                                 .decided = integer(object, "decided"),
                                 .back = is_true(object, "back"),
                                 .finished = is_true(object, "finished")};
    copy(change->path, sizeof change->path, text(object, "path"));
    copy(change->from, sizeof change->from, text(object, "from"));
    copy(change->to, sizeof change->to, text(object, "to"));
    copy(change->why, sizeof change->why, text(object, "why"));
    event->change = change;
    return CR_OK;
}

static enum cr_status read_details(struct cr_arena *arena, const cJSON *object, struct cr_event *event,
                                   struct cr_error *err)
{
    if (cJSON_IsObject(get(object, "scores")))
        CR_TRY(read_scores(arena, get(object, "scores"), event, err));
    if (event->kind == CR_EVENT_EPOCH && get(object, "answers"))
        return read_answers(arena, get(object, "answers"), event, err);
    if (event->kind == CR_EVENT_OBSERVE)
        return read_observation(arena, object, event, err);
    if (event->kind == CR_EVENT_FINDING)
        return read_finding(arena, object, event, err);
    if (event->kind == CR_EVENT_CHANGE)
        return read_change(arena, object, event, err);
    return CR_OK;
}

static bool find_kind(const cJSON *object, enum cr_event_kind *kind)
{
    const char *name = text(object, "event");
    for (*kind = CR_EVENT_START; *kind <= CR_EVENT_END; ++*kind)
        if (strcmp(cr_event_name(*kind), name) == 0)
            return true;
    return false;
}

static struct cr_event read_event(const cJSON *object, enum cr_event_kind kind, const struct cr_event *start)
{
    return (struct cr_event){.kind = kind,
                             .step = integer(object, "step"),
                             .epoch = integer(object, "epoch"),
                             .epochs = kind == CR_EVENT_START ? integer(object, "epochs") : start->epochs,
                             .steps_per_epoch =
                                 kind == CR_EVENT_START ? integer(object, "steps_per_epoch") : start->steps_per_epoch,
                             .lr = number(object, "lr"),
                             .loss = number(object, "loss"),
                             .accuracy = number(object, "accuracy"),
                             .validated = get(object, "validation_loss") != NULL,
                             .validation_loss = number(object, "validation_loss"),
                             .validation_accuracy = number(object, "validation_accuracy"),
                             .compared = get(object, "train_loss") != NULL,
                             .train_loss = number(object, "train_loss"),
                             .train_accuracy = number(object, "train_accuracy"),
                             .number = integer(object, "number"),
                             .observe = integer(object, "observe"),
                             .observing = number(object, "observing"),
                             .best = is_true(object, "best"),
                             .resumed = is_true(object, "resumed"),
                             .finished = is_true(object, "finished"),
                             .stopped_early = is_true(object, "stopped_early"),
                             .seconds = number(object, "seconds"),
                             .images_per_second = number(object, "images_per_second")};
}

/* -------------------------------------------------------------------------------------------------------------- lines
 */

struct reader {
    const char *path;
    int64_t line;
    struct cr_event start; /* the last one: later events know its epochs */
    enum cr_status (*event)(void *user, const struct cr_event *event, struct cr_error *err);
    void *user;
};

static enum cr_status give(struct reader *reader, struct cr_arena *arena, const cJSON *object, struct cr_error *err)
{
    enum cr_event_kind kind;
    if (!object && errno == ENOMEM)
        return cr_fail_memory(err);
    if (!cJSON_IsObject(object) || !find_kind(object, &kind))
        return cr_fail(err, CR_ERROR_FORMAT, "%s:%lld: expected an event (a JSON object with a known \"event\")",
                       reader->path, (long long)reader->line);
    struct cr_event event = read_event(object, kind, &reader->start);
    if (kind == CR_EVENT_START)
        reader->start = event;
    CR_TRY(read_details(arena, object, &event, err));
    return reader->event(reader->user, &event, err);
}

static enum cr_status read_line(struct reader *reader, const char *line, size_t size, struct cr_error *err)
{
    struct cr_arena *arena = cr_arena_new();
    if (!arena)
        return cr_fail_memory(err);
    errno = 0;
    reader->line++;
    cJSON *object = cJSON_ParseWithLength(line, size);
    enum cr_status status = give(reader, arena, object, err);
    cJSON_Delete(object);
    cr_arena_free(arena);
    return status;
}

enum cr_status cr_event_log_read(const char *path,
                                 enum cr_status (*event)(void *user, const struct cr_event *event,
                                                         struct cr_error *err),
                                 void *user, struct cr_error *err)
{
    struct reader reader = {.path = path, .event = event, .user = user};
    enum cr_status status = CR_OK;
    char *text;
    size_t size;
    CR_TRY(cr_file_read(path, SIZE_MAX / 2, &text, &size, err));
    const char *line = text, *end;
    while (status == CR_OK && (end = memchr(line, '\n', (size_t)(text + size - line)))) {
        status = read_line(&reader, line, (size_t)(end - line), err);
        line = end + 1;
    }
    free(text);
    return status;
}
