/*
 * cradle/train.h - optimizers, schedules, the trainer's loop and its events, event log and checkpoints.
 *
 * The trainer owns only the loop. It tells its observers what happened (const struct cr_event *) and collects their
 * verdicts; it knows no observer by name. The console, the event log, the checkpoint writer are observers.
 */
#ifndef CRADLE_TRAIN_H
#define CRADLE_TRAIN_H

#include <cradle/data.h>
#include <cradle/model.h>

#ifdef __cplusplus
extern "C" {
#endif

extern CR_API const struct cr_registry cr_optimizers, cr_schedules;

/* The `train` section. */
struct cr_train_section {
    const struct cr_node *loss, *optimizer, *schedule;
    int target; /* enum cr_target */
    int64_t epochs, batch, seed;
    int64_t checkpoint; /* steps between checkpoints inside an epoch; 0: at the end of epochs alone */
    bool tensorboard;   /* an event file for TensorBoard is written, too */
    int64_t keep;       /* epochs between snapshots; 0: none */
    bool lean;          /* as in struct cr_plan_options */
    int64_t accumulate; /* batches that make an update */
    double l1, max_norm;
    const struct cr_node *clip, *average, *early_stop, *mix; /* NULL: none */
    const struct cr_node *init_from;                         /* weights to begin with; NULL: drawn */
    const struct cr_node *freeze;                            /* layers that are not trained; NULL: none */
    const struct cr_node *distill;                           /* a teacher; NULL: none */
};
enum cr_target { CR_TARGET_DATA, CR_TARGET_INPUT };
extern CR_API const struct cr_option cr_train_section_options[];

/* -------------------------------------------------------------------------------------------------------- optimizer */

struct cr_optimizer;
/* `node` as train.optimizer (`sgd: {lr: 0.1}`); NULL: sgd. The parameters must live as long and have gradients. */
CR_API enum cr_status cr_optimizer_new(struct cr_optimizer **optimizer, struct cr_context *context,
                                       struct cr_params *params, struct cr_config *config, const struct cr_node *node,
                                       struct cr_error *err);
/* The same from text: cr_optimizer_parse(&o, context, params, "adam: 1e-3", &err). */
CR_API enum cr_status cr_optimizer_parse(struct cr_optimizer **optimizer, struct cr_context *context,
                                         struct cr_params *params, const char *text, struct cr_error *err);
CR_API void cr_optimizer_free(struct cr_optimizer *optimizer);
CR_API double cr_optimizer_lr(const struct cr_optimizer *optimizer); /* the base rate of its options */
/* An update as one step, for tables of where the time goes; its parts are not counted. */
CR_API struct cr_step_info cr_optimizer_info(const struct cr_optimizer *optimizer);
/* One update of all parameters from their gradients, with the rate `lr`. */
CR_API void cr_optimizer_step(struct cr_optimizer *optimizer, double lr);
/* A training step: cr_plan_run, then cr_optimizer_step, with the same results and less waiting in between. */
CR_API void cr_optimizer_run(struct cr_optimizer *optimizer, struct cr_plan *plan, const struct cr_feed *feed,
                             double lr);

/* --------------------------------------------------------------------------------------------------------- schedule */

struct cr_early_stop;
struct cr_schedule_use; /* a schedule with its options */
CR_API enum cr_status cr_schedule_new(struct cr_schedule_use **schedule, struct cr_config *config,
                                      const struct cr_node *node, struct cr_error *err);
CR_API void cr_schedule_free(struct cr_schedule_use *schedule);
/* The factor on the base rate at `time` (in epochs, fractions count) of `epochs`; warm-up included. */
CR_API double cr_schedule_factor(const struct cr_schedule_use *schedule, double time, double epochs);

/* ------------------------------------------------------------------------------------------------------ observation */

/* Of a parameter. Norms are Euclid's; one is not finite where a number is not. */
struct cr_seen_weights {
    const char *name; /* "conv1.weight" */
    int64_t count;
    bool decays;                     /* a weight, not a bias or a norm's */
    double weight, gradient, update; /* norms: before the step, of the step's batch, of what the step changed */
    struct cr_histogram spread;      /* of the gradient */
};

/* Of an activation, over a batch. */
struct cr_seen_units {
    const char *layer, *op; /* "conv1", "relu" */
    int64_t units;          /* channels of a picture, outputs of a dense layer */
    double mean, deviation, least, most;
    double zeros;           /* share of numbers that are 0 */
    double saturated;       /* share at the ends of a bounded activation (sigmoid, tanh); NaN of others */
    int64_t silent;         /* units that gave no number above 0 to any sample */
    const uint8_t *silence; /* [(units + 7) / 8]: which: bit (u % 8) of byte u / 8 */
    struct cr_histogram spread;
};

/* What was seen in one step, in the order of the network; what the loss is made of is left out. */
struct cr_observation {
    int parameters, activations;
    const struct cr_seen_weights *weights; /* [parameters] */
    const struct cr_seen_units *units;     /* [activations] */
};

/* What the validation part was told, a class of its own. */
struct cr_answers {
    int64_t classes;
    const int64_t *count, *correct;        /* [classes] samples of the class, and those that were told right */
    double typical_confidence, confidence; /* median and ninth decile of the largest probability */
    double rank; /* of those told wrong the mean share of the other classes that were likelier than the label: 0..1; a
                    half where the label is any of them; NaN of none, or of two classes */
};

/* --------------------------------------------------------------------------------------------------------- findings */

enum cr_severity {
    CR_NOTE,    /* worth knowing */
    CR_WARNING, /* will probably cost accuracy or time */
    CR_FAULT,   /* training will fail, or its result will mean nothing */
};

#define CR_CAUSES 3
#define CR_MORE   7

CR_API const char *cr_severity_name(enum cr_severity severity); /* "warning" */

/* Another value in the config. */
struct cr_replacement {
    char path[96], from[48], to[48];
};

/* Something that is wrong with an experiment, as the babysitter tells it (cradle/babysit.h). */
struct cr_finding {
    const char *check; /* its page is docs/babysitter.md#NAME */
    enum cr_severity severity;
    char symptom[200];                   /* one line */
    char evidence[400];                  /* in numbers */
    char causes[CR_CAUSES][200];         /* the most likely first; "" where there are no more */
    char remedy[300];                    /* in words */
    char path[96], from[48], to[48];     /* a change to the file that should help; "" where there is none to name */
    struct cr_replacement more[CR_MORE]; /* that go with it; "" ends them */
};

/* ----------------------------------------------------------------------------------------------------------- events */

enum cr_event_kind {
    CR_EVENT_START,      /* before the first step, also of a resumed run */
    CR_EVENT_STEP,       /* after each step */
    CR_EVENT_OBSERVE,    /* after a step that was observed */
    CR_EVENT_EPOCH,      /* after each epoch's validation */
    CR_EVENT_FINDING,    /* of the babysitter */
    CR_EVENT_CHECKPOINT, /* the state at `step` should be kept */
    CR_EVENT_CHANGE,     /* the training goes on otherwise, from `step` */
    CR_EVENT_END,
};

/* What an observer changed in a training. */
struct cr_change {
    int64_t number;                  /* from 1 */
    int64_t decided;                 /* after that step */
    bool back;                       /* the training went back from there to the event's step */
    bool finished;                   /* and ends there */
    char path[96], from[48], to[48]; /* what is otherwise from now on; "": nothing */
    char why[400];
};

CR_API const char *cr_event_name(enum cr_event_kind kind); /* as in the event log: "step" */

struct cr_event {
    enum cr_event_kind kind;
    const struct cr_trainer *trainer;
    int64_t step;  /* steps done since the beginning of training */
    int64_t epoch; /* epochs done */
    int64_t epochs, steps_per_epoch;
    double lr;
    double loss;     /* STEP: of this batch. EPOCH: mean over the epoch's batches, in training mode */
    double accuracy; /* the same of the loss's first metric: accuracy, 0..1, or R^2 */
    bool validated;  /* those below hold */
    double validation_loss, validation_accuracy;
    const struct cr_score *scores; /* [score_count], by all metrics of the loss, on the validation part; borrowed */
    int score_count;
    bool compared;                     /* EPOCH: the two below hold */
    double train_loss, train_accuracy; /* of a fixed sample of the training part on the terms of validation: after the
                                          epoch, without dropout and augmentation */
    const struct cr_answers *answers;  /* EPOCH: of the validation part, where there are classes; else NULL */
    const struct cr_observation *observation; /* OBSERVE */
    const struct cr_finding *finding;         /* FINDING */
    const struct cr_change *change;           /* CHANGE */
    int64_t number;                           /* FINDING: of the change that it led to; 0: none */
    int64_t observe;                          /* START: steps between two observations; 0: none */
    double observing;         /* END: share of the training's time that observation took; not part of the experiment */
    bool best;                /* EPOCH: the best so far: validation accuracy (training's where there is no
                                 validation part), ties by loss, then the earliest */
    bool resumed;             /* START */
    bool finished;            /* END: all epochs are done, or it stopped early (else it was stopped) */
    bool stopped_early;       /* END: the results got no better */
    double seconds;           /* of this process since START; not part of the experiment */
    double images_per_second; /* STEP, EPOCH: training alone */
};

enum cr_verdict_kind {
    CR_GO_ON,
    CR_STOP,      /* may be gone on with */
    CR_ROLL_BACK, /* to the last good state, that of the best epoch so far; only where the trainer keeps states */
    CR_CHANGE,    /* goes on from here, with a change */
    CR_FINISH,    /* ends for good */
};
/* The last three are obeyed when all observers have heard the event; of several the first. */
struct cr_verdict {
    enum cr_verdict_kind kind;
    const char *path; /* CR_CHANGE, CR_ROLL_BACK (NULL: nothing): train.optimizer.NAME.lr or train.clip.norm, */
    double value;     /* and its new value */
    bool to_first;    /* CR_ROLL_BACK: to the state before the first step */
    bool back;        /* CR_FINISH: at the last good state */
    const char *why;  /* in a sentence, for whoever reads of it; may be NULL; borrowed for the call */
    const struct cr_finding *findings; /* [finding_count]: told to all observers as events; borrowed for the call */
    int finding_count;
};

/* Called in the order in which they were given; an error ends the training. */
struct cr_observer {
    void *user;
    enum cr_status (*event)(void *user, const struct cr_event *event, struct cr_verdict *verdict, struct cr_error *err);
};

/* ---------------------------------------------------------------------------------------------------------- trainer */

/* As often as takes about a hundredth of the time, by the shapes of the network alone: the same on every machine. */
enum { CR_OBSERVE_AUTO = -1 };

/*
 * Whose answers a network with `distill` learns from: [batch->count][classes], softened probabilities to the very
 * samples of a batch, borrowed until the next call. Called before each step, by the thread that trains.
 */
struct cr_teaching {
    void *user;
    enum cr_status (*answer)(void *user, const struct cr_batch *batch, const float **answers, struct cr_error *err);
};

struct cr_trainer_options {
    struct cr_network *network;
    struct cr_optimizer *optimizer;
    const struct cr_schedule_use *schedule; /* NULL: constant */
    struct cr_loader *train, *validation;   /* validation may be NULL */
    int64_t epochs, batch;
    uint64_t seed;
    int64_t checkpoint;                     /* as in the section */
    const struct cr_early_stop *early_stop; /* of this library's own; NULL: none */
    bool lean;                              /* as in struct cr_plan_options */
    int64_t observe;                        /* steps between two observations; CR_OBSERVE_AUTO; 0: none */
    bool rollback;                          /* keeps the first state and the last good one in memory, to go back to */
    struct cr_loader *sample;               /* of the training part, to be compared with validation; may be NULL */
    struct cr_teaching teaching;            /* `answer` NULL: none */
    const struct cr_observer *observers;
    int observer_count;
};

struct cr_trainer;
CR_API enum cr_status cr_trainer_new(struct cr_trainer **trainer, struct cr_context *context,
                                     const struct cr_trainer_options *options, struct cr_error *err);
CR_API void cr_trainer_free(struct cr_trainer *trainer);
/* Trains until the epochs are done or an observer says stop. May be called again after a stop: it goes on. */
CR_API enum cr_status cr_trainer_run(struct cr_trainer *trainer, struct cr_error *err);
CR_API const struct cr_network *cr_trainer_network(const struct cr_trainer *trainer);
CR_API size_t cr_trainer_memory(const struct cr_trainer *trainer); /* bytes of its plans */

/*
 * The whole state as a safetensors file: weights, optimizer state, counters, sums of the epoch so far. `fingerprint`
 * names the experiment and is held against the file's on loading; NULL: neither written nor asked for. With
 * `weights_only`, what inference needs. Loading checks everything before it changes anything.
 */
CR_API enum cr_status cr_trainer_save(const struct cr_trainer *trainer, const char *path, const char *fingerprint,
                                      bool weights_only, struct cr_error *err);
CR_API enum cr_status cr_trainer_load(struct cr_trainer *trainer, const char *path, const char *fingerprint,
                                      struct cr_error *err);

/*
 * The event log as an observer: one JSON object a line, appended to `path`. What is there and lies after the given step
 * or epoch, where a resumed run begins, is cut off; -1, -1: all of it.
 */
struct cr_event_log;
CR_API enum cr_status cr_event_log_open(struct cr_event_log **log, const char *path, int64_t cut_after_step,
                                        int64_t cut_after_epoch, struct cr_error *err);
CR_API void cr_event_log_free(struct cr_event_log *log);
CR_API struct cr_observer cr_event_log_observer(struct cr_event_log *log);

/*
 * Reads an event log, of a run that goes on too, and gives each event to `event` as it was told when it happened, but
 * for `trainer`, which is NULL. A last line without its end is left out; a line that is no event is an error that names
 * it, after all before it were given. Events hold until `event` returns; an error of it ends the reading.
 */
CR_API enum cr_status cr_event_log_read(const char *path,
                                        enum cr_status (*event)(void *user, const struct cr_event *event,
                                                                struct cr_error *err),
                                        void *user, struct cr_error *err);

#ifdef __cplusplus
}
#endif
#endif
