/*
 * An optimizer: one file under optimizers/ that ends in one const struct cr_optimizer_kind, and one line in
 * optimizers.def. Its update is kernel steps over the flat buffer of parameters; the rates of a step are read through a
 * pointer, so that running it allocates nothing.
 */
#ifndef CR_TRAIN_OPTIMIZER_H
#define CR_TRAIN_OPTIMIZER_H

#include <cradle/train.h>

#include "graph/steps.h"
#include "train/refine.h"

#define CR_OPTIMIZER_SLOTS 4

/*
 * What the steps of an update are made of. Like the ops of a plan, `emit` is called twice: first to learn how much
 * memory it takes, then with the final addresses; it must do the same both times.
 */
struct cr_update {
    const struct cr_kernels *kernels;
    const struct cr_params *params;
    struct cr_steps *steps; /* NULL in the first call */
    char *room, *shared;
    size_t room_size, shared_size; /* the most that was asked for */
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
    enum cr_status (*emit)(struct cr_update *update, struct cr_error *err);
};

/* Adds a step, carried out in the cheapest way. */
enum cr_status cr_update_add(struct cr_update *update, const struct cr_kernel *kernel, const void *args, size_t size,
                             struct cr_error *err);
#define CR_UPDATE(update, kernel, args, err) \
    cr_update_add(update, &(update)->kernels->kernel, &(args), sizeof(args), err)
/* Memory between the steps, 64-byte aligned; each call gives the same place again. */
void *cr_update_room(struct cr_update *update, size_t size);
/* Number `offset` of an array; NULL of none. */
void *cr_update_at(const struct cr_update *update, const void *array, int64_t offset);

struct cr_optimizer {
    struct cr_context *context;
    struct cr_params *params;
    struct cr_config *config; /* of one made from text */
    const struct cr_optimizer_kind *kind;
    const void *options;
    void *moved; /* options with another momentum, where a schedule moves it; NULL: it does not */
    double lr;
    int64_t step; /* updates made */
    int slots;
    void *slot[CR_OPTIMIZER_SLOTS]; /* [params->trainable] numbers */
    void *rates;
    struct cr_kernels kernels;
    struct cr_steps *steps;
    void *room, *shared; /* of the steps */

    struct cr_refine refine;
    struct cr_mix_rates mix;
    void *gathered;  /* [params->trainable] sum of gradients that wait for an update; NULL: there is none */
    int64_t samples; /* that it is of */
    struct cr_steps *gathering, *averaging;
    void *average; /* [params->total]; NULL: there is none */
};

/* The steps of an update anew. */
enum cr_status cr_optimizer_remake(struct cr_optimizer *optimizer, struct cr_error *err);
/* What comes before and after the kind's own steps. */
enum cr_status cr_update_begin(struct cr_update *update, struct cr_optimizer *optimizer, struct cr_error *err);
enum cr_status cr_update_end(struct cr_update *update, struct cr_optimizer *optimizer, struct cr_error *err);

/* Refuses what the option lr would refuse. */
enum cr_status cr_optimizer_set_lr(struct cr_optimizer *optimizer, double lr, struct cr_error *err);

/* The largest norm of the gradient from the next update on; 0: any. */
enum cr_status cr_optimizer_set_clip(struct cr_optimizer *optimizer, double norm, struct cr_error *err);

/*
 * From now on the momentum can be set: the option of that name, or beta1. Fails where there is neither, or it is 0 and
 * so nothing is kept for it.
 */
enum cr_status cr_optimizer_move_momentum(struct cr_optimizer *optimizer, struct cr_error *err);
/* From the next step on. */
void cr_optimizer_set_momentum(struct cr_optimizer *optimizer, double momentum);

enum { CR_DECAY_CLASSIC, CR_DECAY_DECOUPLED };
extern const struct cr_name cr_decay_names[];

#define CR_OPTIMIZER_LR(struct_type, value) \
    CR_FLOAT("lr", struct_type, lr, .min = 1e-12, .max = 1e3, .def = value, .log = true, .help = "learning rate")
#define CR_OPTIMIZER_WEIGHT_DECAY(struct_type, value)                                                   \
    CR_FLOAT("weight_decay", struct_type, weight_decay, .min = 0, .max = 10, .def = value, .log = true, \
             .help = "pull of the weights towards 0; biases and norms are left alone")
#define CR_OPTIMIZER_DECAY_AS(struct_type, value, kind)                                                      \
    CR_OPTIMIZER_WEIGHT_DECAY(struct_type, value),                                                           \
        CR_CHOICE("decay", struct_type, decay, .def = kind, .names = cr_decay_names,                         \
                  .help = "classic: added to the gradient; decoupled: taken off the weight, times the rate " \
                          "(Loshchilov and Hutter 2019)")
#define CR_OPTIMIZER_DECAY(struct_type) CR_OPTIMIZER_DECAY_AS(struct_type, 0, CR_DECAY_CLASSIC)

#endif
