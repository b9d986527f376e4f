/*
 * The learning-rate range test of the run's experiment, from its first weights: a training on the side whose rate
 * rises.
 */
#include <math.h>

#include "babysit/range_test.h"
#include "report/report.h"

static void write_numbers(struct cr_json *json, const char *key, const double *numbers, int count)
{
    cr_json_list(json, key);
    for (int i = 0; i < count; i++)
        cr_json_float(json, NULL, numbers[i]);
    cr_json_end(json);
}

static void write(struct cr_json *json, const struct cr_range_test *test, double rate)
{
    cr_json_object(json, "range");
    write_numbers(json, "rate", test->rate, test->count);
    write_numbers(json, "loss", test->loss, test->count);
    write_numbers(json, "smooth", test->smooth, test->count);
    cr_json_float(json, "edge", test->edge);
    cr_json_float(json, "pick", test->pick);
    cr_json_float(json, "confidence", test->confidence);
    cr_json_float(json, "used", rate);
    cr_json_end(json);
}

enum cr_status cr_report_range(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    const struct cr_data_options *data = &report->options->data;
    struct cr_experiment *experiment = run->experiment;
    struct cr_range_test test;
    if (!report->options->range_test || !experiment)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "it was not asked for, or there are no data");
    struct cr_preflight_options options = {.progress = data->progress, .user = data->progress_user};
    struct cr_exam exam = {.experiment = experiment,
                           .options = &options,
                           .check = (const struct cr_check *)cr_registry_find(&cr_checks, "learning-rate"),
                           .factor = 1};
    CR_TRY(cr_range_test_run(&exam, &test, err));
    write(&report->json, &test, cr_optimizer_lr(experiment->optimizer));
    return CR_OK;
}
