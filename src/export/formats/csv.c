/*
 * The numbers that were logged, as one table: a row an event (a step, an observation, the end of an epoch), a column a
 * number, under the names that event files have (train/scalars.h); empty where an event has none, "nan" and "inf" where
 * it is not finite. The log is read twice: which columns there are is known at its end.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "export/format.h"
#include "train/scalars.h"

enum { CELL_SIZE = 40 };

struct table {
    struct cr_arena *arena;
    const char **names; /* [count], in the order in which they came */
    double *values;     /* [count] of the row under way */
    bool *there;        /* [count] whether the row has it */
    int64_t count, capacity, rows, next;
    double before, last; /* seconds: of earlier processes, and of the last event */
    struct cr_file_writer *writer;
};

/* ------------------------------------------------------------------------------------------------------------ columns
 */

/* Events of a kind have their numbers in the same order: mostly it is the one behind the last. */
static int64_t find(struct table *table, const char *name)
{
    for (int64_t i = 0; i < table->count; i++) {
        int64_t at = (table->next + i) % table->count;
        if (strcmp(table->names[at], name) == 0) {
            table->next = at + 1;
            return at;
        }
    }
    return -1;
}

static enum cr_status grow(struct table *table, struct cr_error *err)
{
    int64_t capacity = 2 * table->capacity + 64;
    const char **names = realloc(table->names, (size_t)capacity * sizeof *names);
    if (!names)
        return cr_fail_memory(err);
    table->names = names;
    table->capacity = capacity;
    return CR_OK;
}

static enum cr_status add_column(void *user, const char *name, double value, struct cr_error *err)
{
    struct table *table = user;
    (void)value;
    if (find(table, name) >= 0)
        return CR_OK;
    if (table->count == table->capacity)
        CR_TRY(grow(table, err));
    const char *copy = cr_arena_text(table->arena, name);
    if (!copy)
        return cr_fail_memory(err);
    table->names[table->count++] = copy;
    return CR_OK;
}

static enum cr_status gather(void *user, const struct cr_event *event, struct cr_error *err)
{
    return cr_scalars_visit(event, add_column, user, err);
}

/* --------------------------------------------------------------------------------------------------------------- rows
 */

static enum cr_status write_text(struct table *table, const char *text, struct cr_error *err)
{
    return cr_file_writer_write(table->writer, text, strlen(text), err);
}

/* A name that holds a comma, a quote or a line's end is quoted (RFC 4180). */
static enum cr_status write_name(struct table *table, const char *name, struct cr_error *err)
{
    CR_TRY(write_text(table, ",", err));
    if (!name[strcspn(name, ",\"\r\n")])
        return write_text(table, name, err);
    CR_TRY(write_text(table, "\"", err));
    for (; *name; name++)
        CR_TRY(cr_file_writer_write(table->writer, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1, err));
    return write_text(table, "\"", err);
}

static enum cr_status write_head(struct table *table, struct cr_error *err)
{
    CR_TRY(write_text(table, "event,step,epoch,seconds", err));
    for (int64_t i = 0; i < table->count; i++)
        CR_TRY(write_name(table, table->names[i], err));
    return write_text(table, "\n", err);
}

static enum cr_status set_value(void *user, const char *name, double value, struct cr_error *err)
{
    struct table *table = user;
    int64_t at = find(table, name);
    (void)err;
    table->there[at] = true;
    table->values[at] = value;
    return CR_OK;
}

static enum cr_status write_row(void *user, const struct cr_event *event, struct cr_error *err)
{
    struct table *table = user;
    char cell[CELL_SIZE + 64], number[CELL_SIZE];
    if (event->kind == CR_EVENT_START)
        table->before = table->last;
    table->last = table->before + event->seconds;
    if (event->kind != CR_EVENT_STEP && event->kind != CR_EVENT_EPOCH && event->kind != CR_EVENT_OBSERVE)
        return CR_OK;
    memset(table->there, 0, (size_t)table->count * sizeof *table->there);
    CR_TRY(cr_scalars_visit(event, set_value, table, err));
    cr_text_from_float(round(1000 * table->last) / 1000, number, sizeof number);
    cr_text_format(cell, sizeof cell, "%s,%lld,%lld,%s", cr_event_name(event->kind), (long long)event->step,
                   (long long)event->epoch, number);
    CR_TRY(write_text(table, cell, err));
    for (int64_t i = 0; i < table->count; i++) {
        CR_TRY(write_text(table, ",", err));
        if (!table->there[i])
            continue;
        cr_text_from_float(table->values[i], number, sizeof number);
        CR_TRY(write_text(table, number, err));
    }
    table->rows++;
    return write_text(table, "\n", err);
}

static enum cr_status write(struct cr_export_job *job, struct table *table, const char *log, struct cr_error *err)
{
    table->arena = cr_arena_new();
    if (!table->arena)
        return cr_fail_memory(err);
    CR_TRY(cr_event_log_read(log, gather, table, err));
    table->values = cr_arena_alloc(table->arena, ((size_t)table->count + 1) * sizeof *table->values);
    table->there = cr_arena_alloc(table->arena, (size_t)table->count + 1);
    if (!table->values || !table->there)
        return cr_fail_memory(err);
    CR_TRY(cr_file_writer_open(&table->writer, job->out, err));
    CR_TRY(write_head(table, err));
    CR_TRY(cr_event_log_read(log, write_row, table, err));
    enum cr_status status = cr_file_writer_commit(table->writer, err);
    table->writer = NULL;
    return status;
}

static enum cr_status save(struct cr_export_job *job, struct cr_error *err)
{
    struct table table = {0};
    char *log = cr_path_join(job->folder, "events.jsonl");
    if (!log)
        return cr_fail_memory(err);
    enum cr_status status = write(job, &table, log, err);
    if (status == CR_OK)
        cr_export_say(job, "table", "%lld rows, %lld columns", (long long)table.rows, (long long)table.count + 4);
    cr_file_writer_cancel(table.writer);
    cr_arena_free(table.arena);
    free(table.names);
    free(log);
    return status;
}

const struct cr_export_format cr_export_csv = {
    .entry = {.name = "csv", .help = "the numbers that were logged, as a table: a row a step, observation or epoch"},
    .file = "scalars.csv",
    .save = save,
};
