/*
 * A loss: appends the ops that turn the model's output into one number a sample.
 */
#ifndef CR_MODEL_LOSS_H
#define CR_MODEL_LOSS_H

#include "model/layer.h"
#include "model/metric.h"

struct cr_loss {
    struct cr_entry entry;
    enum cr_task task;
    const struct cr_entry *const *metrics; /* that fit it, ends in NULL: one of the lists below */
    enum cr_status (*build)(struct cr_build *build, const void *options, bool soft, struct cr_value *logits,
                            struct cr_value **loss, struct cr_error *err);
};

/* The metrics of each task. Of the first, by which epochs are compared, more is better. */
extern const struct cr_entry *const cr_class_metrics[], *const cr_answer_metrics[], *const cr_number_metrics[];

/* The mean distance of the outputs from their targets. */
enum cr_status cr_build_distance(struct cr_build *build, enum cr_distance kind, double delta, bool soft,
                                 struct cr_value *x, struct cr_value **loss, struct cr_error *err);

#endif
