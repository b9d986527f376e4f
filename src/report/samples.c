/*
 * A contact sheet of the training part: a row a class, its first pictures.
 */
#include <stdlib.h>

#include "data/dataset.h"
#include "data/moments.h"
#include "report/mosaic.h"
#include "report/report.h"

enum { CLASSES_MAX = 20, COLUMNS = 12, SIDE = 64 };

static enum cr_status draw(const struct cr_dataset *dataset, const struct cr_split *split, struct cr_mosaic *mosaic,
                           uint8_t *buffer, struct cr_error *err)
{
    int64_t drawn[CLASSES_MAX] = {0}, missing = mosaic->rows * COLUMNS;
    for (int64_t i = 0; i < split->train_count && missing > 0; i++) {
        int64_t index = split->train[i], label = dataset->labels[index];
        const uint8_t *pixels;
        if (label >= mosaic->rows || drawn[label] == COLUMNS)
            continue;
        CR_TRY(cr_dataset_view(dataset, index, buffer, &pixels, err));
        cr_mosaic_put(mosaic, label, drawn[label]++, pixels, dataset->width, dataset->channels);
        missing--;
    }
    return CR_OK;
}

enum cr_status cr_report_samples(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    const struct cr_dataset *dataset = run->dataset;
    struct cr_json *json = &report->json;
    struct cr_mosaic mosaic = {0};
    enum cr_status status;
    if (!run->split || dataset->numbers || !dataset->labels)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "there are no pictures with labels");
    int64_t rows = dataset->classes < CLASSES_MAX ? dataset->classes : CLASSES_MAX;
    uint8_t *buffer = malloc(cr_sample_size(dataset));
    if (!buffer)
        return cr_fail_memory(err);
    CR_GO(cr_mosaic_new(&mosaic, dataset->height, dataset->width, dataset->channels, SIDE, COLUMNS, rows, err));
    CR_GO(draw(dataset, run->split, &mosaic, buffer, err));
    cr_json_object(json, "samples");
    cr_json_text(json, "source", dataset->name);
    cr_json_int(json, "train", run->split->train_count);
    cr_json_int(json, "validation", run->split->validation_count);
    cr_json_int(json, "classes", dataset->classes);
    cr_json_list(json, "names");
    for (int64_t i = 0; i < rows; i++)
        cr_json_text(json, NULL, dataset->class_names[i]);
    cr_json_end(json);
    CR_GO(cr_mosaic_write(&mosaic, json, "mosaic", err));
    cr_json_end(json);
done:
    cr_mosaic_free(&mosaic);
    free(buffer);
    return status;
}
