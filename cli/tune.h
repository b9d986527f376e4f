/*
 * The command `tune`: one process that shows, and worker processes that evaluate. A worker that crashes takes its trial
 * with it and nothing else; the study in its file is all that they share.
 */
#ifndef CLI_TUNE_H
#define CLI_TUNE_H

#include <cradle/tune.h>

#include "cli.h"
#include "screen.h"

enum { TUNE_PATH = 4096 };

struct tune_values {
    struct cli_common common;
    const char *study, *sampler, *pruner, *objective, *command, *space;
    int64_t trials, jobs, seed, lag, folds;
    bool deterministic, minimize, widen, refit;
};

struct tune {
    const struct cli_command *command;
    const struct tune_values *values;
    const char *file;
    struct cr_config *config;
    struct cr_space *space;
    struct cr_study *study; /* closed while workers are made */
    bool own_first;         /* trial 0 has the file's own values: constraints allow them */
    struct cr_study_options options;
    struct cr_study_training training;
    struct cr_study_command run; /* instead of training, where there is a command */
    char folder[TUNE_PATH], database[TUNE_PATH + 16], trials[TUNE_PATH + 16];
    struct screen screen;
    struct cr_error err;
    bool *told;  /* [options.trials]: those that have a row */
    int *kills;  /* [options.trials]: how often a process that ran it was killed */
    double best; /* score of these; NaN: none */
    double begun;
    int64_t ended_before; /* trials that had ended when this process began */
};

/* Makes the workers, shows what they do, makes new ones for those that crash; the exit status. */
int tune_run_workers(struct tune *tune);
/* A worker: asks, evaluates, tells, until there is nothing left. Opens the study for itself. The exit status. */
int tune_work(struct tune *tune);

/* What is searched and how; before the first trial. */
void tune_show_header(const struct tune *tune);
bool tune_has_ended(const struct cr_study_trial *trial);
/* Notes that a trial has a row; whether it is the best of those that have. */
bool tune_note(struct tune *tune, const struct cr_study_trial *trial);
/* Rows for trials that have ended since the last call, and the live line. */
enum cr_status tune_show_progress(struct tune *tune);
/* "validation accuracy", or what else a score is. */
const char *tune_score_name(const struct tune *tune);
/* The winner, whether it is more than chance, what mattered, and where it was written; `any` is false without a score.
 */
enum cr_status tune_show_end(struct tune *tune, bool *any);
/* Trains the winner once more, on all data; the exit status. */
int tune_refit(struct tune *tune);

#endif
