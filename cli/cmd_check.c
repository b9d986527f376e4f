/*
 * cradle check FILE [PATH=VALUE ...] [--quick] [--json]
 * cradle check RUN [--confirm] [--steps N] [--labels N] [--json]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cradle/babysit.h>

#include "confirmation.h"
#include "doubts.h"
#include "interrupt.h"
#include "json.h"
#include "session.h"

struct check_values {
    struct cli_common common;
    bool quick, json, confirm;
    int64_t steps, labels;
};

/* An outcome as it was told; findings and texts are copies. */
struct kept {
    enum cr_outcome_kind kind;
    const char *check;
    char text[400];
    struct cr_finding finding;
    bool tried;
    struct cr_confirmation confirmation;
};

struct check {
    struct session session;
    const struct check_values *values;
    struct cr_config *config;
    struct cr_experiment *experiment;
    bool is_run; /* of a folder: what was found while it trained */
    struct cr_run *run;
    struct cr_doubts doubts; /* with --labels, by that run's network */
    struct kept *kept;
    int count, capacity;
    bool full; /* no memory for one */
};

static void keep(void *user, const struct cr_outcome *outcome)
{
    struct check *check = user;
    if (check->count == check->capacity) {
        int capacity = check->capacity ? 2 * check->capacity : 16;
        struct kept *grown = realloc(check->kept, (size_t)capacity * sizeof *grown);
        if (!grown) {
            check->full = true;
            return;
        }
        check->kept = grown;
        check->capacity = capacity;
    }
    struct kept *kept = &check->kept[check->count++];
    *kept = (struct kept){.kind = outcome->kind, .check = outcome->check->name};
    snprintf(kept->text, sizeof kept->text, "%s", outcome->text);
    if (outcome->finding)
        kept->finding = *outcome->finding;
}

static bool progress(void *user, const char *what, int64_t done, int64_t total)
{
    struct check *check = user;
    return progress_show(&check->session.progress, what, done, total);
}

static int count_of(const struct check *check, enum cr_severity severity)
{
    int count = 0;
    for (int i = 0; i < check->count; i++)
        count += check->kept[i].kind == CR_FOUND && check->kept[i].finding.severity == severity;
    return count;
}

/* -------------------------------------------------------------------------------------------------------------- text
 */

/* The verdict; what was looked at, for its plural. */
static void tell_verdict(const struct check *check, const char *file)
{
    const struct screen *screen = &check->session.screen;
    int faults = count_of(check, CR_FAULT), warnings = count_of(check, CR_WARNING);
    printf("%s%s: ", screen_bold(screen), file);
    if (check->is_run && faults + warnings == 0)
        printf("nothing is wrong with this run");
    else if (check->is_run && !faults)
        printf("%d warning%s", warnings, warnings == 1 ? "" : "s");
    else if (check->is_run)
        printf("%d fault%s", faults, faults == 1 ? "" : "s");
    else if (faults)
        printf("not ready: %d fault%s", faults, faults == 1 ? "" : "s");
    else
        printf("ready to train");
    if (warnings && (faults || !check->is_run))
        printf("%s%d warning%s", faults ? ", " : ", with ", warnings, warnings == 1 ? "" : "s");
    printf("%s\n", screen_plain(screen));
}

static void tell_finding(const struct screen *screen, const struct kept *kept)
{
    const struct cr_finding *finding = &kept->finding;
    printf("\n%s%s: %s%s  (%s)\n", screen_bold(screen), cr_severity_name(finding->severity), finding->symptom,
           screen_plain(screen), finding->check);
    printf("  evidence  %s\n", finding->evidence);
    for (int i = 0; i < CR_CAUSES && finding->causes[i][0]; i++)
        printf("  %-8s  %s\n", i == 0 ? "cause" : "or", finding->causes[i]);
    printf("  remedy    %s\n", finding->remedy);
    if (finding->path[0])
        printf("  change    %s: %s -> %s\n", finding->path, finding->from, finding->to);
    for (int i = 0; i < CR_MORE && finding->more[i].path[0]; i++)
        printf("  and       %s: %s -> %s\n", finding->more[i].path, finding->more[i].from, finding->more[i].to);
    if (kept->tried)
        confirmation_tell(&kept->confirmation);
}

