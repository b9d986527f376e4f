/*
 * An init: how the numbers of a parameter start. They are drawn in double from the stream (seed, CR_RANDOM_INIT, hash
 * of the parameter's name), in the order of memory, and so are the same in float and double and in any order of layers.
 */
#ifndef CR_MODEL_INIT_H
#define CR_MODEL_INIT_H

#include <cradle/model.h>

#include "base/random.h"

struct cr_init_call {
    const void *options;
    int64_t fan_in, fan_out;
    bool relu; /* an activation of the ReLU family follows */
    int64_t count;
    double *values; /* [count], to be filled */
    struct cr_random *random;
};

struct cr_init {
    struct cr_entry entry;
    void (*fill)(const struct cr_init_call *call);
};

/* Draws all numbers with mean 0 and that variance, normal or uniform. */
void cr_init_spread(const struct cr_init_call *call, double variance, bool uniform);
double cr_init_he_variance(const struct cr_init_call *call);
double cr_init_xavier_variance(const struct cr_init_call *call);

#endif
