/*
 * What happened besides steps and epochs, as it stands in the log.
 */
#include <string.h>

#include "report/report.h"

/* A list of all events of that kind. */
static void write_all(struct cr_json *json, const char *key, const struct cr_run_log *log, const char *event)
{
    cr_json_list(json, key);
    for (int64_t i = 0; i < log->record_count; i++)
        if (strcmp(log->records[i].event, event) == 0)
            cr_json_raw(json, NULL, log->records[i].json);
    cr_json_end(json);
}

enum cr_status cr_report_events(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    (void)err;
    struct cr_json *json = &report->json;
    write_all(json, "starts", run->log, "start");
    write_all(json, "ends", run->log, "end");
    write_all(json, "findings", run->log, "finding");
    write_all(json, "changes", run->log, "change");
    cr_json_list(json, "checkpoints");
    for (int64_t i = 0; i < run->log->record_count; i++)
        if (strcmp(run->log->records[i].event, "checkpoint") == 0)
            cr_json_int(json, NULL, run->log->records[i].step);
    cr_json_end(json);
    return CR_OK;
}
