/*
 * An event as JSON. Numbers have as many digits as they need to be read back the same; those that are not finite are
 * strings, "nan", "inf", "-inf". A histogram is its bins from the first that is not empty, which "first" names, to the
 * last.
 */
#include "train/event_line.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/text.h"
#include "train/trainer.h"

enum { LINE_LEAST = 1024, NUMBER_SIZE = 32 };

/* ------------------------------------------------------------------------------------------------------------ pieces
 */

static void add(struct cr_line *line, const char *text, size_t length)
{
    if (line->failed)
        return;
    if (line->used + length + 1 > line->capacity) {
        size_t capacity = 2 * (line->used + length) + LINE_LEAST;
        char *grown = realloc(line->text, capacity);
        line->failed = grown == NULL;
        if (!grown)
            return;
        line->text = grown;
        line->capacity = capacity;
    }
    memcpy(line->text + line->used, text, length);
    line->used += length;
    line->text[line->used] = '\0';
}

static void add_string(struct cr_line *line, const char *text)
{
    add(line, text, strlen(text));
}

/* A comma where something stands before, and the key. */
static void add_key(struct cr_line *line, const char *key)
{
    char last = line->used > 0 ? line->text[line->used - 1] : '{';
    if (last != '{' && last != '[')
        add_string(line, ",");
    if (!key)
        return;
    add_string(line, "\"");
    add_string(line, key);
    add_string(line, "\":");
}

static void open_as(struct cr_line *line, const char *key, const char *bracket)
{
    add_key(line, key);
    add_string(line, bracket);
}

/* With the escapes that JSON asks for. */
static void add_text(struct cr_line *line, const char *key, const char *value)
{
    char escape[8];
    add_key(line, key);
    add_string(line, "\"");
    for (const char *letter = value; *letter; letter++) {
        bool plain = (unsigned char)*letter >= 0x20 && *letter != '"' && *letter != '\\';
        cr_text_format(escape, sizeof escape, *letter == '"' || *letter == '\\' ? "\\%c" : "\\u%04x", *letter);
        if (plain)
            add(line, letter, 1);
        else
            add_string(line, escape);
    }
    add_string(line, "\"");
}

static void add_int(struct cr_line *line, const char *key, int64_t value)
{
    char digits[NUMBER_SIZE];
    cr_text_format(digits, sizeof digits, "%" PRId64, value);
    add_key(line, key);
    add_string(line, digits);
}

static void add_bool(struct cr_line *line, const char *key, bool value)
{
    add_key(line, key);
    add_string(line, value ? "true" : "false");
}

static void add_float(struct cr_line *line, const char *key, double value)
{
    char digits[NUMBER_SIZE];
    cr_text_from_float(value, digits, sizeof digits);
    if (!isfinite(value)) {
        add_text(line, key, digits);
        return;
    }
    add_key(line, key);
    add_string(line, digits);
}

/* Times are for people: no more digits than that. */
static void add_rounded(struct cr_line *line, const char *key, double value)
{
    add_float(line, key, round(value * 1000) / 1000);
}

/* Of what is looked at: four digits say it. */
static void add_short(struct cr_line *line, const char *key, double value)
{
    char digits[NUMBER_SIZE];
    double rounded = value;
    if (isfinite(value)) {
        cr_text_format(digits, sizeof digits, "%.3e", value);
        cr_text_float(digits, &rounded);
    }
    add_float(line, key, rounded);
}

/* ---------------------------------------------------------------------------------------------------------- the kinds
 */

static void add_start(struct cr_line *line, int workers, const struct cr_event *event)
{
    const struct cr_trainer *trainer = event->trainer;
    add_int(line, "epochs", event->epochs);
    add_int(line, "steps_per_epoch", event->steps_per_epoch);
    add_bool(line, "resumed", event->resumed);
    add_int(line, "seed", (int64_t)trainer->options.seed);
    add_int(line, "observe", event->observe);
    add_int(line, "threads", cr_context_threads(trainer->context));
    add_int(line, "workers", workers);
    add_text(line, "cpu", cr_plan_cpu(trainer->training));
    add_text(line, "version", cr_version());
}

