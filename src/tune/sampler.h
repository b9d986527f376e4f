/*
 * A sampler proposes where to look next. It is a pure function of what it is given: the space, the trials so far, the
 * number of the trial and the seed. It keeps nothing, so several processes may ask at once, a study that was killed
 * goes on as it would have, and a trial can be computed again.
 */
#ifndef CR_TUNE_SAMPLER_H
#define CR_TUNE_SAMPLER_H

#include "base/random.h"
#include "tune/feasible.h"

enum cr_seen_state {
    CR_SEEN_VALUE,   /* it has a value (of a pruned trial: the last one) */
    CR_SEEN_PENDING, /* it is being evaluated */
    CR_SEEN_FAILED,  /* it diverged or crashed: a fact about this place, but no value */
};

struct cr_seen {
    const double *unit; /* [dimensions], snapped */
    enum cr_seen_state state;
    double value; /* smaller is better */
};

struct cr_sampler_call {
    const struct cr_space *space;
    const struct cr_seen *seen; /* in order of their numbers */
    int64_t count;
    int64_t number; /* of the trial that is asked for; 0 is never asked: the first is the file's own */
    int64_t trials; /* how many there will be; 0: not known */
    uint64_t seed;
    const void *options;
};

struct cr_sampler {
    struct cr_entry entry;
    /*
     * Fills `unit` [dimensions], which need not be snapped. A point that is not new (cr_sampler_is_new) is replaced by
     * one that is, so a sampler that found none within some tries returns what it has.
     */
    enum cr_status (*suggest)(const struct cr_sampler_call *call, double *unit, struct cr_error *err);
};

/* The draws of a trial; `purpose` tells several streams of one sampler apart. */
struct cr_random cr_sampler_stream(const struct cr_sampler_call *call, uint64_t purpose);
/* An even draw of one dimension. For all of them: cr_space_draw. */
double cr_sampler_uniform_axis(const struct cr_dimension *dimension, struct cr_random *random);
/* Point `index` of the scrambled Sobol sequence of this seed, with choices and all. */
void cr_sampler_spread(const struct cr_space *space, uint64_t seed, int64_t index, double *unit);
/* Whether a snapped point is among the trials. */
bool cr_sampler_has(const struct cr_sampler_call *call, const double *unit);
/* Whether a point, once snapped, can be a trial: the constraints allow it, and no trial has had it. */
bool cr_sampler_is_new(const struct cr_sampler_call *call, const double *unit);
/* Puts a new point, where there is one, in the place of one that is not: one that is allowed, in any case. */
void cr_sampler_renew(const struct cr_sampler_call *call, double *unit);
/* Trials with a value. */
int64_t cr_sampler_values(const struct cr_sampler_call *call);

/*
 * What a sampler's name and options in YAML ("gp", "tpe: {gamma: 0.2}") stand for; NULL: auto. `auto` is put in the
 * place of the sampler that it chooses, and `why` says so.
 */
struct cr_sampler_choice {
    const struct cr_sampler *sampler;
    const void *options; /* in the config */
    struct cr_config *config;
    char why[160];
};
enum cr_status cr_sampler_choose(struct cr_sampler_choice *choice, const char *text, const struct cr_space *space,
                                 int64_t trials, struct cr_error *err);
void cr_sampler_choice_free(struct cr_sampler_choice *choice);

#endif
