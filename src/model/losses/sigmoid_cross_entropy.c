/*
 * sigmoid-cross-entropy: each output is a question of its own with the answer yes or no, as many yes as there are; the
 * mean over the outputs of -t log s(x) - (1 - t) log(1 - s(x)). At the start it is near ln 2. With labels, one class
 * against all others.
 */
#include "model/loss.h"

static enum cr_status build(struct cr_build *build, const void *values, bool soft, struct cr_value *logits,
                            struct cr_value **loss, struct cr_error *err)
{
    (void)values;
    return cr_build_distance(build, CR_DISTANCE_LOGISTIC, 1, soft, logits, loss, err);
}

const struct cr_loss cr_loss_sigmoid_cross_entropy = {
    .entry = {.name = "sigmoid-cross-entropy", .help = "logarithmic loss of each output, for several answers at once"},
    .task = CR_TASK_ANSWERS,
    .metrics = cr_answer_metrics,
    .build = build,
};
