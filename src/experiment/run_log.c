/*
 * Reading an event log: a table of the steps, a table of the epochs, and every other event as it stands there. It reads
 * leniently: a line that a killed process left half written, or that another program put in, is noted and left out.
 */
#include <cradle/experiment.h>

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "experiment/run_folder.h"

enum { COLUMNS_MAX = 32, NOTES_MAX = 20 };

/* A table that grows. */
struct rows {
    int64_t room;
    struct cr_run_log_table *table;
    struct cr_run_log_column columns[COLUMNS_MAX];
    double *values[COLUMNS_MAX]; /* what the columns point to */
};

struct log {
    struct cr_run_log public; /* first: a cr_run_log is one of these */
    struct cr_arena *arena;
    char *text; /* the file; lines end in 0 */
    struct rows steps, epochs;
    struct cr_run_log_record *records;
    int64_t record_room;
    const char *notes[NOTES_MAX];
    int64_t unnoted;     /* damaged lines beyond those */
    double before, last; /* seconds: of earlier processes, and of the last event */
};

/* -------------------------------------------------------------------------------------------------------------- notes
 */

static enum cr_status note(struct log *log, const char *text, struct cr_error *err)
{
    if (!text)
        return cr_fail_memory(err);
    if (log->public.note_count == NOTES_MAX - 1)
        log->unnoted++;
    else
        log->notes[log->public.note_count++] = text;
    return CR_OK;
}

static enum cr_status note_line(struct log *log, const char *path, int64_t line, const char *what, struct cr_error *err)
{
    return note(log, cr_arena_format(log->arena, "%s:%" PRId64 ": %s", path, line, what), err);
}

/* ------------------------------------------------------------------------------------------------------------- tables
 */

static enum cr_status grow(struct rows *rows, struct cr_error *err)
{
    if (rows->table->count < rows->room)
        return CR_OK;
    int64_t room = rows->room ? 2 * rows->room : 256;
    for (int c = 0; c < rows->table->columns; c++) {
        double *grown = realloc(rows->values[c], (size_t)room * sizeof *grown);
        if (!grown)
            return cr_fail_memory(err);
        rows->values[c] = grown;
        rows->columns[c].values = grown;
    }
    rows->room = room;
    return CR_OK;
}

/* The column of that name, a new one of NaN where there is none; -1: there is no more room for columns. */
static enum cr_status find_column(struct log *log, struct rows *rows, const char *name, int *column,
                                  struct cr_error *err)
{
    struct cr_run_log_table *table = rows->table;
    for (*column = 0; *column < table->columns; (*column)++)
        if (strcmp(rows->columns[*column].name, name) == 0)
            return CR_OK;
    if (table->columns == COLUMNS_MAX) {
        *column = -1;
        return CR_OK;
    }
    char *copy = cr_arena_text(log->arena, name);
    double *values = malloc((size_t)rows->room * sizeof *values);
    if (!copy || !values) {
        free(values);
        return cr_fail_memory(err);
    }
    for (int64_t i = 0; i < rows->room; i++)
        values[i] = NAN;
    rows->values[*column] = values;
    rows->columns[*column] = (struct cr_run_log_column){copy, values};
    table->columns++;
    return CR_OK;
}

/* Numbers, truths, and the strings that stand for numbers which are not finite. */
static bool number_of(const cJSON *item, double *value)
{
    *value = cJSON_IsNumber(item) ? item->valuedouble : cJSON_IsTrue(item);
    if (cJSON_IsString(item))
        return cr_text_float(item->valuestring, value) && !isfinite(*value);
    return cJSON_IsNumber(item) || cJSON_IsBool(item);
}

static enum cr_status add_number(struct log *log, struct rows *rows, const char *name, const cJSON *item,
                                 struct cr_error *err)
{
    double value;
    int column;
    if (!number_of(item, &value))
        return CR_OK;
    CR_TRY(find_column(log, rows, name, &column, err));
    if (column >= 0)
        rows->values[column][rows->table->count] = strcmp(name, "seconds") ? value : log->before + value;
    return CR_OK;
}

static enum cr_status add_scores(struct log *log, struct rows *rows, const cJSON *scores, struct cr_error *err)
{
    for (const cJSON *item = scores->child; item; item = item->next) {
        char *name = cr_arena_format(log->arena, "scores.%s", item->string);
        if (!name)
            return cr_fail_memory(err);
        CR_TRY(add_number(log, rows, name, item, err));
    }
    return CR_OK;
}

static enum cr_status add_row(struct log *log, struct rows *rows, const cJSON *object, struct cr_error *err)
{
    struct cr_run_log_table *table = rows->table;
    CR_TRY(grow(rows, err));
    for (int c = 0; c < table->columns; c++)
        rows->values[c][table->count] = NAN;
    for (const cJSON *item = object->child; item; item = item->next) {
        if (cJSON_IsObject(item) && strcmp(item->string, "scores") == 0)
            CR_TRY(add_scores(log, rows, item, err));
        else
            CR_TRY(add_number(log, rows, item->string, item, err));
    }
    table->count++;
    return CR_OK;
}

const double *cr_run_log_column(const struct cr_run_log_table *table, const char *name)
{
    for (int c = 0; c < table->columns; c++)
        if (strcmp(table->column[c].name, name) == 0)
            return table->column[c].values;
    return NULL;
}

/* ------------------------------------------------------------------------------------------------------------ records
 */

static int64_t int_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) && fabs(item->valuedouble) < 9e15 ? (int64_t)item->valuedouble : 0;
}