static void tell(const struct check *check, const char *file)
{
    const struct screen *screen = &check->session.screen;
    int width = 0;
    for (int i = 0; i < check->count; i++)
        width = (int)strlen(check->kept[i].check) > width ? (int)strlen(check->kept[i].check) : width;
    tell_verdict(check, file);
    for (enum cr_severity severity = CR_FAULT;; severity--) {
        for (int i = 0; i < check->count; i++)
            if (check->kept[i].kind == CR_FOUND && check->kept[i].finding.severity == severity)
                tell_finding(screen, &check->kept[i]);
        if (severity == CR_NOTE)
            break;
    }
    if (!check->is_run)
        printf("\n");
    for (int i = 0; i < check->count; i++)
        if (check->kept[i].kind != CR_FOUND)
            printf("  %-7s  %-*s  %s\n", check->kept[i].kind == CR_PASSED ? "passed" : "skipped", width,
                   check->kept[i].check, check->kept[i].text);
    if (check->run)
        doubts_tell(&check->doubts, check->run);
}

/* -------------------------------------------------------------------------------------------------------------- JSON
 */

static void pair(const char *before, const char *key, const char *text)
{
    printf("%s\"%s\": ", before, key);
    json_text(text);
}

static void replacement_json(const char *before, const char *path, const char *from, const char *to)
{
    printf("%s", before);
    pair("{", "path", path);
    pair(", ", "from", from);
    pair(", ", "to", to);
    printf("}");
}

static void finding_json(const struct cr_finding *finding)
{
    pair(", ", "severity", cr_severity_name(finding->severity));
    pair(", ", "symptom", finding->symptom);
    pair(", ", "evidence", finding->evidence);
    printf(", \"causes\": [");
    for (int i = 0; i < CR_CAUSES && finding->causes[i][0]; i++) {
        printf("%s", i ? ", " : "");
        json_text(finding->causes[i]);
    }
    pair("], ", "remedy", finding->remedy);
    if (finding->path[0])
        replacement_json(", \"change\": ", finding->path, finding->from, finding->to);
    for (int i = 0; i < CR_MORE && finding->more[i].path[0]; i++)
        replacement_json(i ? ", " : ", \"more\": [", finding->more[i].path, finding->more[i].from, finding->more[i].to);
    if (finding->more[0].path[0])
        printf("]");
}

static void tell_json(const struct check *check, const char *file)
{
    static const char *const kinds[] = {[CR_PASSED] = "passed", [CR_SKIPPED] = "skipped", [CR_FOUND] = "found"};
    pair("{", "file", file);
    printf(", \"faults\": %d, \"warnings\": %d, \"checks\": [", count_of(check, CR_FAULT), count_of(check, CR_WARNING));
    for (int i = 0; i < check->count; i++) {
        const struct kept *kept = &check->kept[i];
        pair(i ? ",\n  {" : "\n  {", "check", kept->check);
        pair(", ", "outcome", kinds[kept->kind]);
        if (kept->kind == CR_FOUND)
            finding_json(&kept->finding);
        if (kept->tried)
            confirmation_json(&kept->confirmation);
        if (kept->kind != CR_FOUND)
            pair(", ", "text", kept->text);
        printf("}");
    }
    printf("]");
    if (check->run)
        doubts_json(", \"labels\": ", &check->doubts, check->run);
    printf("}\n");
}

/* -------------------------------------------------------------------------------------------------------------- main
 */

static enum cr_status look_at_run(struct check *check, const char *folder)
{
    struct cr_babysitter *babysitter;
    struct session *session = &check->session;
    int count;
    CR_TRY(cr_babysitter_read(&babysitter, folder, &session->err));
    const struct cr_finding *findings = cr_babysitter_findings(babysitter, &count);
    for (int i = 0; i < count; i++)
        keep(check, &(struct cr_outcome){.kind = CR_FOUND,
                                         .check = cr_registry_find(&cr_checks, findings[i].check),
                                         .text = findings[i].symptom,
                                         .finding = &findings[i]});
    cr_babysitter_free(babysitter);
    return check->full ? cr_fail(&session->err, CR_ERROR_MEMORY, "out of memory") : CR_OK;
}

/* Each change is tried by itself. */
static enum cr_status confirm(struct check *check, const char *folder)
{
    struct session *session = &check->session;
    const struct cr_confirm_options options = {.steps = check->values->steps, .progress = progress, .user = check};
    for (int i = 0; i < check->count; i++) {
        struct kept *kept = &check->kept[i];
        if (!kept->finding.path[0])
            continue;
        CR_TRY(cr_confirm(&kept->confirmation, session->context, folder, &kept->finding, &options, &session->err));
        kept->tried = true;
    }
    return CR_OK;
}

static enum cr_status doubt(struct check *check, const char *folder)
{
    struct session *session = &check->session;
    CR_TRY(cr_run_open(&check->run, session->context, folder, &session->err));
    return cr_doubts_find(&check->doubts, session->context, check->run, check->values->labels, &session->data,
                          &session->err);
}

