/*
 * Inside of an experiment.
 */
#ifndef CR_EXPERIMENT_EXPERIMENT_H
#define CR_EXPERIMENT_EXPERIMENT_H

#include "experiment/identity.h"
#include "experiment/run_folder.h"
#include "train/tensorboard.h"
#include "train/trainer.h"

struct cr_experiment {
    struct cr_context *context;
    struct cr_config *config, *own_config; /* the latter is what a resumed run read; NULL: the caller's */
    struct cr_sections sections;
    struct cr_dataset *dataset;
    struct cr_split *split;
    struct cr_whiten whiten;
    struct cr_statistics statistics; /* of the training part */
    struct cr_teacher *teacher;      /* NULL: none */
    struct cr_network *network;
    struct cr_identity identity;
    struct cr_schedule_use *schedule;
    struct cr_refine refine;
    struct cr_early_stop early_stop;
    struct cr_augmenter *augmenter; /* NULL: none */
    struct cr_mix mix;
    struct cr_loader *train, *validation;
    struct cr_loader *sample; /* of the training part, to be compared with validation; or NULL */
    int64_t *sampled;         /* its samples */
    struct cr_optimizer *optimizer;
    struct cr_trainer *trainer;
    struct cr_observer *observers;
    int observer_count;
    bool finished;
    bool resumed; /* from a checkpoint, whose weights are to come */

    char *run; /* as it was given; NULL, like all that follows: nothing is written */
    struct cr_run_folder *folder;
    char *best, *last, *events, *board; /* files */
    char *first, *good;                 /* states to go back to, with babysit.auto */
    struct cr_event_log *log;
    struct cr_tensorboard_file *tensorboard; /* NULL: not asked for */
};

/* All that can be said, without its data, about the config of one of several trainings that are compared. */
enum cr_status cr_experiment_check(struct cr_config *config, struct cr_error *err);

/* Another network like the experiment's, with the same first weights. */
enum cr_status cr_experiment_network(const struct cr_experiment *experiment, enum cr_dtype dtype,
                                     struct cr_network **network, struct cr_error *err);

#endif
