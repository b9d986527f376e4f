/*
 * An init: how the numbers of a parameter start. They are drawn in double from the stream (seed, CR_RANDOM_INIT, hash
 * of the parameter's name), in the order of memory, and so are the same in float and double and in any order of layers.
 */
#ifndef CR_MODEL_INIT_H
#define CR_MODEL_INIT_H

#include <cradle/model.h>

#include "base/random.h"

/*
 * How weights start by the activation behind them: their variance times the fan, which is how many numbers go into an
 * output (fan-in), or the average of that and of how many outputs a number goes into.
 */
struct cr_start {
    enum cr_fan { CR_FAN_AVERAGE, CR_FAN_IN, CR_FAN_OUT } fan;
    double variance;
};

struct cr_init_call {
    const void *options;
    int64_t fan_in, fan_out;
    struct cr_start start; /* by the activation that follows */
    struct cr_shape shape; /* the last is the outputs', the one before it the inputs'; before them a window's */
    int64_t count;
    double *values; /* [count], to be filled */
    double *spare;  /* [count] */
    struct cr_random *random;
};

struct cr_init {
    struct cr_entry entry;
    void (*fill)(const struct cr_init_call *call);
};

/* Draws all numbers with mean 0 and the variance that `start` says, normal or uniform. */
void cr_init_spread(const struct cr_init_call *call, struct cr_start start, bool uniform);

#endif
