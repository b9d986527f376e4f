/*
 * What a network says of one sample, as its task has it: the most probable classes, the answers that are yes, or
 * numbers.
 */
#ifndef CLI_ANSWER_H
#define CLI_ANSWER_H

#include <cradle/evaluate.h>

enum { ANSWER_TOP_MAX = 1000 };

struct answer {
    const struct cr_run *run;
    const float *outputs; /* [classes], as cr_predict gives them */
    int64_t top;          /* so many classes, 1..ANSWER_TOP_MAX */
    double sure;          /* a class that is less probable than this is told to be unsure */
};

/* Lines, each indented. */
void answer_tell(const struct answer *answer);
/* "top": [...], "labels": [...] or "numbers": {...}, without anything around it. */
void answer_json(const struct answer *answer);
/* Rows of CSV, one a class, label or number, with an empty field for an error; and the names of their columns. */
void answer_csv(const struct answer *answer, const char *name);
const char *answer_csv_columns(const struct cr_run *run);

#endif
