/*
 * The event log: JSON, one object a line, its kind in "event". Lines are gathered and written at least once a second,
 * and at a checkpoint made to last before the checkpoint itself is: a log is never behind the state that a run resumes
 * from. What stands in a line: event_line.c.
 */
#include "train/event_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "base/context.h"
#include "base/file.h"
#include "train/event_line.h"

enum { BUFFER_SIZE = 1 << 16 };

static const double seconds_between_writes = 1;

struct cr_event_log {
    char *path;
    int file;
    int workers;
    double written; /* clock at the last write */
    enum { NO_TURN, TURN_TOLD, TURN_KEPT } turn;
    struct cr_log_place place; /* to which it goes back */
    struct cr_line line;
    size_t used;
    char buffer[BUFFER_SIZE];
};

/* ------------------------------------------------------------------------------------------------------ the observer
 */

static enum cr_status fail(const struct cr_event_log *log, struct cr_error *err)
{
    return cr_fail(err, CR_ERROR_IO, "%s: cannot write: %s", log->path, strerror(errno));
}

static enum cr_status write_all(struct cr_event_log *log, const char *text, size_t size, struct cr_error *err)
{
    size_t done = 0;
    while (done < size) {
        ssize_t part = write(log->file, text + done, size - done);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return fail(log, err);
        done += (size_t)part;
    }
    return CR_OK;
}

static enum cr_status flush(struct cr_event_log *log, struct cr_error *err)
{
    size_t used = log->used;
    log->used = 0; /* where it fails, what is half written is cut off by whoever resumes */
    log->written = cr_clock();
    return write_all(log, log->buffer, used, err);
}

static enum cr_status add_line(struct cr_event_log *log, struct cr_error *err)
{
    const struct cr_line *line = &log->line;
    if (log->used + line->used > BUFFER_SIZE)
        CR_TRY(flush(log, err));
    if (line->used > BUFFER_SIZE)
        return write_all(log, line->text, line->used, err);
    memcpy(log->buffer + log->used, line->text, line->used);
    log->used += line->used;
    return CR_OK;
}

/* Lines that come often are gathered. */
static bool can_wait(const struct cr_event_log *log, enum cr_event_kind kind)
{
    return (kind == CR_EVENT_STEP || kind == CR_EVENT_OBSERVE) && cr_clock() - log->written < seconds_between_writes;
}

static enum cr_status cut(struct cr_event_log *log, struct cr_error *err);

/*
 * Where a training goes back, what lies between is cut off, but only when a checkpoint was kept of where it is now: who
 * resumes before that goes on from the one before, and needs all of it.
 */
static enum cr_status follow_turn(struct cr_event_log *log, const struct cr_event *event, struct cr_error *err)
{
    bool due = log->turn == TURN_KEPT;
    if (event->kind == CR_EVENT_CHANGE && event->change->back) {
        log->turn = TURN_TOLD;
        log->place = (struct cr_log_place){event->step, event->epoch, event->change->number};
    } else if (event->kind == CR_EVENT_CHECKPOINT && log->turn == TURN_TOLD)
        log->turn = TURN_KEPT;
    else if (due)
        log->turn = NO_TURN;
    return due ? cut(log, err) : CR_OK;
}

static enum cr_status observe(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                              struct cr_error *err)
{
    struct cr_event_log *log = user;
    (void)verdict;
    CR_TRY(follow_turn(log, event, err));
    CR_TRY(cr_line_write(&log->line, event, log->workers, err));
    CR_TRY(add_line(log, err));
    if (can_wait(log, event->kind))
        return CR_OK;
    CR_TRY(flush(log, err));
    bool lasting = event->kind == CR_EVENT_CHECKPOINT || event->kind == CR_EVENT_CHANGE || event->kind == CR_EVENT_END;
    return lasting && fsync(log->file) != 0 ? fail(log, err) : CR_OK;
}

