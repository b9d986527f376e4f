/*
 * The event log: JSON, one object a line, its kind in "event". Lines are gathered and written at least once a second,
 * and at a checkpoint made to last before the checkpoint itself is: a log is never behind the state that a run resumes
 * from. Numbers that are not finite are strings, "nan", "inf", "-inf".
 */
#include "train/event_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "base/context.h"
#include "base/file.h"
#include "base/text.h"
#include "train/trainer.h"

enum { BUFFER_SIZE = 1 << 16, LINE_MAX = 1024 };

static const double seconds_between_writes = 1;

struct cr_event_log {
    char *path;
    int file;
    int workers;
    double written; /* clock at the last write */
    size_t used;
    char buffer[BUFFER_SIZE];
};

/* ------------------------------------------------------------------------------------------------------------ lines */

struct line {
    char text[LINE_MAX];
    size_t used;
};

static void add_text(struct line *line, const char *key, const char *value)
{
    line->used += (size_t)cr_text_format(line->text + line->used, LINE_MAX - line->used, "%s\"%s\":\"%s\"",
                                         line->used ? "," : "{", key, value);
}

static void add_raw(struct line *line, const char *key, const char *value)
{
    line->used += (size_t)cr_text_format(line->text + line->used, LINE_MAX - line->used, ",\"%s\":%s", key, value);
}

static void add_int(struct line *line, const char *key, int64_t value)
{
    char digits[32];
    cr_text_format(digits, sizeof digits, "%" PRId64, value);
    add_raw(line, key, digits);
}

static void add_bool(struct line *line, const char *key, bool value)
{
    add_raw(line, key, value ? "true" : "false");
}

static void add_float(struct line *line, const char *key, double value)
{
    char digits[32];
    cr_text_from_float(value, digits, sizeof digits);
    if (isfinite(value))
        add_raw(line, key, digits);
    else
        add_text(line, key, digits);
}

/* Times are for people: no more digits than that. */
static void add_rounded(struct line *line, const char *key, double value)
{
    add_float(line, key, round(value * 1000) / 1000);
}

static void add_start(struct line *line, const struct cr_event_log *log, const struct cr_event *event)
{
    const struct cr_trainer *trainer = event->trainer;
    add_int(line, "epochs", event->epochs);
    add_int(line, "steps_per_epoch", event->steps_per_epoch);
    add_bool(line, "resumed", event->resumed);
    add_int(line, "seed", (int64_t)trainer->options.seed);
    add_int(line, "threads", cr_context_threads(trainer->context));
    add_int(line, "workers", log->workers);
    add_text(line, "cpu", cr_plan_cpu(trainer->training));
    add_text(line, "version", cr_version());
}

static void add_measures(struct line *line, const struct cr_event *event)
{
    add_float(line, "loss", event->loss);
    add_float(line, "accuracy", event->accuracy);
    if (event->validated) {
        add_float(line, "validation_loss", event->validation_loss);
        add_float(line, "validation_accuracy", event->validation_accuracy);
    }
    add_float(line, "lr", event->lr);
    if (event->kind == CR_EVENT_EPOCH)
        add_bool(line, "best", event->best);
    add_rounded(line, "images_per_second", event->images_per_second);
}

static void write_line(struct line *line, const struct cr_event_log *log, const struct cr_event *event)
{
    static const char *const names[] = {
        [CR_EVENT_START] = "start",           [CR_EVENT_STEP] = "step",
        [CR_EVENT_EPOCH] = "epoch",           [CR_EVENT_FINDING] = "finding",
        [CR_EVENT_CHECKPOINT] = "checkpoint", [CR_EVENT_END] = "end",
    };
    add_text(line, "event", names[event->kind]);
    add_int(line, "step", event->step);
    add_int(line, "epoch", event->epoch);
    if (event->kind == CR_EVENT_START)
        add_start(line, log, event);
    if (event->kind == CR_EVENT_STEP || event->kind == CR_EVENT_EPOCH)
        add_measures(line, event);
    if (event->kind == CR_EVENT_END)
        add_bool(line, "finished", event->finished);
    if (event->kind == CR_EVENT_END && event->stopped_early)
        add_bool(line, "stopped_early", true);
    add_rounded(line, "seconds", event->seconds);
    line->used += (size_t)cr_text_format(line->text + line->used, LINE_MAX - line->used, "}\n");
}

