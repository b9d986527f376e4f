/*
 * mse: the mean over the outputs of (x - t)^2, for numbers (regression). With labels the target is one-hot.
 */
#include "model/loss.h"

static enum cr_status build(struct cr_build *build, const void *values, bool soft, struct cr_value *logits,
                            struct cr_value **loss, struct cr_error *err)
{
    (void)values;
    return cr_build_distance(build, CR_DISTANCE_SQUARED, 1, soft, logits, loss, err);
}

const struct cr_loss cr_loss_mse = {
    .entry = {.name = "mse", .help = "mean squared error, for numbers"},
    .task = CR_TASK_NUMBERS,
    .metrics = cr_number_metrics,
    .build = build,
};