static void add_counts(struct cr_line *line, const char *key, const int64_t *counts, int64_t count)
{
    open_as(line, key, "[");
    for (int64_t i = 0; i < count; i++)
        add_int(line, NULL, counts[i]);
    add_string(line, "]");
}

static void add_answers(struct cr_line *line, const struct cr_answers *answers)
{
    open_as(line, "answers", "{");
    add_counts(line, "count", answers->count, answers->classes);
    add_counts(line, "correct", answers->correct, answers->classes);
    add_float(line, "typical_confidence", answers->typical_confidence);
    add_float(line, "confidence", answers->confidence);
    add_float(line, "rank", answers->rank);
    add_string(line, "}");
}

static void add_scores(struct cr_line *line, const struct cr_event *event)
{
    if (event->score_count == 0)
        return;
    open_as(line, "scores", "{");
    for (int i = 0; i < event->score_count; i++)
        add_float(line, event->scores[i].metric, event->scores[i].value);
    add_string(line, "}");
}

static void add_measures(struct cr_line *line, const struct cr_event *event)
{
    add_float(line, "loss", event->loss);
    add_float(line, "accuracy", event->accuracy);
    if (event->validated) {
        add_float(line, "validation_loss", event->validation_loss);
        add_float(line, "validation_accuracy", event->validation_accuracy);
        add_scores(line, event);
    }
    if (event->compared) {
        add_float(line, "train_loss", event->train_loss);
        add_float(line, "train_accuracy", event->train_accuracy);
    }
    if (event->answers)
        add_answers(line, event->answers);
    add_float(line, "lr", event->lr);
    if (event->kind == CR_EVENT_EPOCH)
        add_bool(line, "best", event->best);
    add_rounded(line, "images_per_second", event->images_per_second);
}

static void add_histogram(struct cr_line *line, const struct cr_histogram *histogram)
{
    int first = 0, last = CR_HISTOGRAM_BINS;
    while (first < CR_HISTOGRAM_BINS && histogram->bins[first] == 0)
        first++;
    while (last > first && histogram->bins[last - 1] == 0)
        last--;
    open_as(line, "spread", "{");
    if (histogram->low < histogram->high) {
        add_float(line, "low", histogram->low);
        add_float(line, "high", histogram->high);
    }
    add_int(line, "first", first);
    add_counts(line, "bins", histogram->bins + first, last - first);
    add_string(line, "}");
}

static void add_silence(struct cr_line *line, const struct cr_seen_units *units)
{
    char digits[4];
    add_key(line, "silence");
    add_string(line, "\"");
    for (int64_t i = 0; i < (units->units + 7) / 8; i++) {
        cr_text_format(digits, sizeof digits, "%02x", units->silence[i]);
        add_string(line, digits);
    }
    add_string(line, "\"");
}

static void add_units(struct cr_line *line, const struct cr_seen_units *units)
{
    open_as(line, NULL, "{");
    add_text(line, "layer", units->layer);
    add_text(line, "op", units->op);
    add_int(line, "units", units->units);
    add_short(line, "mean", units->mean);
    add_short(line, "deviation", units->deviation);
    add_short(line, "least", units->least);
    add_short(line, "most", units->most);
    add_short(line, "zeros", units->zeros);
    if (!isnan(units->saturated))
        add_short(line, "saturated", units->saturated);
    add_int(line, "silent", units->silent);
    if (units->silent > 0)
        add_silence(line, units);
    add_histogram(line, &units->spread);
    add_string(line, "}");
}

static void add_weights(struct cr_line *line, const struct cr_seen_weights *weights)
{
    open_as(line, NULL, "{");
    add_text(line, "name", weights->name);
    add_int(line, "count", weights->count);
    add_bool(line, "decays", weights->decays);
    add_short(line, "weight", weights->weight);
    add_short(line, "gradient", weights->gradient);
    add_short(line, "update", weights->update);
    if (weights->decays)
        add_histogram(line, &weights->spread);
    add_string(line, "}");
}

