/*
 * A fork: the experiment once more, on the side, from a checkpoint or from its beginning, with changes to its config.
 * Training is deterministic, so without changes it does what the training did.
 */
#ifndef CR_BABYSIT_FORK_H
#define CR_BABYSIT_FORK_H

#include "experiment/experiment.h"
#include "train/state.h"

struct cr_fork {
    struct cr_config *config;
    struct cr_experiment *experiment;
};

struct cr_fork_options {
    const char *const *changes;   /* "train.optimizer.sgd.lr=0.01"; NULL ends them */
    const char *checkpoint;       /* a file as last.safetensors, or */
    const struct cr_state *state; /* a state to go on from; both NULL: from the beginning */
    const struct cr_observer *observer;
};

/* Nothing is written. The data are opened anew. */
enum cr_status cr_fork_new(struct cr_fork *fork, struct cr_context *context, const struct cr_sections *sections,
                           const struct cr_fork_options *options, struct cr_error *err);
void cr_fork_free(struct cr_fork *fork);

#endif
