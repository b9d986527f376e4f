/*
 * What is done around an optimizer's update, whichever it is: gradients of several batches gathered, clipped, a pull of
 * the weights; the length of weights held; weights averaged.
 */
#ifndef CR_TRAIN_REFINE_H
#define CR_TRAIN_REFINE_H

#include <cradle/train.h>

/* All 0: nothing. */
struct cr_refine {
    double clip_norm, clip_value; /* of the gradient */
    double l1, max_norm;
    int64_t accumulate; /* batches that make an update; 0 counts as 1 */
    double ema;         /* memory of the running mean of the weights */
    double swa;         /* share of the training after which the weights at the end of epochs are averaged */
};

/* Stops a training whose results get no better. */
struct cr_early_stop {
    bool on;
    int64_t patience;
    int watch;
    double threshold;
};

/* From the train section. */
enum cr_status cr_refine_read(struct cr_refine *refine, struct cr_early_stop *stop, struct cr_config *config,
                              const struct cr_train_section *section, struct cr_error *err);

/* Before the first step. */
enum cr_status cr_optimizer_refine(struct cr_optimizer *optimizer, const struct cr_refine *refine,
                                   struct cr_error *err);
/* A batch of several that make an update, but not the last: adds its gradients. */
void cr_optimizer_gather(struct cr_optimizer *optimizer, struct cr_plan *plan, const struct cr_feed *feed);
/* average = keep average + share w */
void cr_optimizer_average(struct cr_optimizer *optimizer, double keep, double share);
/* The weights and states change places with their average. */
void cr_optimizer_swap(struct cr_optimizer *optimizer);

#endif
