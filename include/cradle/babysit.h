/*
 * cradle/babysit.h - the babysitter: checks that look at an experiment as an experienced person would. They name the
 * fault, show the evidence and propose the change, and are silent where nothing is wrong.
 *
 * Today: pre-flight, before a training. A check is one file in src/babysit/checks/.
 */
#ifndef CRADLE_BABYSIT_H
#define CRADLE_BABYSIT_H

#include <cradle/experiment.h>

#ifdef __cplusplus
extern "C" {
#endif

extern CR_API const struct cr_registry cr_checks;

enum cr_outcome_kind { CR_PASSED, CR_SKIPPED, CR_FOUND };

struct cr_outcome {
    enum cr_outcome_kind kind;
    const struct cr_entry *check;
    const char *text;                 /* PASSED: the evidence. SKIPPED: why */
    const struct cr_finding *finding; /* FOUND */
};

struct cr_preflight_options {
    bool quick;                                                 /* only what costs no training steps */
    void (*tell)(void *user, const struct cr_outcome *outcome); /* each check tells once or more */
    cr_progress_function *progress;                             /* may be NULL; false stops (CR_ERROR_STOPPED) */
    void *user;
};

/*
 * Runs the checks in the order of their list on an experiment that is ready to train; nothing of it changes. What they
 * find is told, not returned: the status is about the checking itself. Trainings are made on the side, with the
 * experiment's own model, optimizer and data.
 */
CR_API enum cr_status cr_preflight(struct cr_experiment *experiment, const struct cr_preflight_options *options,
                                   struct cr_error *err);

/* ---------------------------------------------------------------------------------------------------------- watching
 */

/*
 * Watches over a training as one of its observers: after each event the checks look at what has happened so far, and
 * what they find is told to all observers (CR_EVENT_FINDING). It judges by the config and the events alone, and changes
 * nothing: the weights are the same with it and without. Only where the config says `babysit: {auto: true}` it acts by
 * verdicts, after trying on the side what it wants to change; what it did is told as CR_EVENT_CHANGE.
 *
 *     cr_babysitter_new(&babysitter, &err);
 *     observers[n] = cr_babysitter_observer(babysitter);    its place does not matter
 *     options.prepare = cr_babysitter_prepare; options.prepare_user = babysitter;
 *     cr_experiment_new(&experiment, context, config, &options, &err);
 *
 * One for one experiment; it must live as long.
 */
struct cr_babysitter;
CR_API enum cr_status cr_babysitter_new(struct cr_babysitter **babysitter, struct cr_error *err);
CR_API void cr_babysitter_free(struct cr_babysitter *babysitter);
CR_API struct cr_observer cr_babysitter_observer(struct cr_babysitter *babysitter);
CR_API enum cr_status cr_babysitter_prepare(void *babysitter, struct cr_experiment *experiment, struct cr_error *err);
/* Of what it tries on the side; false stops the training (CR_ERROR_STOPPED). */
CR_API void cr_babysitter_show(struct cr_babysitter *babysitter, cr_progress_function *progress, void *user);
/* Whether a finding means that the training, going on as it is, is lost. */
CR_API bool cr_finding_diverges(const struct cr_finding *finding);
/* What was found so far, in its order; [*count], NULL where that is 0. Holds until the next event. */
CR_API const struct cr_finding *cr_babysitter_findings(const struct cr_babysitter *babysitter, int *count);
/*
 * Goes through the event log of a run, finished or not, with the checks of today; cr_babysitter_findings tells the
 * rest. The config is read from the folder; the data are not asked for.
 */
CR_API enum cr_status cr_babysitter_read(struct cr_babysitter **babysitter, const char *folder, struct cr_error *err);

/* -------------------------------------------------------------------------------------------------------- confirming
 */

struct cr_confirm_options {
    int64_t steps;                  /* of each of the two trainings */
    cr_progress_function *progress; /* may be NULL; false stops (CR_ERROR_STOPPED) */
    void *user;
};

struct cr_confirmation {
    bool confirmed;       /* the change makes the loss lower; by chance once in a thousand */
    bool from_checkpoint; /* else from the beginning */
    int64_t steps;
    double loss[2];     /* mean of the last 50 steps: as it is, with the change */
    double gain, error; /* mean difference of the same steps, and its standard error */
    bool validated;
    double accuracy[2]; /* on the validation part at the end */
};

/*
 * Tries the change that a finding of a run proposes: trains twice for the same steps, as it is and with the change, on
 * the side; the run stays as it is. The data must be there.
 */
CR_API enum cr_status cr_confirm(struct cr_confirmation *result, struct cr_context *context, const char *folder,
                                 const struct cr_finding *finding, const struct cr_confirm_options *options,
                                 struct cr_error *err);

#ifdef __cplusplus
}
#endif
#endif
