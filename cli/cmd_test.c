/*
 * cradle test RUN [RUN] [--calibrate] [--json]
 */
#include <stdio.h>

#include <cradle/evaluate.h>

#include "result.h"
#include "session.h"

enum { RUNS = 2 };

struct test_values {
    struct cli_common common;
    bool calibrate, json;
};

/* A run on its own test part. */
struct tested {
    struct cr_run *run;
    struct cr_dataset *dataset;
    struct cr_test_result *result;
    struct result told;
};

static void forget(struct tested *tested)
{
    cr_test_result_free(tested->result);
    cr_dataset_free(tested->dataset);
    cr_run_free(tested->run);
}

/* A folder that cannot be written to can be tested all the same. */
static void record(struct session *session, struct tested *tested)
{
    struct cr_error err;
    if (cr_test_record(tested->told.folder, tested->dataset, tested->result, &tested->told.times, &err) == CR_OK)
        return;
    tested->told.times = 0;
    cr_log(session->context, CR_LOG_WARNING, "%s; this test is not counted", err.message);
}

static enum cr_status test(struct session *session, struct tested *tested, const char *folder, bool calibrate)
{
    struct cr_context *context = session->context;
    CR_TRY(cr_run_open(&tested->run, context, folder, &session->err));
    if (calibrate)
        CR_TRY(cr_calibrate(tested->run, context, folder, &session->data, &session->err));
    CR_TRY(cr_run_test_data(&tested->dataset, context, tested->run, &session->data, &session->err));
    CR_TRY(cr_test(&tested->result, context, tested->run, tested->dataset, &session->data, &session->err));
    tested->told = (struct result){.folder = folder, .run = tested->run, .dataset = tested->dataset};
    tested->told.test = tested->result;
    record(session, tested);
    return CR_OK;
}

static enum cr_status tell(struct session *session, const struct tested *tested, int count, bool json)
{
    struct cr_comparison comparison;
    struct result both[RUNS] = {tested[0].told, tested[1].told};
    if (count > 1)
        CR_TRY(cr_compare(&comparison, tested[0].result, tested[1].result, &session->err));
    screen_clear(&session->screen);
    if (count > 1)
        (json ? result_json_both : result_tell_both)(both, &comparison);
    else
        (json ? result_json : result_tell)(both);
    return CR_OK;
}

static int run(const struct cli_call *call)
{
    const struct test_values *values = call->values;
    struct session session;
    struct tested tested[RUNS] = {{0}};
    enum cr_status status;
    if (call->count > RUNS)
        return cli_usage_fail(call->command, "%s: two runs can be compared, not more", call->arguments[RUNS]);
    CR_GO(session_open(&session, &values->common));
    for (int i = 0; i < call->count; i++)
        CR_GO(test(&session, &tested[i], call->arguments[i], values->calibrate));
    CR_GO(tell(&session, tested, call->count, values->json));
done:
    if (status != CR_OK)
        session_fail(&session);
    forget(&tested[0]);
    forget(&tested[1]);
    session_close(&session);
    return status == CR_OK ? CLI_OK : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {
    {.name = "RUN", .type = CLI_FOLDER, .many = true, .help = "the folder of a run; two: they are compared"}, {0}};

static const struct cli_option options[] = {
    {.name = "calibrate",
     .type = CLI_SWITCH,
     .offset = offsetof(struct test_values, calibrate),
     .help = "first finds the temperature that fits the validation part, and keeps it for predict"},
    {.name = "json",
     .type = CLI_SWITCH,
     .offset = offsetof(struct test_values, json),
     .help = "one JSON object: all metrics, each class, confusion, calibration"},
    CLI_THREADS,
    CLI_WORKERS,
    {0}};

const struct cli_command cmd_test = {
    .name = "test",
    .help = "tests a trained network on pictures that it has not seen",
    .more = "The best weights of the run on the test part of its data. Shares are fractions in JSON. Of two runs "
            "McNemar's\n"
            "test says whether their difference may be chance. Each test is a line in the run's tests.jsonl.\n"
            "\n"
            "  cradle test runs/digits\n"
            "  cradle test runs/digits --calibrate\n"
            "  cradle test runs/digits runs/digits-2 --json\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct test_values),
    .run = run,
};
