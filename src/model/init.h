/*
 * An init: how the numbers of a parameter start. They are drawn in double from the stream (seed, CR_RANDOM_INIT, hash
 * of the parameter's name), in the order of memory, and so are the same in float and double and in any order of layers.
 */
#ifndef CR_MODEL_INIT_H
#define CR_MODEL_INIT_H

#include <cradle/model.h>

#include "base/random.h"
#include "graph/graph.h"

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

/* What an init may learn from data: the layer whose weights these are, in a network that can run on a batch. */
struct cr_init_data {
    const void *options;
    const struct cr_node *node; /* of the init in the file */
    struct cr_tensor weights;   /* to be changed in place */
    const struct cr_vertex *user;
    struct cr_plan *plan; /* keeps the user's first input and its output */
    const struct cr_feed *feed;
};

struct cr_init {
    struct cr_entry entry;
    void (*fill)(const struct cr_init_call *call);
    /* Then by the first training batch, in the order of the layers; NULL: needs no data. */
    enum cr_status (*measure)(const struct cr_init_data *data, struct cr_error *err);
};

/* The input and the output of the layer, after the plan ran. */
struct cr_tensor cr_init_input(const struct cr_init_data *data);
struct cr_tensor cr_init_output(const struct cr_init_data *data);
int64_t cr_init_count(struct cr_tensor tensor);
double cr_init_get(struct cr_tensor tensor, int64_t index);
void cr_init_set(struct cr_tensor tensor, int64_t index, double value);

/* Draws all numbers with mean 0 and the variance that `start` says, normal or uniform. */
void cr_init_spread(const struct cr_init_call *call, struct cr_start start, bool uniform);
/*
 * The weights seen as a matrix of fan-in rows and one column an output: its columns, or its rows where these are fewer,
 * become orthonormal, times `gain`, every rotation equally likely.
 */
void cr_init_orthogonalise(const struct cr_init_call *call, double gain);

#endif
