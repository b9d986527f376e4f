/*
 * How answers are told, one by one: for people, as JSON, or as CSV.
 */
#ifndef CLI_TOLD_H
#define CLI_TOLD_H

#include "answer.h"

enum told_format { TOLD_TEXT, TOLD_JSON, TOLD_LINES, TOLD_CSV };

struct told {
    enum told_format format;
    const struct cr_run *run;
    int64_t count; /* so far */
};

/* What was answered to one sample. */
struct told_sample {
    const char *name;
    const struct answer *answer;
    double difference; /* of a reconstruction: how far it is off; else not used */
};

void told_begin(struct told *told);
void told_answer(struct told *told, const struct told_sample *sample);
/* It could not be read; people are told on the standard error by the caller. */
void told_fault(struct told *told, const char *name, const char *message);
void told_end(const struct told *told);

#endif
