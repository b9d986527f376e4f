/*
 * cradle/tune.h - the search for good hyper-parameters: spaces from tagged config files, samplers, pruners, studies.
 *
 * Any value of a config file may carry a search tag (`lr: !log [1e-4, 1]`). These values are the dimensions of a space;
 * its section `tune` may hold constraints between them (`constraints: [a <= b]`, docs/tuning.md).
 * A study asks a sampler for a point of the space, is told the score of it, and keeps everything in one SQLite file.
 * The caller evaluates the point however it likes (ask and tell), or lets the study train the config.
 */
#ifndef CRADLE_TUNE_H
#define CRADLE_TUNE_H

#include <cradle/experiment.h>

#ifdef __cplusplus
extern "C" {
#endif

extern CR_API const struct cr_registry cr_samplers, cr_pruners;

/* ------------------------------------------------------------------------------------------------------------ space */

enum cr_dimension_kind { CR_RANGE, CR_CHOICES };

struct cr_dimension {
    const char *name; /* the path of its value: "train.optimizer.sgd.lr" */
    enum cr_dimension_kind kind;
    double low, high, first; /* RANGE, ends included; the value to try first (of CHOICES: 0) */
    bool log, whole;
    int count;                 /* CHOICES */
    const char *const *labels; /* [count] */
    int parent, branch;        /* there is a value only where dimension `parent` has choice `branch`; -1: always */
};

struct cr_space;
/*
 * From the tags of a config, which must live as long. Errors: a config without tags, a constraint that names nothing in
 * it, constraints that no point seems to keep.
 */
CR_API enum cr_status cr_space_new(struct cr_space **space, const struct cr_config *config, struct cr_error *err);
CR_API void cr_space_free(struct cr_space *space);
CR_API int cr_space_count(const struct cr_space *space);
CR_API const struct cr_dimension *cr_space_dimension(const struct cr_space *space, int index);

/* A constraint as it was written; NULL behind the last. */
CR_API const char *cr_space_constraint(const struct cr_space *space, int index);

/*
 * A point is one double a dimension: the value, or the index of a choice, or NaN where the dimension has no value
 * because another branch was chosen.
 */
/* Whether a point keeps all constraints. `broken` (may be NULL): the first that it breaks, as it was written. */
CR_API bool cr_space_allows(const struct cr_space *space, const double *values, const char **broken);
/*
 * The point of a study's first trial: the file's own values. False: constraints forbid these, and it is an allowed
 * point near to them.
 */
CR_API bool cr_space_first(const struct cr_space *space, double *values);
/* The value as text ("0.01", "sgd", "-"). */
CR_API void cr_space_text(const struct cr_space *space, int index, double value, char *text, size_t size);
/* A config of its own in which the values stand in the place of the tags. */
CR_API enum cr_status cr_space_config(const struct cr_space *space, const double *values, struct cr_config **config,
                                      struct cr_error *err);

/* Whether every end of every range, and every choice, is a value that an experiment's config can have in its place. */
CR_API enum cr_status cr_space_check(const struct cr_space *space, struct cr_error *err);
/* The config of a point as YAML, to be written to a file: the caller frees it. */
CR_API enum cr_status cr_space_yaml(const struct cr_space *space, const double *values, char **text,
                                    struct cr_error *err);

/* ------------------------------------------------------------------------------------------------------------ study */

enum cr_trial_state {
    CR_TRIAL_WAITING, /* its point is fixed; nobody evaluates it yet */
    CR_TRIAL_RUNNING,
    CR_TRIAL_COMPLETE,
    CR_TRIAL_PRUNED, /* ended early; its value is the last that was reported */
    CR_TRIAL_FAILED, /* no value: it crashed, or diverged */
};

/* A score on the way. */
struct cr_trial_report {
    int64_t step;
    double value;
};

struct cr_study_trial {
    int64_t number; /* from 0 */
    enum cr_trial_state state;
    const double *values; /* [dimensions] of the space */
    double score;         /* NaN where there is none */
    const char *cause;    /* of a failure: "diverged", ...; or NULL */
    double seconds;       /* that it took, or takes until now */
    int64_t process;      /* of this machine that runs it; 0: none, or one of another machine */
    int64_t report_count;
    const struct cr_trial_report *reports; /* in order of steps */
    double start;                          /* seconds after the first trial of the study began */
    const char *worker; /* what ran it, as the file tells: machine, process and its beginning; NULL: not known */
    bool lost;          /* it runs by what the file says, but its worker is gone */
    bool outside;       /* no point of the space as it is now: ranges or constraints were changed */
};

struct cr_study_options {
    const char *file;    /* the SQLite database, made where there is none; NULL: in memory */
    const char *name;    /* of the study in its database; NULL: "cradle" */
    const char *sampler; /* YAML: "gp", "tpe: {multivariate: true}"; NULL: auto */
    const char *pruner;  /* YAML; NULL: none */
    bool maximize;
    int64_t trials; /* how many there will be; samplers plan with it. 0: not known */
    uint64_t seed;
    bool deterministic; /* a trial sees those before it by `lag` or more, and no others */
    int64_t lag;        /* 0: 4; the largest number of workers that find work at once */
};

struct cr_study;
/*
 * Opens or makes a study. One that is there must be of the same space and direction; trials of a study that Optuna made
 * are taken over. The space must live as long. One study object serves one thread; any number of processes may open
 * the same file.
 */
CR_API enum cr_status cr_study_open(struct cr_study **study, const struct cr_space *space,
                                    const struct cr_study_options *options, struct cr_error *err);
/*
 * Opens a study that is there to be read, without its config file: one of Cradle or of Optuna. Its space is made of
 * what its trials were drawn from, without branches: a trial has NaN where it has no value. `name` NULL: "cradle", or
 * the only study of the file. Nothing is written; calls that would write fail.
 */
CR_API enum cr_status cr_study_read(struct cr_study **study, const char *file, const char *name, struct cr_error *err);
CR_API void cr_study_free(struct cr_study *study);
CR_API const struct cr_space *cr_study_space(const struct cr_study *study);
CR_API const char *cr_study_name(const struct cr_study *study);
CR_API bool cr_study_maximizes(const struct cr_study *study);

/*
 * The next trial to evaluate, borrowed until the study's next ask; NULL where `trials` of the options are all taken, or
 * where every point of a finite space is. Trials whose worker died are given out again first, under their old number.
 * CR_ERROR_BUSY: a deterministic study must wait for trials under way; ask again.
 */
CR_API enum cr_status cr_study_ask(struct cr_study *study, const struct cr_study_trial **trial, struct cr_error *err);
/* A score on the way, and a sign of life. `prune` (may be NULL): whether the trial should end here. */
CR_API enum cr_status cr_study_report(struct cr_study *study, int64_t number, int64_t step, double value, bool *prune,
                                      struct cr_error *err);
/* The end of a trial: its state (not RUNNING) and score. `cause` of a failure; may be NULL. */
CR_API enum cr_status cr_study_tell(struct cr_study *study, int64_t number, enum cr_trial_state state, double score,
                                    const char *cause, struct cr_error *err);
/* All trials in order of their numbers, as they are in the file now; borrowed until the next call of this function. */
CR_API enum cr_status cr_study_trials(struct cr_study *study, const struct cr_study_trial **trials, int64_t *count,
                                      struct cr_error *err);
/* The best complete trial of a list that is a point of the space, or NULL. */
CR_API const struct cr_study_trial *cr_study_best(const struct cr_study *study, const struct cr_study_trial *trials,
                                                  int64_t count);
/* A sign of life of a trial that reports nothing for long. */
CR_API enum cr_status cr_study_beat(struct cr_study *study, int64_t number, struct cr_error *err);
/* The sampler that is used and why: "gp: 2 to 400 trials of 4 dimensions". */
CR_API const char *cr_study_sampler(const struct cr_study *study);

/* --------------------------------------------------------------------------------------------------------- training
 */

enum cr_objective { CR_OBJECTIVE_ACCURACY, CR_OBJECTIVE_LOSS };

struct cr_study_training {
    enum cr_objective objective; /* of the validation part: the best accuracy (maximize), the smallest loss */
    const char *folder;          /* in which every trial has its run (0000, 0001, ...) */
    int64_t folds;               /* the score is the mean over so many folds, runs 0000/fold-0, ...; 0: one run */
    int workers;
    bool (*stop)(void *user); /* asked after each step; may be NULL */
    void *user;
};

/*
 * Trains the config of a trial that was asked for, reports after each epoch, and tells the end. A run that is there
 * already goes on from its checkpoint. A trial whose loss is no longer a number ends as failed, "diverged"; one whose
 * config cannot be trained, with the message as its cause: neither is an error here. What would befall every trial
 * (data that are not there, no validation part) is one, and the trial can go on later. CR_ERROR_STOPPED: `stop` said
 * so, and the trial can go on later.
 */
CR_API enum cr_status cr_study_train(struct cr_study *study, struct cr_context *context, int64_t number,
                                     const struct cr_study_training *training, struct cr_error *err);

/* ---------------------------------------------------------------------------------------------------------- commands
 */

struct cr_study_command {
    const char *command; /* with {lr} or {train.optimizer.sgd.lr} where values go */
    const char *folder;  /* in which every trial keeps what was printed, as 0000/out and 0000/err */
    bool (*stop)(void *user);
    void *user;
};

/*
 * The command with the values of a point in it. A value is called by its path or by an end of that; one that the point
 * does not have is the empty word. Words are quoted for the shell where they need it. Braces around anything that is
 * no name stay. The caller frees the text.
 */
CR_API enum cr_status cr_space_expand(const struct cr_space *space, const double *values, const char *command,
                                      char **expanded, struct cr_error *err);
/*
 * Runs the command for a trial that was asked for, and tells the end. Its score is the last line that it prints: a
 * number, or JSON with "score". A line of JSON with "step" and "score" before is a report. An exit status other than 0,
 * or a last line that is no score, is a failed trial. CR_ERROR_STOPPED as above.
 */
CR_API enum cr_status cr_study_run_command(struct cr_study *study, int64_t number,
                                           const struct cr_study_command *command, struct cr_error *err);

/* ----------------------------------------------------------------------------------------------------------- insight
 */

/*
 * How much each dimension mattered for being among the best fifth of the trials: shares that sum to 1, by PED-ANOVA
 * (Watanabe et al. 2023). `known` is false where there are fewer than 10 scores or no dimension told them apart.
 */
CR_API enum cr_status cr_study_importance(const struct cr_study *study, const struct cr_study_trial *trials,
                                          int64_t count, double *importance, bool *known, struct cr_error *err);
/* Samples of the validation part that trained trials were scored by; 0: not known. */
CR_API int64_t cr_study_validation(struct cr_study *study);
/* Folds of which trained trials' scores are means; 0: none, or not known. */
CR_API int64_t cr_study_folds(struct cr_study *study);
/* "validation accuracy", "validation loss" or "score". */
CR_API const char *cr_study_score_name(struct cr_study *study);

/* How much better one trial is than another. What is not known is NaN. */
struct cr_study_difference {
    double gain;      /* of scores; above 0: the first is the better one */
    double error;     /* its standard error */
    double p;         /* the chance of such a gain, or a larger one either way, between trials that are alike */
    double own_error; /* the standard error of the first trial's score */
};
/*
 * Over folds by the t-test of the paired differences. Of accuracies on n validation samples by the normal distribution,
 * with the variance (a (1 - a) + b (1 - b)) / n: both saw the same samples, so the error is rather too large.
 */
CR_API struct cr_study_difference cr_study_compare(struct cr_study *study, const struct cr_study_trial *a,
                                                   const struct cr_study_trial *b);
/* Whether a value lies at an end of its range: -1 the lower, 1 the upper, 0 neither (within 2 % of the range). */
CR_API int cr_space_edge(const struct cr_space *space, int index, double value);
/*
 * Takes up that the ranges of an earlier search were widened: each range grows so that it holds all values of the
 * study's trials, and where the best of them lies at an end, by half of its width there. With `check` ends that no
 * experiment's config can have stay. `space` is the one of the study. `told` names what has become wider; "" for
 * nothing.
 */
CR_API enum cr_status cr_study_widen(struct cr_study *study, struct cr_space *space, bool check, char *told,
                                     size_t size, struct cr_error *err);

#ifdef __cplusplus
}
#endif
#endif
