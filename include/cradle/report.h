/*
 * cradle/report.h - a run, several, or a study as one web page: a file that holds everything and asks the network for
 * nothing.
 *
 * Verdict and findings come first, then curves, then details. Everything is read from the run folders; what is not
 * there (data, weights, a damaged event log) is said in the page, and the rest is shown.
 */
#ifndef CRADLE_REPORT_H
#define CRADLE_REPORT_H

#include <cradle/evaluate.h>
#include <cradle/tune.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------------------------------- summary */

enum cr_run_state {
    CR_RUN_EMPTY,         /* no step has been made */
    CR_RUN_UNENDED,       /* killed, or still training */
    CR_RUN_STOPPED,       /* by its user; it can go on */
    CR_RUN_STOPPED_EARLY, /* its results got no better */
    CR_RUN_FINISHED,      /* all epochs are done */
};

/* The outcome of a run in few numbers. Accuracies are fractions; NaN where there is no such number. */
struct cr_run_summary {
    enum cr_run_state state;
    int64_t steps, epochs, planned; /* done, and the epochs that were planned; 0: not known */
    double seconds;                 /* of training, over all its processes */
    bool validated;                 /* the best epoch is by the validation part, else by the training part */
    int64_t best_epoch;             /* 0: none */
    double best_accuracy, best_loss;
    double best_training_accuracy; /* of the same epoch */
    double last_accuracy;          /* of the last epoch, as best_accuracy */
    double last_loss, last_training_accuracy;
    int64_t diverged;            /* the first step whose loss is no number; 0: none */
    int faults, warnings, notes; /* findings */
    char headline[256];          /* one line in words */
};
CR_API void cr_run_summarize(struct cr_run_summary *summary, const struct cr_run_log *log);

/* ------------------------------------------------------------------------------------------------------------- series
 */

/* Mean and deviation (of n - 1) over the runs that have such a number; NaN of none, and the deviation of one. */
struct cr_spread {
    int count;
    double mean, deviation;
};

/* What came out of a series: of each run, and of each group over its seeds and folds. */
struct cr_series_summary {
    struct cr_run_summary *runs; /* [series->count]; the state CR_RUN_EMPTY of what is not there */
    struct cr_series_group {
        int first, count, ended, diverged; /* its first run in the series; runs in all, that ended, that diverged */
        struct cr_spread best_accuracy, best_loss, best_training_accuracy, last_accuracy, last_loss,
            last_training_accuracy, seconds;
    } * groups; /* [series->group_count] */
};
/* Reads the runs FOLDER/NAME. */
CR_API enum cr_status cr_series_summarize(struct cr_series_summary **summary, const struct cr_series *series,
                                          const char *folder, struct cr_error *err);
CR_API void cr_series_summary_free(struct cr_series_summary *summary);
/* Replaces FOLDER/summary.json (runs and groups) and FOLDER/summary.csv (a row a run). */
CR_API enum cr_status cr_series_write(const struct cr_series_summary *summary, const struct cr_series *series,
                                      const char *folder, struct cr_error *err);

/* ------------------------------------------------------------------------------------------------------------- report
 */

struct cr_report_options {
    const char *out;  /* the file to write; NULL: report.html in the folder of a single run */
    bool quick;       /* only what the folders hold: no data are opened, nothing is computed */
    int64_t confirm;  /* steps of each of the two trainings that try a finding's change; 0: none is tried */
    bool range_test;  /* with the picture of a learning-rate range test: 120 training steps on the side */
    const char *made; /* when, in the page's foot ("2026-11-24 14:00"); NULL: nothing is said */
    struct cr_data_options data;
};

/*
 * The runs that `paths` stand for: the folder of a run for itself, one that holds runs (what `cradle train` makes of a
 * file with `runs`) for those, by name, 2 before 10. What is neither stands for itself, too, and fails later.
 */
struct cr_run_list {
    int count;
    const char *const *folders; /* [count] */
};
CR_API enum cr_status cr_run_list_new(struct cr_run_list **list, const char *const *paths, int count,
                                      struct cr_error *err);
CR_API void cr_run_list_free(struct cr_run_list *list);

/* Replaces the file as a whole. Parts that cannot be made are told to the context's log, too. */
CR_API enum cr_status cr_report_write(struct cr_context *context, const char *const *folders, int count,
                                      const struct cr_report_options *options, struct cr_error *err);

/*
 * The same of a study: the folder that a search made (study.db lies in it), or a file with the tables of Optuna. `name`
 * as of cr_study_read. Of the options `out` and `made` count; `out` NULL: what cr_report_study_page says.
 */
CR_API enum cr_status cr_report_write_study(const char *path, const char *name, const struct cr_report_options *options,
                                            struct cr_error *err);
/* The file of the study that `path` stands for; NULL where it stands for none, or without memory. The caller frees it.
 */
CR_API char *cr_report_study_file(const char *path);
/* report.html in a study's folder; of a file the same name with the ending .html. The caller frees it. */
CR_API char *cr_report_study_page(const char *path);

#ifdef __cplusplus
}
#endif
#endif
