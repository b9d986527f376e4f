/*
 * The network's layers, and the first weights as pictures: of a convolution each filter, of a dense layer on pictures
 * what each output looks for. Grey (128) is zero; each is scaled by its own largest weight.
 */
#include <math.h>
#include <string.h>

#include "report/mosaic.h"
#include "report/report.h"

enum { FILTERS_MAX = 256, COLUMNS = 16, SIDE_MAX = 64 };

static void write_row(struct cr_json *json, const struct cr_layer_row *row)
{
    char shape[96];
    cr_shape_describe(row->shape, shape, sizeof shape);
    cr_json_object(json, NULL);
    cr_json_text(json, "name", row->name);
    cr_json_int(json, "depth", row->depth);
    cr_json_text(json, "shape", shape);
    cr_json_int(json, "numbers", cr_shape_count(row->shape));
    cr_json_int(json, "params", row->params);
    cr_json_int(json, "flops", row->flops);
    if (row->help)
        cr_json_text(json, "help", row->help);
    cr_json_end(json);
}

enum cr_status cr_report_layers(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    struct cr_json *json = &report->json;
    if (!run->run)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "there is no network");
    const struct cr_network *network = run->run->network;
    cr_json_object(json, "network");
    cr_json_int(json, "params", network->params->trainable);
    cr_json_int(json, "step", run->run->step);
    cr_json_int(json, "epoch", run->run->epoch);
    cr_json_list(json, "layers");
    for (int i = 0; i < network->layers; i++)
        write_row(json, &network->rows[i]);
    cr_json_end(json);
    cr_json_end(json);
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ filters
 */

/* Weights [height][width][channels][count], as both kinds of layer have them. */
struct filters {
    const char *name;
    const float *weights;
    int64_t height, width, channels, count;
};

static bool find(struct filters *filters, const struct cr_run *run)
{
    const struct cr_params *params = run->network->params;
    const struct cr_param *first = params->items;
    if (run->numbers || params->count == 0 || first->kind != CR_PARAM)
        return false;
    const int64_t *dims = first->shape.dims;
    *filters = (struct filters){.name = first->name, .weights = (const float *)params->values + first->offset};
    if (first->shape.rank == 4 && dims[2] == run->channels && dims[0] * dims[1] > 1) {
        filters->height = dims[0];
        filters->width = dims[1];
        filters->count = dims[3];
    } else if (first->shape.rank == 2 && dims[0] == run->height * run->width * run->channels) {
        filters->height = run->height;
        filters->width = run->width;
        filters->count = dims[1];
    }
    filters->channels = run->channels;
    return filters->count > 0 && (run->channels == 1 || run->channels == 3) && filters->height <= SIDE_MAX &&
           filters->width <= SIDE_MAX;
}

static void draw(const struct filters *filters, int64_t index, uint8_t *picture)
{
    int64_t numbers = filters->height * filters->width * filters->channels;
    float most = 0;
    for (int64_t i = 0; i < numbers; i++)
        most = fmaxf(most, fabsf(filters->weights[i * filters->count + index]));
    for (int64_t i = 0; i < numbers; i++) {
        float weight = filters->weights[i * filters->count + index];
        picture[i] =
            (uint8_t)(most > 0 && isfinite(most) && isfinite(weight) ? lrintf(128 + 127 * weight / most) : 128);
    }
}

enum cr_status cr_report_filters(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    struct cr_json *json = &report->json;
    struct filters filters;
    struct cr_mosaic mosaic;
    uint8_t picture[SIDE_MAX * SIDE_MAX * 3];
    if (!run->run || !find(&filters, run->run))
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "there are no filters that are pictures");
    int64_t count = filters.count < FILTERS_MAX ? filters.count : FILTERS_MAX;
    int64_t columns = count < COLUMNS ? count : COLUMNS;
    CR_TRY(cr_mosaic_new(&mosaic, filters.height, filters.width, filters.channels, SIDE_MAX, columns,
                         (count + columns - 1) / columns, err));
    for (int64_t i = 0; i < count; i++) {
        draw(&filters, i, picture);
        cr_mosaic_put(&mosaic, i / columns, i % columns, picture, filters.width, filters.channels);
    }
    cr_json_object(json, "filters");
    cr_json_text(json, "name", filters.name);
    cr_json_int(json, "count", count);
    cr_json_int(json, "all", filters.count);
    enum cr_status status = cr_mosaic_write(&mosaic, json, "mosaic", err);
    cr_json_end(json);
    cr_mosaic_free(&mosaic);
    return status;
}
