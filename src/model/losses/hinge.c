/*
 * hinge: of a support vector machine. The right class must lead each other one by a margin; how far it does not is the
 * loss. At the start it is near margin (classes - 1), with `hardest` near margin.
 */
#include "model/loss.h"

struct hinge {
    double margin;
    bool hardest;
};

static const struct cr_option options[] = {
    CR_FLOAT("margin", struct hinge, margin, .min = 1e-6, .max = 1e6, .def = 1, .log = true,
             .help = "by which the right class must lead"),
    CR_BOOL("hardest", struct hinge, hardest,
            .help = "the strongest other class alone (Crammer and Singer 2001), not the sum (Weston and Watkins 1999)"),
    {0},
};

static enum cr_status build(struct cr_build *build, const void *values, bool soft, struct cr_value *logits,
                            struct cr_value **loss, struct cr_error *err)
{
    if (soft)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "the loss hinge needs labels; rows of targets, and mixed samples (train.mix), have none");
    return cr_build_apply(build, "hinge", values, &logits, loss, err);
}

const struct cr_loss cr_loss_hinge = {
    .entry = {.name = "hinge", .help = "multiclass hinge (SVM), for one class out of many", .options = options},
    .task = CR_TASK_CLASS,
    .metrics = cr_class_metrics,
    .build = build,
};
