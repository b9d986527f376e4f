/*
 * cradle test RUN [RUN] [--calibrate] [--tta VIEWS] [--json]
 * cradle test RUN... --ensemble[=RULE] [--tta VIEWS] [--json]
 */
#include <stdio.h>
#include <stdlib.h>

#include <cradle/evaluate.h>

#include "result.h"
#include "rule_word.h"
#include "session.h"

enum { RUNS = 2 };

struct test_values {
    struct cli_common common;
    bool calibrate, json;
    const char *ensemble, *tta;
};

/* A run, or an ensemble, on its own test part. */
struct tested {
    struct cr_ensemble *ensemble; /* of one run, or more */
    struct cr_dataset *dataset;
    struct cr_test_result *result;
    struct cr_test_result **members; /* [ensemble->count]; NULL: one run */
    struct cr_tta *tta;              /* NULL: none */
    struct result told;
};

static void forget(struct tested *tested)
{
    cr_test_result_free(tested->result);
    for (int64_t m = 0; tested->members && m < tested->ensemble->count; m++)
        cr_test_result_free(tested->members[m]);
    free(tested->members);
    cr_tta_free(tested->tta);
    cr_dataset_free(tested->dataset);
    cr_ensemble_free(tested->ensemble);
}

/* A folder that cannot be written to can be tested all the same. */
static void record(struct session *session, const struct tested *tested, const char *folder,
                   const struct cr_test_result *result, int64_t *times)
{
    struct cr_error err;
    if (cr_test_record(folder, tested->dataset, result, times, &err) == CR_OK)
        return;
    *times = 0;
    cr_log(session->context, CR_LOG_WARNING, "%s; this test is not counted", err.message);
}

/* The ensemble is open; its test, and of several members theirs. */
static enum cr_status test_open(struct session *session, struct tested *tested, const char *name, const char *tta)
{
    struct cr_context *context = session->context;
    const struct cr_ensemble *ensemble = tested->ensemble;
    if (tta)
        CR_TRY(cr_tta_new(&tested->tta, ensemble->runs[0], tta, &session->err));
    CR_TRY(cr_run_test_data(&tested->dataset, context, ensemble->runs[0], &session->data, &session->err));
    if (ensemble->count > 1 && !(tested->members = calloc((size_t)ensemble->count, sizeof *tested->members)))
        return cr_fail_memory(&session->err);
    if (ensemble->count > 1 || tta)
        CR_TRY(cr_test_ensemble(&tested->result, tested->members, context, ensemble, tested->dataset, tested->tta,
                                &session->data, &session->err));
    else
        CR_TRY(cr_test(&tested->result, context, ensemble->runs[0], tested->dataset, &session->data, &session->err));
    tested->told = (struct result){.folder = name,
                                   .run = ensemble->runs[0],
                                   .dataset = tested->dataset,
                                   .test = tested->result,
                                   .members = ensemble->count,
                                   .tta = tta,
                                   .views = cr_tta_count(tested->tta)};
    return CR_OK;
}

static enum cr_status test(struct session *session, struct tested *tested, const char *folder,
                           const struct test_values *values)
{
    bool calibrate = values->calibrate;
    CR_TRY(cr_ensemble_open(&tested->ensemble, session->context, folder, &session->err));
    if (calibrate && cr_ensemble_is(folder))
        return cr_fail(&session->err, CR_ERROR_UNSUPPORTED,
                       "%s is an ensemble: its members are calibrated (--calibrate) before they are put together",
                       folder);
    if (calibrate)
        CR_TRY(cr_calibrate(tested->ensemble->runs[0], session->context, folder, &session->data, &session->err));
    CR_TRY(test_open(session, tested, folder, values->tta));
    record(session, tested, folder, tested->result, &tested->told.times);
    return CR_OK;
}

