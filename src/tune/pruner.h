/*
 * A pruner ends trials that do not look good half-way. It is a pure function of the trials that it may see.
 */
#ifndef CR_TUNE_PRUNER_H
#define CR_TUNE_PRUNER_H

#include <cradle/tune.h>

struct cr_pruner_call {
    const struct cr_study_trial *trials; /* the others that may be seen, in any state */
    int64_t count;
    const struct cr_study_trial *own; /* with its reports so far, at least one, in order of steps */
    bool maximize;
    const void *options;
};

struct cr_pruner {
    struct cr_entry entry;
    enum cr_status (*decide)(const struct cr_pruner_call *call, bool *prune, struct cr_error *err);
};

/* Smaller is better: the value, or its opposite where the study maximizes; NaN counts as the worst. */
double cr_pruner_loss(const struct cr_pruner_call *call, double value);
/* The best loss that a trial reported up to a step; NaN where it reported nothing until then. */
double cr_pruner_best(const struct cr_pruner_call *call, const struct cr_study_trial *trial, int64_t step);
/* The loss at exactly that step; NaN where there is no report. */
double cr_pruner_at(const struct cr_pruner_call *call, const struct cr_study_trial *trial, int64_t step);

struct cr_pruner_choice {
    const struct cr_pruner *pruner;
    const void *options;
    struct cr_config *config;
};
/* From YAML ("median", "asha: {reduction: 3}"); NULL: none. */
enum cr_status cr_pruner_choose(struct cr_pruner_choice *choice, const char *text, struct cr_error *err);
void cr_pruner_choice_free(struct cr_pruner_choice *choice);

#endif
