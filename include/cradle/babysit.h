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

#ifdef __cplusplus
}
#endif
#endif