/* ------------------------------------------------------------------------------------------------------ the observer
 */

static enum cr_status fail(const struct cr_event_log *log, struct cr_error *err)
{
    return cr_fail(err, CR_ERROR_IO, "%s: cannot write: %s", log->path, strerror(errno));
}

static enum cr_status flush(struct cr_event_log *log, struct cr_error *err)
{
    size_t done = 0;
    while (done < log->used) {
        ssize_t part = write(log->file, log->buffer + done, log->used - done);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0) {
            log->used = 0; /* what is half written is cut off by whoever resumes */
            return fail(log, err);
        }
        done += (size_t)part;
    }
    log->used = 0;
    log->written = cr_clock();
    return CR_OK;
}

static enum cr_status observe(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                              struct cr_error *err)
{
    struct cr_event_log *log = user;
    struct line line = {.used = 0};
    (void)verdict;
    write_line(&line, log, event);
    if (log->used + line.used > BUFFER_SIZE)
        CR_TRY(flush(log, err));
    memcpy(log->buffer + log->used, line.text, line.used);
    log->used += line.used;
    if (event->kind == CR_EVENT_STEP && cr_clock() - log->written < seconds_between_writes)
        return CR_OK;
    CR_TRY(flush(log, err));
    bool lasting = event->kind == CR_EVENT_CHECKPOINT || event->kind == CR_EVENT_END;
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

static enum cr_status judge(const char *line, size_t size, int64_t step, int64_t epoch, bool *kept,
                            struct cr_error *err)
{
    errno = 0;
    cJSON *object = cJSON_ParseWithLength(line, size);
    if (!object && errno == ENOMEM)
        return cr_fail_memory(err);
    *kept = cJSON_IsString(cJSON_GetObjectItemCaseSensitive(object, "event")) &&
            is_number_up_to(object, "step", step) && is_number_up_to(object, "epoch", epoch);
    cJSON_Delete(object);
    return CR_OK;
}

enum cr_status cr_event_log_cut(char *text, size_t *size, int64_t step, int64_t epoch, struct cr_error *err)
{
    size_t used = 0;
    for (char *line = text, *end; (end = memchr(line, '\n', (size_t)(text + *size - line))); line = end + 1) {
        size_t length = (size_t)(end + 1 - line);
        bool kept = false;
        CR_TRY(judge(line, length, step, epoch, &kept, err));
        if (!kept)
            continue;
        memmove(text + used, line, length);
        used += length;
    }
    *size = used;
    return CR_OK;
}

static enum cr_status cut(const char *path, int64_t step, int64_t epoch, struct cr_error *err)
{
    enum cr_status status;
    char *text;
    size_t size, kept;
    if (!cr_file_exists(path))
        return CR_OK;
    CR_TRY(cr_file_read(path, SIZE_MAX / 2, &text, &size, err));
    kept = size;
    CR_GO(cr_event_log_cut(text, &kept, step, epoch, err));
    if (kept < size)
        status = cr_file_replace(path, text, kept, err);
done:
    free(text);
    return status;
}

enum cr_status cr_event_log_open(struct cr_event_log **log, const char *path, int64_t cut_after_step,
                                 int64_t cut_after_epoch, struct cr_error *err)
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
    CR_GO(cut(made->path, cut_after_step, cut_after_epoch, err));
    made->file = open(made->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (made->file < 0)
        CR_GO(fail(made, err));
    made->written = cr_clock();
    *log = made;
    made = NULL;
done:
    cr_event_log_free(made);
    return status;
}

void cr_event_log_free(struct cr_event_log *log)
{
    if (!log)
        return;
    if (log->file >= 0) {
        flush(log, NULL);
        close(log->file);
    }
    free(log->path);
    free(log);
}
