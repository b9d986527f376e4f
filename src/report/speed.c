/*
 * Where the time of a training step goes, measured now on this machine, as `cradle bench` does.
 */
#include "report/report.h"

static const double SECONDS = 1;

static void write_step(struct cr_json *json, const struct cr_bench_step *step)
{
    cr_json_object(json, NULL);
    cr_json_text(json, "layer", step->info.layer);
    cr_json_text(json, "op", step->info.op);
    cr_json_text(json, "pass", step->info.pass);
    cr_json_text(json, "kernel", step->info.kernel);
    cr_json_text(json, "way", step->info.way);
    cr_json_int(json, "flops", step->info.flops);
    cr_json_int(json, "bytes", step->info.bytes);
    cr_json_float(json, "seconds", step->seconds);
    cr_json_end(json);
}

static void write(struct cr_json *json, const struct cr_bench *bench)
{
    cr_json_object(json, "speed");
    cr_json_int(json, "batch", bench->batch);
    cr_json_text(json, "cpu", bench->cpu);
    cr_json_int(json, "threads", bench->threads);
    cr_json_float(json, "training", bench->training);
    cr_json_float(json, "inference", bench->inference);
    cr_json_int(json, "training_memory", (int64_t)bench->training_memory);
    cr_json_int(json, "inference_memory", (int64_t)bench->inference_memory);
    cr_json_int(json, "params_memory", (int64_t)bench->params_memory);
    cr_json_list(json, "steps");
    for (int64_t i = 0; i < bench->steps; i++)
        write_step(json, &bench->step[i]);
    cr_json_end(json);
    cr_json_end(json);
}

enum cr_status cr_report_speed(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    struct cr_bench *bench;
    if (!run->run)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "there is no network");
    CR_TRY(cr_bench_new(&bench, report->context, run->run->config,
                        &(struct cr_bench_options){.seconds = SECONDS, .data = report->options->data}, err));
    write(&report->json, bench);
    cr_bench_free(bench);
    return CR_OK;
}
