/*
 * What several losses share.
 */
#include "model/loss.h"

extern const struct cr_metric cr_metric_accuracy, cr_metric_top5, cr_metric_f1;
const struct cr_entry *const cr_class_metrics[] = {&cr_metric_accuracy.entry, &cr_metric_top5.entry,
                                                   &cr_metric_f1.entry, NULL};

extern const struct cr_metric cr_metric_hamming, cr_metric_subset_accuracy, cr_metric_f1_micro;
const struct cr_entry *const cr_answer_metrics[] = {&cr_metric_hamming.entry, &cr_metric_subset_accuracy.entry,
                                                    &cr_metric_f1_micro.entry, NULL};

extern const struct cr_metric cr_metric_r2, cr_metric_mae, cr_metric_rmse;
const struct cr_entry *const cr_number_metrics[] = {&cr_metric_r2.entry, &cr_metric_mae.entry, &cr_metric_rmse.entry,
                                                    NULL};

enum cr_status cr_build_distance(struct cr_build *build, enum cr_distance kind, double delta, bool soft,
                                 struct cr_value *x, struct cr_value **loss, struct cr_error *err)
{
    struct {
        int kind;
        double delta;
        bool soft;
    } options = {kind, delta, soft};
    struct cr_value *operands[2] = {x, build->target};

    return cr_build_apply(build, build->target != NULL ? "distance-to" : "distance", &options, operands, loss, err);
}
