/*
 * What the findings propose, tried: for each change two short trainings on the side, as `cradle check --confirm` does.
 */
#include <cradle/babysit.h>

#include "report/report.h"

static void write(struct cr_json *json, const struct cr_finding *finding, const struct cr_confirmation *tried)
{
    cr_json_object(json, NULL);
    cr_json_text(json, "check", finding->check);
    cr_json_text(json, "path", finding->path);
    cr_json_text(json, "to", finding->to);
    cr_json_bool(json, "confirmed", tried->confirmed);
    cr_json_bool(json, "from_checkpoint", tried->from_checkpoint);
    cr_json_int(json, "steps", tried->steps);
    cr_json_float(json, "loss", tried->loss[0]);
    cr_json_float(json, "loss_changed", tried->loss[1]);
    cr_json_float(json, "gain", tried->gain);
    cr_json_float(json, "error", tried->error);
    if (tried->validated) {
        cr_json_float(json, "validation_accuracy", tried->accuracy[0]);
        cr_json_float(json, "validation_accuracy_changed", tried->accuracy[1]);
    }
    cr_json_end(json);
}

static enum cr_status try_all(struct cr_report *report, const char *folder, const struct cr_finding *findings,
                              int count, struct cr_error *err)
{
    const struct cr_data_options *data = &report->options->data;
    const struct cr_confirm_options options = {
        .steps = report->options->confirm, .progress = data->progress, .user = data->progress_user};
    cr_json_list(&report->json, "confirmations");
    for (int i = 0; i < count; i++) {
        struct cr_confirmation tried;
        if (!findings[i].path[0])
            continue;
        CR_TRY(cr_confirm(&tried, report->context, folder, &findings[i], &options, err));
        write(&report->json, &findings[i], &tried);
    }
    cr_json_end(&report->json);
    return CR_OK;
}

enum cr_status cr_report_confirm(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    struct cr_babysitter *babysitter;
    int count;
    if (report->options->confirm == 0)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "it was not asked for");
    CR_TRY(cr_babysitter_read(&babysitter, run->folder, err));
    const struct cr_finding *findings = cr_babysitter_findings(babysitter, &count);
    enum cr_status status = try_all(report, run->folder, findings, count, err);
    cr_babysitter_free(babysitter);
    return status;
}
