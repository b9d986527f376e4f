/*
 * Several trainings by one command: the `runs` of a file, the folds of `train --folds N`.
 */
#ifndef CLI_TRAIN_SERIES_H
#define CLI_TRAIN_SERIES_H

#include <cradle/report.h>

#include "cli.h"
#include "session.h"

struct train_series {
    const struct cr_series *series;
    const char *folder; /* FOLDER/NAME is a run; what is there goes on, and what is finished stays */
    int64_t folds;      /* 0: none */
    int64_t jobs;       /* trainings side by side, each in a process of its own */
    const struct cli_common *common;
};

/* Trains all, tells each and then mean and deviation, and writes the summaries. The exit status. */
int train_series(struct session *session, const struct train_series *train);

#endif
