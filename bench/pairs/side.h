/*
 * One of two trainings that are compared: its words, and turns of some steps.
 */
#ifndef BENCH_SIDE_H
#define BENCH_SIDE_H

#include <cradle/cradle.h>

enum { SIDE_WORDS = 32, SIDE_BATCHES = 12 };

struct side {
    const char *words[SIDE_WORDS];
    int count;
    /* From here on of side_open. */
    int threads;
    const char *cpu;
    struct cr_context *context;
    struct cr_config *config;
    struct cr_experiment *experiment;
    /* Steps alone (loader=off). */
    struct cr_optimizer *optimizer;
    struct cr_plan *plan;
    void *samples[SIDE_BATCHES], *answers[SIDE_BATCHES]; /* the latter labels or targets */
    int64_t batches, batch, steps;
    bool targets;
    /* The turn that runs. */
    int skip, wanted, seen;
    double last, sum; /* `last` 0: the step before ended in another epoch, or another turn */
    int timed;
};

/* Keeps `NAME=VALUE`; false where it is not that, or there are too many. */
bool side_add(struct side *side, const char *word);
enum cr_status side_open(struct side *side, const char *file, struct cr_error *err);
void side_close(struct side *side);
/* Trains for skip + steps steps; seconds of a step, the mean over those that count. */
enum cr_status side_turn(struct side *side, int skip, int steps, double *seconds, struct cr_error *err);

#endif