/* Runs as an ensemble that is not kept. Each test of a member counts as one of it. */
static enum cr_status test_together(struct session *session, struct tested *tested, const struct cli_call *call,
                                    const struct test_values *values)
{
    int64_t times;
    CR_TRY(cr_ensemble_join(&tested->ensemble, session->context, call->arguments, call->count, &session->err));
    CR_TRY(cr_ensemble_fit(tested->ensemble, session->context, values->ensemble, &session->data, NULL, &session->err));
    CR_TRY(test_open(session, tested, "The ensemble", values->tta));
    for (int m = 0; m < call->count; m++)
        record(session, tested, call->arguments[m], tested->members[m], &times);
    return CR_OK;
}

static enum cr_status tell_one(struct session *session, const struct tested *tested, bool json)
{
    struct result_members members;
    if (tested->members)
        CR_TRY(result_compare(&members, tested->ensemble, tested->result, tested->members, &session->err));
    screen_clear(&session->screen);
    if (json) {
        result_json(&tested->told, tested->members ? &members : NULL);
        return CR_OK;
    }
    result_tell(&tested->told);
    if (tested->members)
        result_tell_members(&members);
    return CR_OK;
}

static enum cr_status tell(struct session *session, const struct tested *tested, int count, bool json)
{
    struct cr_comparison comparison;
    struct result both[RUNS] = {tested[0].told, tested[1].told};
    if (count == 1)
        return tell_one(session, &tested[0], json);
    CR_TRY(cr_compare(&comparison, tested[0].result, tested[1].result, &session->err));
    screen_clear(&session->screen);
    (json ? result_json_both : result_tell_both)(both, &comparison);
    return CR_OK;
}

static int check_call(const struct cli_call *call)
{
    const struct test_values *values = call->values;
    if (values->ensemble && call->count < 2)
        return cli_usage_fail(call->command, "--ensemble puts several runs together, and %s is one",
                              call->arguments[0]);
    if (values->ensemble && values->calibrate)
        return cli_usage_fail(call->command, "--calibrate is of single runs: calibrate the members first");
    if (!values->ensemble && call->count > RUNS)
        return cli_usage_fail(call->command, "%s: two runs can be compared, not more; --ensemble puts them together",
                              call->arguments[RUNS]);
    return CLI_OK;
}

static int run(const struct cli_call *call)
{
    const struct test_values *values = call->values;
    struct session session;
    struct tested tested[RUNS] = {{0}};
    enum cr_status status;
    int code = check_call(call);
    if (code != CLI_OK)
        return code;
    CR_GO(session_open(&session, &values->common));
    if (values->ensemble)
        CR_GO(test_together(&session, &tested[0], call, values));
    for (int i = 0; i < call->count && !values->ensemble; i++)
        CR_GO(test(&session, &tested[i], call->arguments[i], values));
    CR_GO(tell(&session, tested, values->ensemble ? 1 : call->count, values->json));
done:
    if (status != CR_OK)
        session_fail(&session);
    forget(&tested[0]);
    forget(&tested[1]);
    session_close(&session);
    return status == CR_OK ? CLI_OK : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {{.name = "RUN",
                                                 .type = CLI_FOLDER,
                                                 .many = true,
                                                 .help = "the folder of a run or an ensemble; two: they are compared"},
                                                {0}};

static const struct cli_option options[] = {
    {.name = "calibrate",
     .type = CLI_SWITCH,
     .offset = offsetof(struct test_values, calibrate),
     .help = "first finds the temperature that fits the validation part, and keeps it for predict"},
    {.name = "ensemble",
     .value = "RULE",
     .type = CLI_WORD,
     .offset = offsetof(struct test_values, ensemble),
     .bare = "mean",
     .word = rule_word,
     .help = "tests the runs as one: mean (also without =RULE), vote, stack or greedy"},
    {.name = "tta",
     .value = "VIEWS",
     .type = CLI_TEXT,
     .offset = offsetof(struct test_values, tta),
     .help = "the mean of the answers to each picture and to views of it: flip, shift, or flip,shift"},
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
            "  cradle test runs/digits runs/digits-2 --json\n"
            "  cradle test runs/pictures --tta flip,shift\n"
            "  cradle test runs/a runs/b runs/c --ensemble\n"
            "  cradle test runs/a/snapshot-*.safetensors --ensemble=greedy\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct test_values),
    .run = run,
};
