/*
 * cradle ensemble OUT RUN RUN... [--rule RULE]
 */
#include <stdio.h>
#include <stdlib.h>

#include <cradle/evaluate.h>

#include "result.h"
#include "rule_word.h"
#include "session.h"

struct ensemble_values {
    struct cli_common common;
    const char *rule;
};

/* On the validation part: the test part is for `cradle test`. */
static enum cr_status tell(struct session *session, const struct cr_ensemble *ensemble,
                           struct cr_test_result *const *fitted)
{
    struct result_members members;
    if (!fitted[0]) {
        printf("The members do not all hold out the same samples: how good the ensemble is, cradle test says.\n");
        return CR_OK;
    }
    CR_TRY(result_compare(&members, ensemble, fitted[0], fitted + 1, &session->err));
    printf("%s of %lld on the validation part, %lld samples%s\n", ensemble->rule_name, (long long)ensemble->count,
           (long long)fitted[0]->count,
           ensemble->fitted ? ", on which its weights were fitted: it looks a little better than it is" : "");
    printf("  %6.2f %% %8.4g  the ensemble\n", 100 * fitted[0]->accuracy, fitted[0]->loss);
    result_tell_members(&members);
    return CR_OK;
}

static enum cr_status make(struct session *session, const struct cli_call *call, struct cr_ensemble **ensemble,
                           struct cr_test_result **fitted)
{
    const struct ensemble_values *values = call->values;
    const char *out = call->arguments[0];
    int64_t kept;
    CR_TRY(cr_ensemble_join(ensemble, session->context, call->arguments + 1, call->count - 1, &session->err));
    CR_TRY(cr_ensemble_fit(*ensemble, session->context, values->rule ? values->rule : "mean", &session->data, fitted,
                           &session->err));
    CR_TRY(cr_ensemble_save(*ensemble, out, &kept, &session->err));
    screen_clear(&session->screen);
    CR_TRY(tell(session, *ensemble, fitted));
    printf("\nThe ensemble of %lld lies in %s\nNext:\n  cradle test %s\n  cradle predict %s IMAGE...\n",
           (long long)kept, out, out, out);
    return CR_OK;
}

static int run(const struct cli_call *call)
{
    const struct ensemble_values *values = call->values;
    struct session session;
    struct cr_ensemble *ensemble = NULL;
    enum cr_status status;
    if (call->count < 3)
        return cli_usage_fail(call->command, "%s: an ensemble needs two runs or more", call->arguments[1]);
    struct cr_test_result **fitted = calloc((size_t)call->count, sizeof *fitted);
    CR_GO(session_open(&session, &values->common));
    CR_GO(fitted ? make(&session, call, &ensemble, fitted) : cr_fail_memory(&session.err));
done:
    if (status != CR_OK)
        session_fail(&session);
    for (int i = 0; fitted && i < call->count; i++)
        cr_test_result_free(fitted[i]);
    free(fitted);
    cr_ensemble_free(ensemble);
    session_close(&session);
    return status == CR_OK ? CLI_OK : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {
    {.name = "OUT", .type = CLI_FOLDER, .help = "the folder to make"},
    {.name = "RUN",
     .type = CLI_FOLDER,
     .many = true,
     .help = "folders of runs, files that stand for one, or snapshots in the folder of one"},
    {0}};

static const struct cli_option options[] = {
    {.name = "rule",
     .value = "RULE",
     .type = CLI_WORD,
     .offset = offsetof(struct ensemble_values, rule),
     .word = rule_word,
     .help = "mean (default), vote, stack or greedy; the last two have weights, fitted on the validation part"},
    CLI_THREADS,
    CLI_WORKERS,
    {0}};

const struct cli_command cmd_ensemble = {
    .name = "ensemble",
    .help = "makes one model of several runs",
    .more = "The members are copied: the folder needs nothing outside of it, and test and predict take it\n"
            "like a run. On the validation part the ensemble is compared with the best of its members. Members to\n"
            "which the rule gives no weight are left out.\n"
            "\n"
            "  cradle ensemble models/five runs/a runs/b runs/c runs/d runs/e\n"
            "  cradle ensemble models/best runs/* --rule greedy\n"
            "  cradle ensemble models/snapshots runs/a/snapshot-*.safetensors\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct ensemble_values),
    .run = run,
};
