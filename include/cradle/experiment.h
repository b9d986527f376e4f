/*
 * cradle/experiment.h - a config file made real: dataset + model + trainer in a run folder.
 *
 * A run is a folder: config.yaml (every default written out), events.jsonl, best.safetensors, last.safetensors. It
 * appears by rename with config.yaml inside; a lock refuses a second process.
 */
#ifndef CRADLE_EXPERIMENT_H
#define CRADLE_EXPERIMENT_H

#include <cradle/train.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cr_experiment;

/*
 * The `babysit` section. But for `act` nothing in it changes the results of a training; that changes nothing where
 * nothing is found. So it is no part of a run's identity.
 */
struct cr_babysit_section {
    int64_t observe;              /* as in struct cr_trainer_options */
    bool compare;                 /* a sample of the training part is judged beside the validation part */
    bool preflight;               /* the quick checks before the training */
    bool act;                     /* `auto`: what is found is tried on the side and undone, where that helps */
    const struct cr_node *checks; /* {overfitting: off, dead-units: {share: 0.7}}; NULL: all as they are */
};
extern CR_API const struct cr_option cr_babysit_section_options[];
extern CR_API const struct cr_registry cr_sections; /* data, train, babysit: their options; model is a list of layers */

struct cr_experiment_options {
    const char *run; /* the folder to make, or to resume; NULL: no folder, nothing is written */
    bool resume;
    int workers;
    const struct cr_observer *observers; /* besides event log and checkpoints, which come first */
    int observer_count;
    /* Called when all is made but the run folder; an error leaves nothing behind. May be NULL. */
    enum cr_status (*prepare)(void *user, struct cr_experiment *experiment, struct cr_error *err);
    void *prepare_user;
    cr_progress_function *progress; /* of loading data; may be NULL */
    void *progress_user;
};

/* What an experiment is made of, for headers and reports. Borrowed. */
struct cr_experiment_parts {
    const struct cr_dataset *dataset;
    const struct cr_split *split;
    const struct cr_network *network;
    const struct cr_trainer *trainer;
    int64_t steps_per_epoch;
    const struct cr_augmenter *augmenter; /* NULL: none */
    const struct cr_data_section *data;
    const struct cr_train_section *train;
    const struct cr_babysit_section *babysit;
    const char *optimizer, *schedule, *loss; /* names */
    const char *teacher;                     /* where it lies; NULL: none */
    const char *run;
    bool finished; /* resumed, and nothing was left to do */
    bool stopped_early;
};

/*
 * Checks everything that can be checked and makes everything that training needs; the run folder last. With `resume`,
 * `config` may be NULL: the folder's own is read. The config must live as long.
 */
CR_API enum cr_status cr_experiment_new(struct cr_experiment **experiment, struct cr_context *context,
                                        struct cr_config *config, const struct cr_experiment_options *options,
                                        struct cr_error *err);
CR_API void cr_experiment_free(struct cr_experiment *experiment);
CR_API struct cr_experiment_parts cr_experiment_parts(const struct cr_experiment *experiment);
CR_API enum cr_status cr_experiment_run(struct cr_experiment *experiment, struct cr_error *err);
/* Makes a config that of one fold of a cross-validation: data.folds and data.fold. */
CR_API enum cr_status cr_config_set_fold(struct cr_config *config, int64_t fold, int64_t folds, struct cr_error *err);

/* ------------------------------------------------------------------------------------------------------ a finished run
 */

/* A run's config and network with the weights of best.safetensors (last.safetensors where there is no best yet). */
struct cr_run {
    struct cr_config *config;
    struct cr_network *network;
    int64_t height, width, channels, classes;
    bool numbers;                   /* its samples are floats, not bytes */
    bool targets;                   /* it learned rows of numbers, not labels; classes is how many */
    const char *const *class_names; /* [classes], or of the numbers */
    int64_t step, epoch;            /* at which the weights were kept */
    double temperature;             /* logits are divided by it; 1: not calibrated */
};
/*
 * `path` is the folder of a run, a file that holds all of one (`cradle export --format safetensors`), or one of the
 * checkpoints in its folder: last.safetensors, snapshot-10.safetensors.
 */
