/*
 * An optimizer: one file under optimizers/ that ends in one const struct cr_optimizer_kind, and one line in
 * optimizers.def. Its update is kernel steps over the flat buffer of parameters; the rates of a step are read through a
 * pointer, so that running it allocates nothing.
 */
#ifndef CR_TRAIN_OPTIMIZER_H
#define CR_TRAIN_OPTIMIZER_H

#include <cradle/train.h>

#include "graph/steps.h"

#define CR_OPTIMIZER_SLOTS 4

/* What the steps of an update are made of. */
struct cr_update {
    const struct cr_kernels *kernels;
    struct cr_steps *steps;
    const void *options, *rates;
    int64_t count, decayed; /* learned numbers; those of them that decay, which come first */
    void *w;
    const void *g;
    struct cr_step_info info;        /* of the whole update: for its step */
    void *slots[CR_OPTIMIZER_SLOTS]; /* [count] each, 0 at the beginning; NULL: not used */
};

/* The struct of the options begins with `double lr`, and the option lr comes first. */
struct cr_optimizer_kind {
    struct cr_entry entry;
    const char *slots[CR_OPTIMIZER_SLOTS + 1]; /* names of the state kept for each number; NULL ends them */
    int (*slots_used)(const void *options);    /* NULL: all */
    size_t rates_size;
    /* Fills the rates of step `step`, counted from 1. */
    void (*set_rates)(const void *options, double lr, int64_t step, void *rates);
    enum cr_status (*emit)(const struct cr_update *update, struct cr_error *err);
};

struct cr_optimizer {
    struct cr_context *context;
    struct cr_params *params;
    struct cr_config *config; /* of one made from text */
    const struct cr_optimizer_kind *kind;
    const void *options;
    double lr;
    int64_t step; /* updates made */
    int slots;
    void *slot[CR_OPTIMIZER_SLOTS]; /* [params->trainable] numbers */
    void *rates;
    struct cr_kernels kernels;
    struct cr_steps *steps;
};

/* Refuses what the option lr would refuse. */
enum cr_status cr_optimizer_set_lr(struct cr_optimizer *optimizer, double lr, struct cr_error *err);

enum { CR_DECAY_CLASSIC, CR_DECAY_DECOUPLED };
extern const struct cr_name cr_decay_names[];

#define CR_OPTIMIZER_LR(struct_type, value) \
    CR_FLOAT("lr", struct_type, lr, .min = 1e-12, .max = 1e3, .def = value, .log = true, .help = "learning rate")
#define CR_OPTIMIZER_DECAY(struct_type)                                                                      \
    CR_FLOAT("weight_decay", struct_type, weight_decay, .min = 0, .max = 10, .log = true,                    \
             .help = "pull of the weights towards 0; biases and norms are left alone"),                      \
        CR_CHOICE("decay", struct_type, decay, .def = CR_DECAY_CLASSIC, .names = cr_decay_names,             \
                  .help = "classic: added to the gradient; decoupled: taken off the weight, times the rate " \
                          "(Loshchilov and Hutter 2019)")

#endif