static enum cr_status add_record(struct log *log, const cJSON *object, const char *event, const char *json,
                                 int64_t line, struct cr_error *err)
{
    int64_t count = log->public.record_count;
    if (count == log->record_room) {
        int64_t room = count ? 2 * count : 64;
        struct cr_run_log_record *grown = realloc(log->records, (size_t)room * sizeof *grown);
        if (!grown)
            return cr_fail_memory(err);
        log->public.records = log->records = grown;
        log->record_room = room;
    }
    char *name = cr_arena_text(log->arena, event);
    if (!name)
        return cr_fail_memory(err);
    log->records[log->public.record_count++] = (struct cr_run_log_record){
        .event = name, .json = json, .line = line, .step = int_of(object, "step"), .epoch = int_of(object, "epoch")};
    return CR_OK;
}

/* -------------------------------------------------------------------------------------------------------------- lines
 */

/* Seconds begin anew with every process: what came before is added. */
static void follow_clock(struct log *log, const cJSON *object, const char *event)
{
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(object, "seconds");
    if (strcmp(event, "start") == 0)
        log->before = log->last;
    if (cJSON_IsNumber(seconds))
        log->last = log->before + seconds->valuedouble;
}

static enum cr_status read_event(struct log *log, const cJSON *object, const char *path, const char *json, int64_t line,
                                 struct cr_error *err)
{
    const cJSON *event = cJSON_GetObjectItemCaseSensitive(object, "event");
    if (!cJSON_IsString(event))
        return note_line(log, path, line, "has no \"event\"; left out", err);
    follow_clock(log, object, event->valuestring);
    if (strcmp(event->valuestring, "step") == 0)
        return add_row(log, &log->steps, object, err);
    if (strcmp(event->valuestring, "epoch") == 0)
        return add_row(log, &log->epochs, object, err);
    return add_record(log, object, event->valuestring, json, line, err);
}

static enum cr_status read_line(struct log *log, const char *path, const char *text, int64_t line, bool whole,
                                struct cr_error *err)
{
    if (text[strspn(text, " \t\r")] == 0)
        return CR_OK;
    errno = 0;
    cJSON *object = cJSON_ParseWithOpts(text, NULL, true);
    enum cr_status status;
    if (!object && errno == ENOMEM)
        return cr_fail_memory(err);
    if (cJSON_IsObject(object)) {
        status = read_event(log, object, path, text, line, err);
    } else if (!whole) {
        log->public.cut_off = true;
        status = note_line(log, path, line,
                           "the last line is not whole (the run was killed, or is still being written); left out", err);
    } else {
        status = note_line(log, path, line, "is no JSON object; left out", err);
    }
    cJSON_Delete(object);
    return status;
}

static enum cr_status read_lines(struct log *log, const char *path, size_t size, struct cr_error *err)
{
    int64_t number = 0;
    for (char *line = log->text, *end = line + size; line < end;) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        if (stop)
            *stop = 0;
        CR_TRY(read_line(log, path, line, ++number, stop != NULL, err));
        line = stop ? stop + 1 : end;
    }
    if (number == 0)
        return note(log, cr_arena_format(log->arena, "%s: is empty: the run has not begun", path), err);
    return CR_OK;
}

static enum cr_status read_file(struct log *log, const char *path, const char *config, const char *folder,
                                struct cr_error *err)
{
    size_t size;
    if (!cr_file_exists(path)) {
        if (!cr_folder_exists(folder))
            return cr_run_folder_fail(folder, "there is no such folder", err);
        if (!cr_file_exists(config))
            return cr_run_folder_fail(folder, "is no run: there is neither config.yaml nor events.jsonl in it", err);
        return note(log, cr_arena_format(log->arena, "%s: is not there", path), err);
    }
    CR_TRY(cr_file_read(path, SIZE_MAX / 2, &log->text, &size, err));
    return read_lines(log, path, size, err);
}

static enum cr_status make(struct log *log, const char *folder, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    char *path = cr_path_join(folder, "events.jsonl"), *config = cr_path_join(folder, "config.yaml");
    log->arena = cr_arena_new();
    if (!path || !config || !log->arena)
        CR_GO(cr_fail_memory(err));
    CR_GO(read_file(log, path, config, folder, err));
    if (log->unnoted) {
        const char *more =
            cr_arena_format(log->arena, "%s: %" PRId64 " more lines that cannot be read", path, log->unnoted);
        if (!more)
            CR_GO(cr_fail_memory(err));
        log->notes[log->public.note_count++] = more;
    }
done:
    free(path);
    free(config);
    return status;
}

enum cr_status cr_run_log_open(struct cr_run_log **log, const char *folder, struct cr_error *err)
{
    *log = NULL;
    struct log *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->steps.table = &made->public.steps;
    made->epochs.table = &made->public.epochs;
    made->public.steps.column = made->steps.columns;
    made->public.epochs.column = made->epochs.columns;
    made->public.notes = made->notes;
    enum cr_status status = make(made, folder, err);
    if (status == CR_OK)
        *log = &made->public;
    else
        cr_run_log_free(&made->public);
    return status;
}

void cr_run_log_free(struct cr_run_log *log)
{
    struct log *own = (struct log *)log;
    if (!log)
        return;
    for (int c = 0; c < COLUMNS_MAX; c++) {
        free(own->steps.values[c]);
        free(own->epochs.values[c]);
    }
    free(own->records);
    free(own->text);
    cr_arena_free(own->arena);
    free(own);
}
