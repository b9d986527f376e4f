/*
 * Inside of the event log.
 */
#ifndef CR_TRAIN_EVENT_LOG_H
#define CR_TRAIN_EVENT_LOG_H

#include <cradle/train.h>

/* Loader workers, for the start event: the trainer does not know them. */
void cr_event_log_set_workers(struct cr_event_log *log, int workers);

/*
 * Keeps of the JSON lines in `text` those that are whole and whose step and epoch are no later; moves them to the
 * front and makes `size` their bytes.
 */
enum cr_status cr_event_log_cut(char *text, size_t *size, int64_t step, int64_t epoch, struct cr_error *err);

#endif
