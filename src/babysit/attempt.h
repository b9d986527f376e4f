/*
 * An attempt: the training on the side for some steps, from a state, with or without a change; its last losses are what
 * attempts are compared by.
 */
#ifndef CR_BABYSIT_ATTEMPT_H
#define CR_BABYSIT_ATTEMPT_H

#include "babysit/stats.h"
#include "experiment/sections.h"
#include "train/state.h"

enum { CR_ATTEMPT_LAST = 50 /* steps that are compared */ };

struct cr_attempt {
    /* What to do. */
    const char *checkpoint;           /* a file to go on from, or */
    const struct cr_state *state;     /* a state; both NULL: from the beginning */
    const struct cr_finding *finding; /* whose changes are made to the config; NULL: none */
    const char *path;                 /* a change while it trains (cr_trainer_apply); NULL: none */
    double value;                     /* of that */
    int64_t steps;
    bool (*progress)(void *user, int64_t done); /* may be NULL; false stops (CR_ERROR_STOPPED) */
    void *user;
    /* What came of it. */
    int count; /* of the losses; 0: there were no steps left */
    double loss[CR_ATTEMPT_LAST];
    int64_t begin; /* step */
    bool validated;
    double accuracy; /* on the validation part */
};

enum cr_status cr_attempt_run(struct cr_attempt *attempt, struct cr_context *context,
                              const struct cr_sections *sections, struct cr_error *err);
struct cr_mean cr_attempt_loss(const struct cr_attempt *attempt);
/* How much lower the losses of `b` are than those of `a`, by the differences of the same steps. */
struct cr_mean cr_attempt_gain(const struct cr_attempt *a, const struct cr_attempt *b);

#endif
