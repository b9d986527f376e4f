/*
 * The first weights as pictures: before the training, of the best epoch, and the change between the two.
 */
#include <math.h>
#include <stdlib.h>

#include "experiment/experiment.h"
#include "report/mosaic.h"
#include "report/report.h"
#include "train/filters.h"

enum { FILTERS_MAX = 256, COLUMNS = 16 };

static enum cr_status write_pictures(struct cr_json *json, const char *key, const struct cr_filters *filters,
                                     struct cr_error *err)
{
    uint8_t picture[CR_FILTER_SIDE_MAX * CR_FILTER_SIDE_MAX * 3];
    struct cr_mosaic mosaic;
    int64_t count = filters->count < FILTERS_MAX ? filters->count : FILTERS_MAX;
    int64_t columns = count < COLUMNS ? count : COLUMNS;
    CR_TRY(cr_mosaic_new(&mosaic, filters->height, filters->width, filters->channels, CR_FILTER_SIDE_MAX, columns,
                         (count + columns - 1) / columns, err));
    for (int64_t i = 0; i < count; i++) {
        cr_filters_draw(filters, i, picture);
        cr_mosaic_put(&mosaic, i / columns, i % columns, picture, filters->width, filters->channels);
    }
    enum cr_status status = cr_mosaic_write(&mosaic, json, key, err);
    cr_mosaic_free(&mosaic);
    return status;
}

/* `first` and `change`, and how far the weights moved in parts of the norm that they began with. */
static enum cr_status write_change(struct cr_json *json, const struct cr_filters *best, const struct cr_filters *first,
                                   struct cr_error *err)
{
    int64_t count = best->height * best->width * best->channels * best->count;
    double moved = 0, began = 0;
    float *change = malloc((size_t)count * sizeof *change);
    if (!change)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < count; i++) {
        change[i] = best->weights[i] - first->weights[i];
        moved += (double)change[i] * (double)change[i];
        began += (double)first->weights[i] * (double)first->weights[i];
    }
    struct cr_filters changed = *best;
    changed.weights = change;
    cr_json_float(json, "moved", sqrt(moved / began));
    enum cr_status status = write_pictures(json, "first", first, err);
    if (status == CR_OK)
        status = write_pictures(json, "change", &changed, err);
    free(change);
    return status;
}

enum cr_status cr_report_filters(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    struct cr_json *json = &report->json;
    struct cr_filters best, first;
    if (!run->run || run->run->numbers || !cr_filters_find(&best, run->run->network))
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "there are no filters that are pictures");
    cr_json_object(json, "filters");
    cr_json_text(json, "name", best.name);
    cr_json_int(json, "count", best.count < FILTERS_MAX ? best.count : FILTERS_MAX);
    cr_json_int(json, "all", best.count);
    CR_TRY(write_pictures(json, "mosaic", &best, err));
    if (run->experiment && cr_filters_find(&first, run->experiment->network))
        CR_TRY(write_change(json, &best, &first, err));
    cr_json_end(json);
    return CR_OK;
}