CR_API enum cr_status cr_run_open(struct cr_run **run, struct cr_context *context, const char *path,
                                  struct cr_error *err);
/* The same of a file's content in memory, which need not live longer than the call; `name` for messages. */
CR_API enum cr_status cr_run_open_memory(struct cr_run **run, struct cr_context *context, const void *content,
                                         size_t size, const char *name, struct cr_error *err);
CR_API void cr_run_free(struct cr_run *run);

/* --------------------------------------------------------------------------------------------------------- ensemble */

enum { CR_ENSEMBLE_MOST = 1000 }; /* members */

extern CR_API const struct cr_registry cr_rules; /* how answers become one: mean, vote, stack, greedy */

/*
 * Several runs that answer as one, with one class out of many. Its folder holds ensemble.yaml and the members, copied:
 * nothing outside of it is needed.
 */
struct cr_ensemble {
    int64_t count;              /* members */
    struct cr_run **runs;       /* [count]; all take the same pictures and know the same classes */
    const char **names;         /* [count]: the paths they came from */
    double *weights;            /* [count], 0 or more, their sum is 1 */
    const struct cr_rule *rule; /* an entry of cr_rules */
    const char *rule_name;
    bool fitted; /* the rule has weights that were fitted on the validation part */
};

/* Whether there is an ensemble at `path`. */
CR_API bool cr_ensemble_is(const char *path);
/* An ensemble's folder; or whatever cr_run_open takes: an ensemble of one. */
CR_API enum cr_status cr_ensemble_open(struct cr_ensemble **ensemble, struct cr_context *context, const char *path,
                                       struct cr_error *err);
/*
 * Of runs, files that stand for runs, or checkpoints in the folder of one, by the rule `mean` until it is set
 * (cr_ensemble_fit). Members that take other pictures, or know other classes, than the first are refused.
 */
CR_API enum cr_status cr_ensemble_join(struct cr_ensemble **ensemble, struct cr_context *context,
                                       const char *const *paths, int64_t count, struct cr_error *err);
CR_API void cr_ensemble_free(struct cr_ensemble *ensemble);
/* Makes the folder, which must not be there; members of weight 0 are left out. *kept is how many it has. */
CR_API enum cr_status cr_ensemble_save(const struct cr_ensemble *ensemble, const char *folder, int64_t *kept,
                                       struct cr_error *err);

/* ---------------------------------------------------------------------------------------------------------- predict */

struct cr_predictor;
CR_API enum cr_status cr_predictor_new(struct cr_predictor **predictor, struct cr_context *context,
                                       const struct cr_run *run, int64_t batch, struct cr_error *err);
/* The ensemble must live as long. */
CR_API enum cr_status cr_predictor_of_ensemble(struct cr_predictor **predictor, struct cr_context *context,
                                               const struct cr_ensemble *ensemble, int64_t batch, struct cr_error *err);
CR_API void cr_predictor_free(struct cr_predictor *predictor);
/*
 * pixels [count][H][W][C], floats where the run has numbers; count <= batch; outputs [count][classes]: probabilities,
 * or the numbers of a regression.
 */
CR_API enum cr_status cr_predict(struct cr_predictor *predictor, const uint8_t *pixels, int64_t count, float *outputs,
                                 struct cr_error *err);
/* ------------------------------------------------------------------------------------------------------------ series
 */

/*
 * Several runs of one file: every combination of what its `runs` section has on its axes (docs/training.md), and of
 * the folds of a cross-validation. Runs that differ by seed and fold alone are a group.
 */
