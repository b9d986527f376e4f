/*
 * The event log: JSON, one object a line, its kind in "event". Lines are gathered and written at least once a second,
 * and at a checkpoint made to last before the checkpoint itself is: a log is never behind the state that a run resumes
 * from. What stands in a line: event_line.c.
 */
#include "train/event_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/appender.h"
#include "base/file.h"
#include "train/event_line.h"

struct cr_event_log {
    char *path;
    int workers;
    struct cr_log_turn turn;
    struct cr_line line;
    struct cr_appender *appender;
};

/* ------------------------------------------------------------------------------------------------------ the observer
 */

/* Lines that come often are gathered. */
static enum cr_append how_soon(enum cr_event_kind kind)
{
    if (kind == CR_EVENT_STEP || kind == CR_EVENT_OBSERVE)
        return CR_APPEND_SOON;
    bool lasting = kind == CR_EVENT_CHECKPOINT || kind == CR_EVENT_CHANGE || kind == CR_EVENT_END;
    return lasting ? CR_APPEND_LASTING : CR_APPEND_NOW;
}

static enum cr_status cut(struct cr_event_log *log, struct cr_error *err);

static enum cr_status observe(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                              struct cr_error *err)
{
    struct cr_event_log *log = user;
    (void)verdict;
    if (cr_log_turn_due(&log->turn, event))
        CR_TRY(cut(log, err));
    CR_TRY(cr_line_write(&log->line, event, log->workers, err));
    return cr_appender_add(log->appender, log->line.text, log->line.used, how_soon(event->kind), err);
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

bool cr_log_turn_due(struct cr_log_turn *turn, const struct cr_event *event)
{
    bool due = turn->state == CR_TURN_KEPT;
    if (event->kind == CR_EVENT_CHANGE && event->change->back) {
        turn->state = CR_TURN_TOLD;
        turn->place = (struct cr_log_place){event->step, event->epoch, event->change->number};
    } else if (event->kind == CR_EVENT_CHECKPOINT && turn->state == CR_TURN_TOLD)
        turn->state = CR_TURN_KEPT;
    else if (due)
        turn->state = CR_TURN_NONE;
    return due;
}

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

/* The file is another one then. */
static enum cr_status cut(struct cr_event_log *log, struct cr_error *err)
{
    CR_TRY(cr_appender_add(log->appender, NULL, 0, CR_APPEND_NOW, err));
    CR_TRY(cut_file(log->path, &log->turn.place, err));
    return cr_appender_reopen(log->appender, err);
}

enum cr_status cr_event_log_open_at(struct cr_event_log **log, const char *path, const struct cr_log_place *place,
                                    struct cr_error *err)
{
    enum cr_status status = CR_OK;
    *log = NULL;
    struct cr_event_log *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->path = cr_path_expand(path);
    if (!made->path)
        CR_GO(cr_fail_memory(err));
    CR_GO(cut_file(made->path, place, err));
    CR_GO(cr_appender_open(&made->appender, made->path, err));
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
    cr_appender_free(log->appender);
    free(log->line.text);
    free(log->path);
    free(log);
}
