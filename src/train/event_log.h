/*
 * Inside of the event log.
 */
#ifndef CR_TRAIN_EVENT_LOG_H
#define CR_TRAIN_EVENT_LOG_H

#include <cradle/train.h>

/* Loader workers, for the start event: the trainer does not know them. */
void cr_event_log_set_workers(struct cr_event_log *log, int workers);

/* Where a training stands. */
struct cr_log_place {
    int64_t step, epoch, changes;
};

/*
 * A training that goes back, as a log follows it: what lies between is cut off, but only when a checkpoint was kept of
 * where it is now: who resumes before that goes on from the one before, and needs all of it.
 */
struct cr_log_turn {
    enum { CR_TURN_NONE, CR_TURN_TOLD, CR_TURN_KEPT } state;
    struct cr_log_place place; /* to which it goes back */
};

/* To be asked at each event: whether the log must now be cut to the turn's place, before the event is written. */
bool cr_log_turn_due(struct cr_log_turn *turn, const struct cr_event *event);

/*
 * Keeps of the JSON lines in `text` those that are whole and whose step and epoch are no later; of a change, and of the
 * finding that led to it, those whose number is no higher. Moves them to the front and makes `size` their bytes.
 */
enum cr_status cr_event_log_cut(char *text, size_t *size, const struct cr_log_place *place, struct cr_error *err);

/* cr_event_log_open with the changes that were made. */
enum cr_status cr_event_log_open_at(struct cr_event_log **log, const char *path, const struct cr_log_place *place,
                                    struct cr_error *err);

#endif