struct cr_series {
    int axis_count, count, group_count;
    const struct cr_series_axis {
        const char *name; /* "lr", "network" */
        bool repeats;     /* seeds and folds: what results are averaged over */
    } * axes;             /* [axis_count] */
    const struct cr_series_run {
        const char *name;          /* for its folder: "lr=0.1-relu-seed=2" */
        const char *const *labels; /* [axis_count] "lr=0.1", "relu", "seed=2" */
        const int *places;         /* [axis_count] the same as indices */
        int group;                 /* 0..group_count - 1 */
    } * runs;                      /* [count], the last axis changing fastest */
};
/* Reads and checks every run's config; a mistake is told with its place in the file. `folds` 0: none. The config must
 * live as long. */
CR_API enum cr_status cr_series_new(struct cr_series **series, const struct cr_config *config, int64_t folds,
                                    struct cr_error *err);
CR_API void cr_series_free(struct cr_series *series);
/* Whether the file has a `runs` section: it is then no config of one run. */
CR_API bool cr_config_has_runs(const struct cr_config *config);
/* The config of one run, to be freed. */
CR_API enum cr_status cr_series_config(const struct cr_series *series, int index, struct cr_config **config,
                                       struct cr_error *err);
/* Fails where the run in `folder` has another config than this one of the series. */
CR_API enum cr_status cr_series_match(const struct cr_series *series, int index, const char *folder,
                                      struct cr_error *err);

/* ----------------------------------------------------------------------------------------------------------- log
 */

/* The numbers of one kind of event, a row an event. */
struct cr_run_log_table {
    int64_t count;
    int columns;
    const struct cr_run_log_column {
        const char *name;     /* the event's key: "loss"; of its scores "scores.f1" */
        const double *values; /* [count]; NaN where an event has no such number */
    } * column;
};

/* An event of another kind, as it stands in the file. */
struct cr_run_log_record {
    const char *event, *json;
    int64_t line; /* in the file, from 1 */
    int64_t step, epoch;
};

/*
 * What a run tells of itself in events.jsonl. Whatever keys events have is read; `seconds` are added up over all
 * processes of a run that was resumed. What cannot be read is left out and told in a note: file, line, reason.
 */
struct cr_run_log {
    struct cr_run_log_table steps, epochs;
    int64_t record_count;
    const struct cr_run_log_record *records;
    int note_count;
    const char *const *notes;
    bool cut_off; /* the last line is not whole: the run was killed, or is being written */
};
/* Fails where the folder is no run. Without events.jsonl all is empty, with a note. */
CR_API enum cr_status cr_run_log_open(struct cr_run_log **log, const char *folder, struct cr_error *err);
CR_API void cr_run_log_free(struct cr_run_log *log);
/* The values of a column, or NULL. */
CR_API const double *cr_run_log_column(const struct cr_run_log_table *table, const char *name);

/* ------------------------------------------------------------------------------------------------------------- bench
 */

struct cr_bench_options {
    double seconds; /* to measure; a few runs of each kind are made in any case */
    struct cr_data_options data;
};

/* How fast a config's network trains and answers: on made-up pictures of its data's shape, in memory. */
struct cr_bench {
    struct cr_data_shape shape;
    int64_t batch, params;
    const char *cpu; /* the instruction set of its kernels */
    int threads;
    double peak, bandwidth; /* of this machine, as cr_cpu_peak and cr_cpu_bandwidth */
    double setup;           /* seconds until the first step could begin */
    double training;        /* seconds of a step: forward, backward, update; the median */
    double inference;       /* seconds of a batch; the median */
    size_t training_memory, inference_memory, params_memory; /* bytes: of the plans; of weights and optimizer */
    size_t process_memory; /* bytes that the process had at most, until the end of training */
    int64_t steps;
    const struct cr_bench_step {
        struct cr_step_info info;
        double seconds; /* the median of runs that are timed step by step */
    } * step;           /* [steps], in order; the last is the update */
};
/* The config must live as long. */
CR_API enum cr_status cr_bench_new(struct cr_bench **bench, struct cr_context *context, struct cr_config *config,
                                   const struct cr_bench_options *options, struct cr_error *err);
CR_API void cr_bench_free(struct cr_bench *bench);

#ifdef __cplusplus
}
#endif
#endif
