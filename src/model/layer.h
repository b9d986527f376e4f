/*
 * A layer: a function that appends ops to a graph. What exports, profiles or watches a network walks ops, so a new
 * layer changes none of it.
 */
#ifndef CR_MODEL_LAYER_H
#define CR_MODEL_LAYER_H

#include <cradle/model.h>

#include "graph/op.h"
#include "model/init.h"

/* What a layer is to its neighbours. */
enum cr_layer_role {
    CR_LAYER_PLAIN,      /* pooling, dropout: an activation behind it is still that of the weights before it */
    CR_LAYER_WEIGHTS,    /* has weights of its own, and so ends the search for the activation of those before it */
    CR_LAYER_ACTIVATION, /* says how the weights before it start */
    CR_LAYER_NORM,       /* makes a bias before it superfluous */
};

/* Where a layer stands while it is built. */
struct cr_build {
    struct cr_builder *builder;
    const struct cr_build *parent; /* of a nested layer: the layer around it */
    const struct cr_node *node;    /* of the layer, for positions in messages */
    const struct cr_node *next;    /* the layer right behind it, or NULL */
    const char *name;              /* "conv1" */
    struct cr_value *target;       /* of a loss: what the outputs should be; NULL: as the batch says */
};

struct cr_layer {
    struct cr_entry entry;
    enum cr_layer_role role;
    struct cr_start start;                            /* of an activation */
    struct cr_start (*start_of)(const void *options); /* where that depends on its options */
    /* Of a norm: as build, with its parameters named PREFIX.scale and so on. */
    enum cr_status (*normalise)(struct cr_build *build, const char *prefix, const void *options, struct cr_value *x,
                                struct cr_value **y, struct cr_error *err);
    enum cr_status (*build)(struct cr_build *build, const void *options, struct cr_value *x, struct cr_value **y,
                            struct cr_error *err);
};

/* Applies an op; `options` are copied. `inputs` has as many values as the op takes, `outputs` room for all that it has.
 */
enum cr_status cr_build_apply(struct cr_build *build, const char *op, const void *options,
                              struct cr_value *const *inputs, struct cr_value **outputs, struct cr_error *err);

/* A learned parameter NAME.what, or a state. */
struct cr_build_param {
    const char *what;
    struct cr_shape shape;
    enum cr_role role;
    bool decay;
    bool constant; /* every number is `fill`; else by an init: */
    double fill;
    const struct cr_node *init;   /* as in a file; NULL: auto */
    const struct cr_start *start; /* by an activation within the layer; NULL: by that behind it */
    int64_t fan_in, fan_out;      /* how many numbers go into an output, and how many outputs a number goes into */
};
enum cr_status cr_build_param(struct cr_build *build, const struct cr_build_param *param, struct cr_value **value,
                              struct cr_error *err);

/* A nested list of layers; `after` is the layer that follows right behind the list's last, or NULL. */
enum cr_status cr_build_layers(struct cr_build *build, const struct cr_node *layers, const struct cr_node *after,
                               struct cr_value *x, struct cr_value **y, struct cr_error *err);
/* The layer that a node names, or NULL. */
const struct cr_layer *cr_layer_of(const struct cr_node *node);

/* bias: auto is on unless a norm is right behind. Adds a bias to *y where it is on. */
enum { CR_BIAS_AUTO, CR_BIAS_ON, CR_BIAS_OFF };
extern const struct cr_name cr_bias_names[];
enum cr_status cr_build_bias(struct cr_build *build, int bias, struct cr_value **y, struct cr_error *err);

/*
 * Applies the op of a norm with its parameters, one number a channel, named PREFIX.scale and so on (NULL: scale): scale
 * and shift, and mean and variance where the op keeps states.
 */
enum cr_status cr_build_norm(struct cr_build *build, const char *prefix, const char *op, const void *options,
                             struct cr_value *x, struct cr_value **y, struct cr_error *err);

/* y = f(x), number by number. */
enum cr_status cr_build_activation(struct cr_build *build, enum cr_activation kind, double parameter,
                                   struct cr_value *x, struct cr_value **y, struct cr_error *err);

/* Puts flatten before a layer that needs a row of numbers, and says so in the model's table. */
enum cr_status cr_build_flatten(struct cr_build *build, struct cr_value **x, struct cr_error *err);

#endif
