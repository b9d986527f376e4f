/*
 * A line of the event log: written, and read back.
 */
#ifndef CR_TRAIN_EVENT_LINE_H
#define CR_TRAIN_EVENT_LINE_H

#include <cradle/train.h>

/* Grows; its text is freed by whoever has it. */
struct cr_line {
    char *text;
    size_t used, capacity;
    bool failed; /* for want of memory */
};

/* The whole line with its end, in place of what was there. */
enum cr_status cr_line_write(struct cr_line *line, const struct cr_event *event, int workers, struct cr_error *err);

#endif