struct cr_observer cr_event_log_observer(struct cr_event_log *log)
{
    return (struct cr_observer){.user = log, .event = observe};
}

void cr_event_log_set_workers(struct cr_event_log *log, int workers)
{
    log->workers = workers;
}

/* -------------------------------------------------------------------------------------------------- opening, cutting
 */

static bool is_number_up_to(const cJSON *object, const char *key, int64_t most)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) && item->valuedouble <= (double)most;
}

static bool is_kept(const cJSON *object, const struct cr_log_place *place)
{
    if (!cJSON_IsString(cJSON_GetObjectItemCaseSensitive(object, "event")))
        return false;
    if (cJSON_GetObjectItemCaseSensitive(object, "number"))
        return is_number_up_to(object, "number", place->changes);
    return is_number_up_to(object, "step", place->step) && is_number_up_to(object, "epoch", place->epoch);
}

static enum cr_status judge(const char *line, size_t size, const struct cr_log_place *place, bool *kept,
                            struct cr_error *err)
{
    errno = 0;
    cJSON *object = cJSON_ParseWithLength(line, size);
    if (!object && errno == ENOMEM)
        return cr_fail_memory(err);
    *kept = is_kept(object, place);
    cJSON_Delete(object);
    return CR_OK;
}

enum cr_status cr_event_log_cut(char *text, size_t *size, const struct cr_log_place *place, struct cr_error *err)
{
    size_t used = 0;
    for (char *line = text, *end; (end = memchr(line, '\n', (size_t)(text + *size - line))); line = end + 1) {
        size_t length = (size_t)(end + 1 - line);
        bool kept = false;
        CR_TRY(judge(line, length, place, &kept, err));
        if (!kept)
            continue;
        memmove(text + used, line, length);
        used += length;
    }
    *size = used;
    return CR_OK;
}

static enum cr_status cut_file(const char *path, const struct cr_log_place *place, struct cr_error *err)
{
    enum cr_status status;
    char *text;
    size_t size, kept;
    if (!cr_file_exists(path))
        return CR_OK;
    CR_TRY(cr_file_read(path, SIZE_MAX / 2, &text, &size, err));
    kept = size;
    CR_GO(cr_event_log_cut(text, &kept, place, err));
    if (kept < size)
        status = cr_file_replace(path, text, kept, err);
done:
    free(text);
    return status;
}

static enum cr_status open_file(struct cr_event_log *log, struct cr_error *err)
{
    log->file = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    return log->file < 0 ? fail(log, err) : CR_OK;
}

/* The file is another one then. */
static enum cr_status cut(struct cr_event_log *log, struct cr_error *err)
{
    CR_TRY(flush(log, err));
    CR_TRY(cut_file(log->path, &log->place, err));
    close(log->file);
    return open_file(log, err);
}

enum cr_status cr_event_log_open_at(struct cr_event_log **log, const char *path, const struct cr_log_place *place,
                                    struct cr_error *err)
{
    enum cr_status status = CR_OK;
    *log = NULL;
    struct cr_event_log *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->file = -1;
    made->path = cr_path_expand(path);
    if (!made->path)
        CR_GO(cr_fail_memory(err));
    CR_GO(cut_file(made->path, place, err));
    CR_GO(open_file(made, err));
    made->written = cr_clock();
    *log = made;
    made = NULL;
done:
    cr_event_log_free(made);
    return status;
}

enum cr_status cr_event_log_open(struct cr_event_log **log, const char *path, int64_t cut_after_step,
                                 int64_t cut_after_epoch, struct cr_error *err)
{
    return cr_event_log_open_at(log, path, &(struct cr_log_place){cut_after_step, cut_after_epoch, 0}, err);
}

void cr_event_log_free(struct cr_event_log *log)
{
    if (!log)
        return;
    if (log->file >= 0) {
        flush(log, NULL);
        close(log->file);
    }
    free(log->line.text);
    free(log->path);
    free(log);
}
