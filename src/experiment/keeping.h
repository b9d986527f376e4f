/*
 * What an experiment keeps in its run folder: the event log, the best weights, the last state, and where the babysitter
 * acts the states that it may go back to.
 */
#ifndef CR_EXPERIMENT_KEEPING_H
#define CR_EXPERIMENT_KEEPING_H

#include "experiment/experiment.h"

/* The experiment's own observers, then the caller's. */
enum cr_status cr_keeping_observers(struct cr_experiment *experiment, const struct cr_experiment_options *options,
                                    struct cr_error *err);
/* Makes the folder, or goes on with what lies in it; last, for an error leaves nothing behind. */
enum cr_status cr_keeping_open(struct cr_experiment *experiment, int workers, struct cr_error *err);

#endif
