/*
 * huber: squares near the target and a straight line beyond `delta`, so that outliers pull no harder (Huber 1964); the
 * mean over the outputs of |e| <= delta ? e^2 / 2 : delta (|e| - delta / 2), e = x - t. With labels t is one-hot.
 */
#include "model/loss.h"

struct huber {
    double delta;
};

static const struct cr_option options[] = {
    CR_FLOAT("delta", struct huber, delta, .min = 1e-9, .max = 1e9, .def = 1, .log = true,
             .help = "error from which on the loss grows along a line"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *values, bool soft, struct cr_value *logits,
                            struct cr_value **loss, struct cr_error *err)
{
    const struct huber *o = values;
    return cr_build_distance(build, CR_DISTANCE_HUBER, o->delta, soft, logits, loss, err);
}

const struct cr_loss cr_loss_huber = {
    .entry = {.name = "huber",
              .help = "squared near, straight beyond delta, for numbers with outliers",
              .options = options},
    .task = CR_TASK_NUMBERS,
    .metrics = cr_number_metrics,
    .build = build,
};
