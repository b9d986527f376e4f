/*
 * A pass of a run's network over samples in their order, batch by batch.
 */
#ifndef CR_EVALUATE_PASS_H
#define CR_EVALUATE_PASS_H

#include <cradle/evaluate.h>

struct cr_pass_batch {
    int64_t count;                             /* N */
    const int64_t *indices;                    /* [N]: which samples of the dataset */
    const int32_t *labels;                     /* [N]; NULL: targets are what should be answered */
    struct cr_tensor logits, outputs, targets; /* [N][classes] */
    const float *loss;                         /* [N] */
};

struct cr_pass {
    const char *what; /* for the progress: "testing" */
    void (*add)(void *user, const struct cr_pass_batch *batch);
    void *user;
};

/* Over the samples `indices` (NULL: all `count`). */
enum cr_status cr_pass_run(const struct cr_pass *pass, struct cr_context *context, const struct cr_run *run,
                           const struct cr_dataset *dataset, const int64_t *indices, int64_t count,
                           const struct cr_data_options *options, struct cr_error *err);

#endif