static enum cr_status look(struct check *check, const struct cli_call *call)
{
    struct session *session = &check->session;
    struct cr_experiment_options making = {.workers = session->data.workers,
                                           .progress = session->data.progress,
                                           .progress_user = session->data.progress_user};
    struct cr_preflight_options options = {
        .quick = check->values->quick, .tell = keep, .progress = progress, .user = check};
    CR_TRY(cr_config_open(&check->config, call->arguments[0], &session->err));
    for (int i = 1; i < call->count; i++)
        CR_TRY(cr_config_set(check->config, call->arguments[i], &session->err));
    CR_TRY(cr_experiment_new(&check->experiment, session->context, check->config, &making, &session->err));
    CR_TRY(cr_preflight(check->experiment, &options, &session->err));
    return check->full ? cr_fail(&session->err, CR_ERROR_MEMORY, "out of memory") : CR_OK;
}

static int run(const struct cli_call *call)
{
    struct check check = {.values = call->values};
    int code;
    check.is_run = cli_is_folder(call->arguments[0]);
    if (check.is_run && (call->count > 1 || check.values->quick))
        return cli_usage_fail(call->command, "%s is a folder: of a run the events are read again, as they are",
                              call->arguments[0]);
    if (check.values->confirm && !check.is_run)
        return cli_usage_fail(call->command, "--confirm tries what was found in a run: give the folder of one");
    if (check.values->labels && !check.is_run)
        return cli_usage_fail(call->command, "--labels asks the network of a run: give the folder of one");
    if (session_open(&check.session, &check.values->common) != CR_OK)
        return session_fail(&check.session);
    interrupt_watch();
    enum cr_status status = check.is_run ? look_at_run(&check, call->arguments[0]) : look(&check, call);
    if (status == CR_OK && check.values->confirm)
        status = confirm(&check, call->arguments[0]);
    if (status == CR_OK && check.values->labels)
        status = doubt(&check, call->arguments[0]);
    screen_clear(&check.session.screen);
    if (status == CR_ERROR_STOPPED && interrupt_signal())
        code = 128 + interrupt_signal();
    else if (status != CR_OK)
        code = session_fail(&check.session);
    else {
        (check.values->json ? tell_json : tell)(&check, call->arguments[0]);
        code = count_of(&check, CR_FAULT) ? CLI_FAILURE : CLI_OK;
    }
    cr_doubts_clear(&check.doubts);
    cr_run_free(check.run);
    cr_experiment_free(check.experiment);
    cr_config_free(check.config);
    free(check.kept);
    session_close(&check.session);
    return code;
}

static const struct cli_argument arguments[] = {
    {.name = "FILE", .type = CLI_FILE, .help = "a config file, or the folder of a run"},
    {.name = "PATH=VALUE", .type = CLI_TEXT, .optional = true, .many = true, .help = "puts VALUE at PATH of the file"},
    {0}};

static const struct cli_option options[] = {
    {.name = "quick",
     .type = CLI_SWITCH,
     .offset = offsetof(struct check_values, quick),
     .help = "only the checks that make no training steps"},
    {.name = "json",
     .type = CLI_SWITCH,
     .offset = offsetof(struct check_values, json),
     .help = "one JSON object: every check with its outcome"},
    {.name = "confirm",
     .type = CLI_SWITCH,
     .offset = offsetof(struct check_values, confirm),
     .help = "of a run: trains with and without each proposed change, and tells what it gains"},
    {.name = "steps",
     .value = "N",
     .type = CLI_NUMBER,
     .offset = offsetof(struct check_values, steps),
     .min = 10,
     .max = 1000000,
     .def = CONFIRMATION_STEPS,
     .help = "of each training of --confirm"},
    {.name = "labels",
     .value = "N",
     .type = CLI_NUMBER,
     .offset = offsetof(struct check_values, labels),
     .min = 1,
     .max = 1000000,
     .help = "of a run: names the N samples whose labels are most probably wrong"},
    CLI_THREADS,
    CLI_WORKERS,
    {0}};

const struct cli_command cmd_check = {
    .name = "check",
    .help = "looks at an experiment before it is trained, and names what is wrong with it",
    .more =
        "Data, model and learning rate, by looking and by short trainings on the side; nothing is kept. The verdict\n"
        "first, then each finding with its evidence, causes and remedy. `cradle list checks` names the checks. The\n"
        "exit status is 1 where a fault was found. Of a run, finished or not, its events are gone through again.\n"
        "\n"
        "  cradle check examples/mnist-lenet.yaml\n"
        "  cradle check my.yaml train.optimizer.sgd.lr=0.5 --quick\n"
        "  cradle check runs/my --confirm\n"
        "  cradle check runs/my --labels 20\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct check_values),
    .run = run,
};
