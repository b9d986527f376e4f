/*
 * The event file of a training under way. A run that goes on cuts off what its checkpoint does not know. A step makes
 * one record, and the end of an epoch another with the number of its last step: where the checkpoint is of that step,
 * the end of the epoch is older where the checkpoint has that epoch behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/appender.h"
#include "base/file.h"
#include "train/event_log.h"
#include "train/records.h"
#include "train/tensorboard.h"

struct cr_tensorboard_file {
    char *path;
    struct cr_log_turn turn;
    struct cr_tensorboard board;
    struct cr_appender *appender;
};

/* ------------------------------------------------------------------------------------------------------------ cutting
 */

/* What the records of tensorboard.c begin with: a time, a step, and a summary whose first tag tells the kind. */
struct head {
    double time;
    int64_t step;
    bool ends_epoch;
};

static struct head read_head(const unsigned char *content, size_t length)
{
    enum { TIME = 0x09, STEP = 0x10, TIME_SIZE = 1 + sizeof(double), TAG_WITHIN = 48 };
    static const char tag[] = "epoch/";
    struct head head = {.step = -1};
    if (length <= TIME_SIZE || content[0] != TIME)
        return head;
    memcpy(&head.time, content + 1, sizeof head.time);
    if (content[TIME_SIZE] != STEP)
        return head; /* the version, at the front */
    head.step = 0;
    for (size_t i = TIME_SIZE + 1, shift = 0; i < length && shift < 63; i++, shift += 7) {
        head.step |= (int64_t)(content[i] & 127) << shift;
        if (content[i] < 128)
            break;
    }
    for (size_t i = TIME_SIZE; i + sizeof tag <= length && i < TAG_WITHIN; i++)
        head.ends_epoch = head.ends_epoch || memcmp(content + i, tag, sizeof tag - 1) == 0;
    return head;
}

/* Moves the records that stay to the front; gives their bytes, and the time of the last. */
static size_t keep(unsigned char *data, size_t size, const struct cr_log_place *place, double *time)
{
    const unsigned char *content;
    size_t used = 0, length, bytes;
    int64_t ended = 0;
    for (size_t at = 0; (bytes = cr_records_next(data + at, size - at, &content, &length)) > 0; at += bytes) {
        struct head head = read_head(content, length);
        ended += head.ends_epoch;
        if (head.step > place->step || (head.ends_epoch && ended > place->epoch))
            continue;
        *time = head.time;
        memmove(data + used, data + at, bytes);
        used += bytes;
    }
    return used;
}

static enum cr_status cut(const char *path, const struct cr_log_place *place, size_t *kept, double *time,
                          struct cr_error *err)
{
    char *data;
    size_t size;
    *kept = 0;
    if (!cr_file_exists(path))
        return CR_OK;
    CR_TRY(cr_file_read(path, SIZE_MAX / 2, &data, &size, err));
    if (place->step >= 0)
        *kept = keep((unsigned char *)data, size, place, time);
    enum cr_status status = *kept < size ? cr_file_replace(path, data, *kept, err) : CR_OK;
    free(data);
    return status;
}

/* ------------------------------------------------------------------------------------------------------- the observer
 */

static enum cr_status write_records(struct cr_tensorboard_file *file, enum cr_append when, struct cr_error *err)
{
    struct cr_proto *records = &file->board.records;
    enum cr_status status = cr_appender_add(file->appender, records->data, records->size, when, err);
    records->size = 0;
    return status;
}

enum cr_status cr_tensorboard_open(struct cr_tensorboard_file **file, const char *path,
                                   const struct cr_log_place *place, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    size_t kept;
    *file = NULL;
    struct cr_tensorboard_file *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->path = cr_path_expand(path);
    if (!made->path)
        CR_GO(cr_fail_memory(err));
    CR_GO(cut(made->path, place, &kept, &made->board.last, err));
    if (kept == 0)
        cr_tensorboard_begin(&made->board);
    CR_GO(cr_appender_open(&made->appender, made->path, err));
    CR_GO(write_records(made, CR_APPEND_NOW, err));
    *file = made;
    made = NULL;
done:
    cr_tensorboard_free(made);
    return status;
}

void cr_tensorboard_free(struct cr_tensorboard_file *file)
{
    if (!file)
        return;
    cr_appender_free(file->appender);
    cr_proto_free(&file->board.records);
    free(file->path);
    free(file);
}

static enum cr_status go_back(struct cr_tensorboard_file *file, struct cr_error *err)
{
    size_t kept;
    CR_TRY(cr_appender_add(file->appender, NULL, 0, CR_APPEND_NOW, err));
    CR_TRY(cut(file->path, &file->turn.place, &kept, &file->board.last, err));
    return cr_appender_reopen(file->appender, err);
}

enum cr_status cr_tensorboard_observe(struct cr_tensorboard_file *file, const struct cr_event *event,
                                      struct cr_error *err)
{
    bool often = event->kind == CR_EVENT_STEP || event->kind == CR_EVENT_OBSERVE;
    bool lasting = event->kind == CR_EVENT_CHECKPOINT || event->kind == CR_EVENT_END;
    if (cr_log_turn_due(&file->turn, event))
        CR_TRY(go_back(file, err));
    CR_TRY(cr_tensorboard_add(&file->board, event, err));
    return write_records(file, lasting ? CR_APPEND_LASTING : often ? CR_APPEND_SOON : CR_APPEND_NOW, err);
}
