/*
 * A training on the side: the experiment's model, loss, optimizer and data from its own first weights, for some steps,
 * with everything else as it was.
 */
#ifndef CR_BABYSIT_TRIAL_H
#define CR_BABYSIT_TRIAL_H

#include "experiment/experiment.h"

struct cr_trial_options {
    const int64_t *indices; /* samples to train on; NULL: those of the experiment, shuffled */
    int64_t count;
    bool blank; /* every picture is black: what can be learned without the input? */
};

struct cr_exam;
struct cr_trial;

enum cr_status cr_trial_new(struct cr_trial **trial, const struct cr_experiment *experiment,
                            const struct cr_trial_options *options, struct cr_error *err);
void cr_trial_free(struct cr_trial *trial);
/* The learning rate of the next step, by the experiment's schedule. */
double cr_trial_rate(const struct cr_trial *trial);
/* The mean loss and accuracy of the next batch, before its update. */
enum cr_status cr_trial_step(struct cr_trial *trial, double rate, double *loss, double *accuracy, struct cr_error *err);

#endif
