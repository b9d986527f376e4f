/*
 * How the best weights do on the validation part: confusion matrix, classes, calibration, and the pictures on which the
 * network is most wrong. The test part is left alone: only `cradle test` looks at it.
 */
#include <stdlib.h>

#include "data/dataset.h"
#include "data/moments.h"
#include "report/judge.h"
#include "report/mosaic.h"
#include "report/pack.h"

enum { SIDE = 96 };

static void write_counts(struct cr_json *json, const char *key, const int64_t *counts, int64_t classes)
{
    cr_json_list(json, key);
    for (int64_t c = 0; c < classes; c++)
        cr_json_int(json, NULL, counts[c]);
    cr_json_end(json);
}

static void write_bins(struct cr_json *json, const struct cr_judgement *judgement)
{
    cr_json_list(json, "calibration");
    for (int i = 0; i < CR_JUDGE_BINS; i++) {
        const struct cr_bin *bin = &judgement->bins[i];
        cr_json_object(json, NULL);
        cr_json_int(json, "count", bin->count);
        cr_json_int(json, "right", bin->right);
        cr_json_float(json, "confidence", bin->count ? bin->confidence / (double)bin->count : 0);
        cr_json_end(json);
    }
    cr_json_end(json);
}

static void write_judged(struct cr_json *json, const struct cr_dataset *dataset, const struct cr_judged *judged)
{
    char name[512];
    dataset->describe(dataset, judged->index, name, sizeof name);
    cr_json_object(json, NULL);
    cr_json_text(json, "name", name);
    cr_json_int(json, "label", judged->label);
    cr_json_float(json, "loss", judged->loss);
    cr_json_list(json, "top");
    for (int i = 0; i < CR_JUDGE_TOP && judged->top[i] >= 0; i++) {
        cr_json_object(json, NULL);
        cr_json_int(json, "class", judged->top[i]);
        cr_json_float(json, "probability", (double)judged->probability[i]);
        cr_json_end(json);
    }
    cr_json_end(json);
    cr_json_end(json);
}

static enum cr_status draw_worst(struct cr_json *json, const struct cr_dataset *dataset,
                                 const struct cr_judgement *judgement, struct cr_error *err)
{
    struct cr_mosaic mosaic = {0};
    enum cr_status status;
    uint8_t *buffer = malloc(cr_sample_size(dataset));
    if (!buffer)
        return cr_fail_memory(err);
    CR_GO(cr_mosaic_new(&mosaic, dataset->height, dataset->width, dataset->channels, SIDE, judgement->worst_count, 1,
                        err));
    for (int i = 0; i < judgement->worst_count; i++) {
        const uint8_t *pixels;
        CR_GO(cr_dataset_view(dataset, judgement->worst[i].index, buffer, &pixels, err));
        cr_mosaic_put(&mosaic, 0, i, pixels, dataset->width, dataset->channels);
    }
    CR_GO(cr_mosaic_write(&mosaic, json, "mosaic", err));
done:
    cr_mosaic_free(&mosaic);
    free(buffer);
    return status;
}

static enum cr_status write(struct cr_json *json, const struct cr_dataset *dataset,
                            const struct cr_judgement *judgement, struct cr_error *err)
{
    int64_t classes = judgement->classes;
    cr_json_object(json, "evaluation");
    cr_json_int(json, "count", judgement->count);
    cr_json_int(json, "right", judgement->right);
    cr_json_int(json, "near", judgement->near);
    cr_json_float(json, "loss", judgement->loss);
    cr_json_list(json, "names");
    for (int64_t c = 0; c < classes; c++)
        cr_json_text(json, NULL, dataset->class_names[c]);
    cr_json_end(json);
    write_counts(json, "true_count", judgement->true_count, classes);
    write_counts(json, "answered", judgement->answered, classes);
    write_counts(json, "hits", judgement->hits, classes);
    if (judgement->confusion)
        CR_TRY(cr_pack_ints(json, "confusion", judgement->confusion, classes * classes, err));
    write_bins(json, judgement);
    cr_json_list(json, "worst");
    for (int i = 0; i < judgement->worst_count; i++)
        write_judged(json, dataset, &judgement->worst[i]);
    cr_json_end(json);
    if (judgement->worst_count && !dataset->numbers)
        CR_TRY(draw_worst(json, dataset, judgement, err));
    cr_json_end(json);
    return CR_OK;
}

enum cr_status cr_report_evaluation(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    struct cr_judgement judgement;
    if (!run->split || run->run->network->task != CR_TASK_CLASS || !run->dataset->labels)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "there are no data with classes");
    if (run->split->validation_count == 0)
        return cr_fail(err, CR_ERROR_CONFIG, "nothing is held out to validate (data.validation)");
    enum cr_status status = cr_judge(&judgement, report, run, err);
    if (status == CR_OK)
        status = write(&report->json, run->dataset, &judgement, err);
    cr_judgement_free(&judgement);
    return status;
}
