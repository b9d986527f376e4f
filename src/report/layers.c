/*
 * The network's layers.
 */
#include "report/report.h"

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
