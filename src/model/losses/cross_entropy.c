/*
 * cross-entropy: softmax, then -log of the probability of the true class; with soft targets the mean over the target's
 * distribution. At the start it is near ln(classes).
 */
#include "model/loss.h"

static enum cr_status build(struct cr_build *build, const void *options, bool soft, struct cr_value *logits,
                            struct cr_value **loss, struct cr_error *err)
{
    struct {
        bool soft;
    } target = {soft};
    struct cr_value *outputs[2];

    (void)options;
    CR_TRY(cr_build_apply(build, "softmax-cross-entropy", &target, &logits, outputs, err));
    *loss = outputs[0];
    return CR_OK;
}

const struct cr_loss cr_loss_cross_entropy = {
    .entry = {.name = "cross-entropy", .help = "softmax and logarithmic loss, for one class out of many"},
    .build = build,
};
