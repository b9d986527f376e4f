/*
 * What is done about a finding without asking anybody: another learning rate or clip, where attempts on the side show
 * that it helps; the end of a training that gets no better, or that nothing saves.
 */
#ifndef CR_BABYSIT_AUTO_H
#define CR_BABYSIT_AUTO_H

#include "babysit/attempt.h"
#include "babysit/history.h"
#include "experiment/experiment.h"

struct cr_auto {
    cr_progress_function *progress; /* of the attempts; may be NULL; false stops (CR_ERROR_STOPPED) */
    void *user;
    /* What the verdict points to. */
    char path[96], why[400];
};

/*
 * Looks through the findings that were not told yet for the first that something can be done about, and puts what it is
 * into the verdict, and into the finding's evidence. The training stands between two steps.
 */
enum cr_status cr_auto_act(struct cr_auto *act, struct cr_history *history, const struct cr_experiment *experiment,
                           struct cr_verdict *verdict, struct cr_error *err);

#endif
