/*
 * The network's layers, and the first weights as pictures: of a convolution each filter, of a dense layer on pictures
 * what each output looks for. Grey (128) is zero; each is scaled by its own largest weight.
 */
#include "report/mosaic.h"
#include "report/report.h"
#include "train/filters.h"

enum { FILTERS_MAX = 256, COLUMNS = 16 };

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

enum cr_status cr_report_filters(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    struct cr_json *json = &report->json;
    struct cr_filters filters;
    struct cr_mosaic mosaic;
    uint8_t picture[CR_FILTER_SIDE_MAX * CR_FILTER_SIDE_MAX * 3];
    if (!run->run || run->run->numbers || !cr_filters_find(&filters, run->run->network))
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "there are no filters that are pictures");
    int64_t count = filters.count < FILTERS_MAX ? filters.count : FILTERS_MAX;
    int64_t columns = count < COLUMNS ? count : COLUMNS;
    CR_TRY(cr_mosaic_new(&mosaic, filters.height, filters.width, filters.channels, CR_FILTER_SIDE_MAX, columns,
                         (count + columns - 1) / columns, err));
    for (int64_t i = 0; i < count; i++) {
        cr_filters_draw(&filters, i, picture);
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
