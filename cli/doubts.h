/*
 * How samples are told whose labels are probably wrong.
 */
#ifndef CLI_DOUBTS_H
#define CLI_DOUBTS_H

#include <cradle/evaluate.h>

/* A table; classes by their names. */
void doubts_tell(const struct cr_doubts *doubts, const struct cr_run *run);
/* A JSON object; `before` stands in front of it. */
void doubts_json(const char *before, const struct cr_doubts *doubts, const struct cr_run *run);

#endif
