/*
 * What has happened in a training so far, as its events told: all that a check of a running training judges by. It is a
 * function of the config and the events alone, so that a resumed run and `cradle check RUN`, which read the events from
 * the log, come to the same findings as the training itself.
 */
#ifndef CR_BABYSIT_HISTORY_H
#define CR_BABYSIT_HISTORY_H

#include <cradle/babysit.h>

#include "babysit/stats.h"
#include "experiment/sections.h"

struct cr_check;

/* What is known before the first step. */
struct cr_facts {
    const char *optimizer;   /* "sgd" */
    double clip_norm;        /* 0: none */
    double lr, weight_decay; /* of the config; 0 where the optimizer has none */
    char lr_path[64];        /* "train.optimizer.sgd.lr" */
    char decay_path[64];     /* "train.optimizer.sgd.weight_decay" */
    int64_t epochs, batch, accumulate;
    /* What of the model could be otherwise. */
    int squashing; /* activations that let little through, in layers that are deep */
    struct cr_replacement squash[CR_MORE + 1];
    struct cr_replacement narrow; /* a hidden layer of fewer units than there are outputs; "": none */
    bool decoupled;               /* the decay is no part of the gradient */
    bool adapts;                  /* the optimizer divides by the gradient's size: its norm says little */
    bool cross_entropy;           /* the loss of guessing is ln C */
    bool smooths;                 /* label smoothing, mixup or cutmix: no answer is meant to be sure */
    bool batchnorm, dropout, augments, clips, deep; /* deep: weights behind weights */
    bool lowers_rate;                               /* the schedule will */
};

/* An epoch. */
struct cr_epoch {
    int64_t epoch, step;
    double lr, loss, accuracy; /* while it trained */
    bool validated, compared;
    double validation_loss, validation_accuracy, train_loss, train_accuracy;
    int64_t classes; /* 0: not counted */
    const int64_t *count, *correct;
    double typical_confidence, confidence, rank;
};

/* A parameter and an activation as they were seen. */
struct cr_look_weights {
    const char *name;
    int64_t count;
    bool decays;
    double weight, gradient, update;
};
struct cr_look_units {
    const char *layer, *op;
    int64_t units, silent, dead; /* dead: silent in the last CR_WINDOW looks, all of them */
    double mean, deviation, least, most, zeros, saturated;
};
struct cr_look {
    int64_t step;
    double lr; /* the base rate then */
    int parameters, activations;
    struct cr_look_weights *weights;
    struct cr_look_units *units;
};

/* Looks that a judgement takes: what holds in all of them is no accident of one batch. */
enum { CR_WINDOW = 8 };

struct cr_history {
    struct cr_arena *arena;
    struct cr_facts facts;
    const struct cr_event *now; /* what has just happened */
    int64_t steps, step_capacity;
    double *loss, *lr; /* [steps], of each */
    int64_t epochs, epoch_capacity;
    struct cr_epoch *epoch; /* [epochs] */
    int64_t looks, look_capacity;
    struct cr_look *look; /* [looks] */
    uint8_t **quiet;      /* for each activation and unit, in how many looks on end it was silent */

    const struct cr_check *check; /* whose turn it is */
    const void *values;           /* of its options */
    struct cr_finding *findings;  /* [found], of all checks */
    int found, finding_capacity;
    int told;     /* of them */
    int forgiven; /* of them: before the training went back: may be found again */
    bool failed;  /* for want of memory */
};

void cr_facts_read(struct cr_facts *facts, const struct cr_sections *sections);

enum cr_status cr_history_new(struct cr_history **history, const struct cr_sections *sections, struct cr_error *err);
void cr_history_free(struct cr_history *history);
enum cr_status cr_history_add(struct cr_history *history, const struct cr_event *event, struct cr_error *err);
/* Makes room for one more of `count` items, of which there are `capacity`; then there are 2 capacity + 64. */
bool cr_history_grow(void *items, int64_t count, int64_t capacity, size_t size);

/* ------------------------------------------------------------------------------------------------- what checks ask */

/* The losses of `count` steps up to and with the one `back` steps ago. */
struct cr_mean cr_history_loss(const struct cr_history *history, int64_t back, int64_t count);
/* The mean loss of the first steps, before anything was learned; or of the first 20, where that is lower: of few
   batches the mean is uncertain. */
double cr_history_first_loss(const struct cr_history *history);
const struct cr_epoch *cr_history_epoch(const struct cr_history *history, int64_t back); /* NULL: there is none */
const struct cr_look *cr_history_look(const struct cr_history *history, int64_t back);
/* The epoch with the least validation loss, or the highest validation accuracy; NULL without validation. */
const struct cr_epoch *cr_history_best_loss(const struct cr_history *history);
const struct cr_epoch *cr_history_best_accuracy(const struct cr_history *history);
/* The share of the training that is over, 0..1. */
double cr_history_progress(const struct cr_history *history);
/* The rate of the last step is lower than the highest so far by more than this factor. */
bool cr_history_rate_fell(const struct cr_history *history, double factor);
/* Deviation of an accuracy that was measured on the validation part: the binomial's. */
double cr_history_noise(const struct cr_epoch *epoch);
/* The median over the last CR_WINDOW looks of the median over weights of update / weight; NaN while there are fewer. */
double cr_history_update_ratio(const struct cr_history *history);
/* The power of ten by which that ratio comes nearest to the usual 1e-3: 10 to 10^4, where it is not known 10. */
double cr_history_raise(double ratio);
/* The same of a rate that is too high, by the very first update and the rate that made it: 0.1 to 10^-4. */
double cr_history_lower(const struct cr_history *history);
/* The loss has fallen since the first steps by this share. */
bool cr_history_has_learned(const struct cr_history *history, double share);

/* -------------------------------------------------------------------------------------------- what checks tell */

/* The check's name and the severity; the caller fills the rest and tells it. */
struct cr_finding cr_history_finding(const struct cr_history *history, enum cr_severity severity);
/* Told once a check; again only where it has become more severe. */
void cr_history_find(struct cr_history *history, const struct cr_finding *finding);
/* As it was told before, with what was added then. */
void cr_history_note(struct cr_history *history, const struct cr_finding *finding);
/* Whether a check of that name has found something. */
bool cr_history_has_found(const struct cr_history *history, const char *check);
/* Whether one of those checks has: what is seen now is its consequence. NULL ends the names. */
bool cr_history_is_explained(const struct cr_history *history, const char *const *checks);
/* Proposes `factor` times the learning rate, or the weight decay. */
void cr_history_propose_rate(const struct cr_history *history, struct cr_finding *finding, double factor);
void cr_history_propose_decay(const struct cr_history *history, struct cr_finding *finding, double factor);

#endif
