/*
 * A contact sheet of the training part: a row a class, its first pictures; and where there is augmentation, its first
 * picture as it is and as the first epochs see it.
 */
#include <stdlib.h>

#include "data/augment.h"
#include "data/dataset.h"
#include "data/moments.h"
#include "experiment/experiment.h"
#include "report/mosaic.h"
#include "report/report.h"

enum { CLASSES_MAX = 20, COLUMNS = 12, SIDE = 64, ALIGNMENT = 64 };

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

/* The first sample of each class; the augmented pictures are those of its place in the split, whatever the order. */
static enum cr_status draw_augmented(const struct cr_experiment *experiment, struct cr_mosaic *mosaic, uint8_t *changed,
                                     void *room, struct cr_error *err)
{
    const struct cr_dataset *dataset = experiment->dataset;
    bool drawn[CLASSES_MAX] = {false};
    for (int64_t i = 0, missing = mosaic->rows; i < experiment->split->train_count && missing > 0; i++) {
        int64_t index = experiment->split->train[i], label = dataset->labels[index];
        if (label >= mosaic->rows || drawn[label])
            continue;
        for (int64_t column = 0; column < COLUMNS; column++) {
            struct cr_augment_key key = {(uint64_t)experiment->sections.train.seed, column - 1, i, index};
            const uint8_t *pixels;
            CR_TRY(cr_dataset_view(dataset, index, room, &pixels, err));
            if (column > 0)
                cr_augmenter_run(experiment->augmenter, &key, pixels, changed, room);
            cr_mosaic_put(mosaic, label, column, column > 0 ? changed : pixels, dataset->width, dataset->channels);
        }
        drawn[label] = true;
        missing--;
    }
    return CR_OK;
}

static enum cr_status write_augmented(struct cr_json *json, const struct cr_experiment *experiment, int64_t rows,
                                      struct cr_error *err)
{
    const struct cr_dataset *dataset = experiment->dataset;
    struct cr_mosaic mosaic = {0};
    enum cr_status status;
    uint8_t *changed = malloc(cr_sample_size(dataset));
    void *room = aligned_alloc(ALIGNMENT, cr_augmenter_room(experiment->augmenter));
    if (!changed || !room)
        CR_GO(cr_fail_memory(err));
    CR_GO(cr_mosaic_new(&mosaic, dataset->height, dataset->width, dataset->channels, SIDE, COLUMNS, rows, err));
    CR_GO(draw_augmented(experiment, &mosaic, changed, room, err));
    CR_GO(cr_mosaic_write(&mosaic, json, "augmented", err));
done:
    cr_mosaic_free(&mosaic);
    free(changed);
    free(room);
    return status;
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
    if (run->experiment && run->experiment->augmenter)
        CR_GO(write_augmented(json, run->experiment, rows, err));
    cr_json_end(json);
done:
    cr_mosaic_free(&mosaic);
    free(buffer);
    return status;
}
