/*
 * Inside of a trainer: the loop (trainer.c), what it tells (trainer_events.c), what a pass over samples comes to
 * (tally.c), its state as a file (trainer_state.c) and in memory (state.c), how it goes on otherwise (turn.c).
 */
#ifndef CR_TRAIN_TRAINER_H
#define CR_TRAIN_TRAINER_H

#include <cradle/train.h>

#include "graph/safetensors.h"
#include "model/metric.h"
#include "train/answers.h"
#include "train/observing.h"
#include "train/refine.h"
#include "train/schedule.h"
#include "train/state.h"

/* Sums over samples, in their order. */
struct cr_tally {
    double loss;
    int64_t count;
    const struct cr_metric *metric; /* the first of the loss; NULL before the first sample */
    double sums[CR_FIRST_SUMS];     /* its */
};

void cr_tally_add(struct cr_tally *sum, const struct cr_tally *tally);

void cr_tally_batch(struct cr_tally *tally, const struct cr_plan *plan, const struct cr_network *network,
                    const struct cr_batch *batch);
double cr_tally_loss(const struct cr_tally *tally);     /* means; NaN of nothing */
double cr_tally_accuracy(const struct cr_tally *tally); /* by the first metric */

/* What, with the numbers of network and optimizer, makes the state of a training. */
struct cr_progress {
    int64_t step, epoch;   /* done */
    int64_t position;      /* steps of this epoch that are done */
    struct cr_tally tally; /* of them */
    int64_t best_epoch;    /* 0: none yet */
    double best_accuracy, best_loss;
    struct cr_schedule_state schedule;
    struct cr_watch early_stop;
    int64_t averaged; /* epochs in the average */
    int64_t changes;  /* made on the way */
    bool ended;       /* by a verdict, before the epochs are done */
};

/* The states that a trainer with `rollback` keeps: before the first step; after the best epoch so far, not NULL once
   there is one. */
enum { CR_KEPT_FIRST, CR_KEPT_GOOD, CR_KEPT };

struct cr_trainer {
    struct cr_context *context;
    struct cr_trainer_options options;
    struct cr_observer *observers; /* a copy */
    struct cr_early_stop early_stop;
    struct cr_plan *training, *validating; /* the latter NULL where nothing is validated, */
    struct cr_meter *meter;                /* as is this: of the last validation */
    struct cr_observing *observing;        /* NULL: nothing is observed */
    struct cr_answer_counts answers;
    int64_t steps_per_epoch;
    struct cr_progress progress;
    bool stop;
    double lr;              /* of the last step, */
    const int64_t *indices; /* and its samples; the loader's: they hold until it is asked for the next batch */
    struct cr_state *kept[CR_KEPT];
    struct cr_turn {
        bool due, to_first;
        double value;
        struct cr_change change;
    } turn; /* what a verdict asked for */
    /* Of this process; no part of the state. */
    double started, seconds; /* clock at the start; time spent in training steps since the epoch or the run began, */
    int64_t images;          /* and the samples in them; */
    struct cr_looking {
        double seconds, all; /* of steps that were observed; of all since the start, */
        int64_t steps, of;   /* and their number */
    } looking;
};

/* An event of this kind with what all of them say; told to all observers, whose verdicts are obeyed. */
struct cr_event cr_trainer_event(const struct cr_trainer *trainer, enum cr_event_kind kind);
enum cr_status cr_trainer_tell(struct cr_trainer *trainer, const struct cr_event *event, struct cr_error *err);
enum cr_status cr_trainer_tell_kind(struct cr_trainer *trainer, enum cr_event_kind kind, struct cr_error *err);
/* Samples a second in this epoch, training alone. */
double cr_trainer_speed(const struct cr_trainer *trainer);

/* Obeys a verdict that is a turn at the next place in the loop where it can be; refuses what it could not. */
enum cr_status cr_trainer_ask_turn(struct cr_trainer *trainer, const struct cr_verdict *verdict, struct cr_error *err);
enum cr_status cr_trainer_turn(struct cr_trainer *trainer, struct cr_error *err);
/* train.optimizer.NAME.lr or train.clip.norm, from the next step on. */
enum cr_status cr_trainer_apply(struct cr_trainer *trainer, const char *path, double value, struct cr_error *err);
/* With `rollback`: keeps the state as the first, or where it is a good one as that. */
enum cr_status cr_trainer_keep(struct cr_trainer *trainer, int which, struct cr_error *err);
/* The state is that after the best epoch so far, or before the first. */
bool cr_trainer_is_good(const struct cr_trainer *trainer);

/* All epochs are done, or the results have got no better for too long. */
bool cr_trainer_stopped_early(const struct cr_trainer *trainer);
bool cr_trainer_is_over(const struct cr_trainer *trainer);

/* The mean loss and accuracy over what a loader gives, as the network answers now; `answers` and `meter` may be NULL.
 */
enum cr_status cr_trainer_validate(struct cr_trainer *trainer, struct cr_loader *loader, struct cr_tally *tally,
                                   struct cr_answer_counts *answers, struct cr_meter *meter, struct cr_error *err);

/* cr_trainer_save with more metadata. */
enum cr_status cr_trainer_save_with(const struct cr_trainer *trainer, const char *path, const char *fingerprint,
                                    bool weights_only, const struct cr_pair *extra, int64_t extras,
                                    struct cr_error *err);

#endif
