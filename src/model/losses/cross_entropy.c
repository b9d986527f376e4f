/*
 * cross-entropy: softmax, then -log of the probability of the true class; with soft targets the mean over the target's
 * distribution. At the start it is near ln(classes).
 *
 * label_smoothing spreads a share of each target over all classes (Szegedy et al. 2016); class_weights make rare
 * classes count more. The mean is over the samples, whatever their weights.
 */
#include "model/loss.h"

struct cross_entropy {
    double label_smoothing;
    struct cr_list class_weights;
};

static const struct cr_option options[] = {
    CR_FLOAT("label_smoothing", struct cross_entropy, label_smoothing, .min = 0, .max = 0.999,
             .help = "share of each target that is spread over all classes (Szegedy et al. 2016)"),
    CR_LIST("class_weights", struct cross_entropy, class_weights, .min = 0, .max = 1e6,
            .help = "how much a sample of each class counts, in the order of the classes; default: 1 each"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *values, bool soft, struct cr_value *logits,
                            struct cr_value **loss, struct cr_error *err)
{
    const struct cross_entropy *o = values;
    struct {
        bool soft;
        double smoothing;
        struct cr_list weights;
    } target = {.soft = soft};
    struct cr_value *outputs[2];

    if (o != NULL) {
        target.smoothing = o->label_smoothing;
        target.weights = o->class_weights;
    }
    CR_TRY(cr_build_apply(build, "softmax-cross-entropy", &target, &logits, outputs, err));
    *loss = outputs[0];
    return CR_OK;
}

const struct cr_loss cr_loss_cross_entropy = {
    .entry = {.name = "cross-entropy",
              .help = "softmax and logarithmic loss, for one class out of many",
              .options = options},
    .task = CR_TASK_CLASS,
    .metrics = cr_class_metrics,
    .build = build,
};