static void add_observation(struct cr_line *line, const struct cr_observation *observation)
{
    open_as(line, "weights", "[");
    for (int i = 0; i < observation->parameters; i++)
        add_weights(line, &observation->weights[i]);
    add_string(line, "]");
    open_as(line, "units", "[");
    for (int i = 0; i < observation->activations; i++)
        add_units(line, &observation->units[i]);
    add_string(line, "]");
}

static void add_replacement(struct cr_line *line, const char *key, const char *path, const char *from, const char *to)
{
    open_as(line, key, "{");
    add_text(line, "path", path);
    add_text(line, "from", from);
    add_text(line, "to", to);
    add_string(line, "}");
}

static void add_finding(struct cr_line *line, const struct cr_finding *finding)
{
    add_text(line, "check", finding->check);
    add_text(line, "severity", cr_severity_name(finding->severity));
    add_text(line, "symptom", finding->symptom);
    add_text(line, "evidence", finding->evidence);
    open_as(line, "causes", "[");
    for (int i = 0; i < CR_CAUSES && finding->causes[i][0]; i++)
        add_text(line, NULL, finding->causes[i]);
    add_string(line, "]");
    add_text(line, "remedy", finding->remedy);
    if (!finding->path[0])
        return;
    add_replacement(line, "change", finding->path, finding->from, finding->to);
    if (!finding->more[0].path[0])
        return;
    open_as(line, "more", "[");
    for (int i = 0; i < CR_MORE && finding->more[i].path[0]; i++)
        add_replacement(line, NULL, finding->more[i].path, finding->more[i].from, finding->more[i].to);
    add_string(line, "]");
}

static void add_change(struct cr_line *line, const struct cr_change *change)
{
    add_int(line, "number", change->number);
    add_int(line, "decided", change->decided);
    add_bool(line, "back", change->back);
    add_bool(line, "finished", change->finished);
    if (change->path[0]) {
        add_text(line, "path", change->path);
        add_text(line, "from", change->from);
        add_text(line, "to", change->to);
    }
    add_text(line, "why", change->why);
}

static void add_end(struct cr_line *line, const struct cr_event *event)
{
    add_bool(line, "finished", event->finished);
    if (event->stopped_early)
        add_bool(line, "stopped_early", true);
    add_short(line, "observing", event->observing);
}

static const char *const event_names[] = {
    [CR_EVENT_START] = "start",   [CR_EVENT_STEP] = "step",       [CR_EVENT_OBSERVE] = "observe",
    [CR_EVENT_EPOCH] = "epoch",   [CR_EVENT_FINDING] = "finding", [CR_EVENT_CHECKPOINT] = "checkpoint",
    [CR_EVENT_CHANGE] = "change", [CR_EVENT_END] = "end",
};

const char *cr_event_name(enum cr_event_kind kind)
{
    return event_names[kind];
}

const char *cr_severity_name(enum cr_severity severity)
{
    static const char *const names[] = {[CR_NOTE] = "note", [CR_WARNING] = "warning", [CR_FAULT] = "fault"};
    return names[severity];
}

enum cr_status cr_line_write(struct cr_line *line, const struct cr_event *event, int workers, struct cr_error *err)
{
    line->used = 0;
    open_as(line, NULL, "{");
    add_text(line, "event", cr_event_name(event->kind));
    add_int(line, "step", event->step);
    add_int(line, "epoch", event->epoch);
    if (event->kind == CR_EVENT_START)
        add_start(line, workers, event);
    if (event->kind == CR_EVENT_STEP || event->kind == CR_EVENT_EPOCH)
        add_measures(line, event);
    if (event->kind == CR_EVENT_OBSERVE)
        add_observation(line, event->observation);
    if (event->kind == CR_EVENT_FINDING)
        add_finding(line, event->finding);
    if (event->kind == CR_EVENT_FINDING && event->number > 0)
        add_int(line, "number", event->number);
    if (event->kind == CR_EVENT_CHANGE)
        add_change(line, event->change);
    if (event->kind == CR_EVENT_END)
        add_end(line, event);
    add_rounded(line, "seconds", event->seconds);
    add_string(line, "}\n");
    return line->failed ? cr_fail_memory(err) : CR_OK;
}
