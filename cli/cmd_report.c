/*
 * cradle report RUN [RUN ...] | STUDY [--out FILE]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cradle/report.h>

#include "confirmation.h"
#include "interrupt.h"
#include "session.h"

struct report_values {
    struct cli_common common;
    const char *out, *name;
    bool quick, confirm, range_test;
};

static void tell_run(const char *folder)
{
    struct cr_run_log *log;
    struct cr_run_summary summary;
    char clean[4096];
    if (cr_run_log_open(&log, folder, NULL) != CR_OK)
        return;
    cr_run_summarize(&summary, log);
    text_clean(folder, clean, sizeof clean);
    printf("%s: %s\n", clean, summary.headline);
    cr_run_log_free(log);
}

static void tell_file(const char *path)
{
    struct stat info;
    char size[32] = "?", clean[4096];
    if (stat(path, &info) == 0)
        text_bytes((double)info.st_size, size, sizeof size);
    text_clean(path, clean, sizeof clean);
    printf("The report lies in %s (%s); open it in a web browser.\n", clean, size);
}

/* "2026-11-24 14:00", in local time. */
static void write_time(char *text, size_t size)
{
    time_t now = time(NULL);
    struct tm local;
    if (!localtime_r(&now, &local) || strftime(text, size, "%Y-%m-%d %H:%M", &local) == 0)
        text[0] = 0;
}

static int report_runs(const struct cli_call *call, const char *made)
{
    const struct report_values *values = call->values;
    struct session session;
    struct cr_run_list *runs = NULL;
    char path[4096];
    if (call->count > 1 && !values->out)
        return cli_usage_fail(call->command, "several runs need --out FILE: the page to write");
    if (values->name)
        return cli_usage_fail(call->command, "--name is of a study; %s is none", call->arguments[0]);
    if (values->quick && (values->confirm || values->range_test))
        return cli_usage_fail(call->command, "--quick computes nothing, %s does",
                              values->confirm ? "--confirm" : "--range-test");
    snprintf(path, sizeof path, "%s/report.html", call->arguments[0]);
    struct cr_report_options options = {.out = values->out ? values->out : path,
                                        .quick = values->quick,
                                        .confirm = values->confirm ? CONFIRMATION_STEPS : 0,
                                        .range_test = values->range_test,
                                        .made = made};
    enum cr_status status = session_open(&session, &values->common);
    options.data = session.data;
    if (status == CR_OK)
        status = cr_run_list_new(&runs, call->arguments, call->count, &session.err);
    if (status == CR_OK) {
        interrupt_watch();
        status = cr_report_write(session.context, runs->folders, runs->count, &options, &session.err);
    }
    screen_clear(&session.screen);
    for (int i = 0; status == CR_OK && i < runs->count; i++)
        tell_run(runs->folders[i]);
    if (status == CR_OK)
        tell_file(options.out);
    else
        session_fail(&session);
    cr_run_list_free(runs);
    session_close(&session);
    return status == CR_OK ? CLI_OK : interrupt_signal() ? 128 + interrupt_signal() : CLI_FAILURE;
}

/* "runs/digits-tune: 20 trials; best validation accuracy 0.9861 in trial 12" */
static void tell_study(const char *path, const char *name)
{
    struct cr_study *study = NULL;
    const struct cr_study_trial *trials;
    int64_t count;
    char clean[4096];
    char *file = cr_report_study_file(path);
    text_clean(path, clean, sizeof clean);
    if (file && cr_study_read(&study, file, name, NULL) == CR_OK &&
        cr_study_trials(study, &trials, &count, NULL) == CR_OK) {
        const struct cr_study_trial *best = cr_study_best(study, trials, count);
        printf("%s: %lld trial%s; ", clean, (long long)count, count == 1 ? "" : "s");
        if (best)
            printf("best %s %.6g in trial %lld\n", cr_study_score_name(study), best->score, (long long)best->number);
        else
            printf("none has a score yet\n");
    }
    cr_study_free(study);
    free(file);
}

static int report_study(const struct cli_call *call, const char *made)
{
    const struct report_values *values = call->values;
    const char *path = call->arguments[0];
    struct cr_error err;
    char clean[sizeof err.message];
    if (values->range_test || values->confirm || values->quick)
        return cli_usage_fail(call->command, "%s is of a run; %s is a study",
                              values->quick     ? "--quick"
                              : values->confirm ? "--confirm"
                                                : "--range-test",
                              path);
    const struct cr_report_options options = {.out = values->out, .made = made};
    if (cr_report_write_study(path, values->name, &options, &err) != CR_OK) {
        text_clean(err.message, clean, sizeof clean);
        fprintf(stderr, "cradle: %s\n", clean);
        return CLI_FAILURE;
    }
    char *page = cr_report_study_page(path);
    tell_study(path, values->name);
    tell_file(values->out ? values->out : page ? page : path);
    free(page);
    return CLI_OK;
}

static bool is_study(const char *path)
{
    char *file = cr_report_study_file(path);
    free(file);
    return file != NULL;
}

static int run(const struct cli_call *call)
{
    char made[32];
    write_time(made, sizeof made);
    for (int i = 0; i < call->count && call->count > 1; i++)
        if (is_study(call->arguments[i]))
            return cli_usage_fail(call->command, "%s: is a study, which has a page of its own: give it alone",
                                  call->arguments[i]);
    return is_study(call->arguments[0]) ? report_study(call, made) : report_runs(call, made);
}

static const struct cli_argument arguments[] = {
    {.name = "RUN",
     .type = CLI_FILE,
     .many = true,
     .help = "the folder of a run; several, or a folder of runs, are compared. Or a study: the folder of a search, "
             "or its file"},
    {0}};

static const struct cli_option options[] = {
    {.name = "out",
     .value = "FILE",
     .also = "output",
     .type = CLI_FILE,
     .offset = offsetof(struct report_values, out),
     .help = "the page to write (default, for one folder: report.html in it)"},
    {.name = "name",
     .value = "NAME",
     .type = CLI_TEXT,
     .offset = offsetof(struct report_values, name),
     .help = "of a study, where its file has several (default: cradle, or the only one)"},
    {.name = "quick",
     .type = CLI_SWITCH,
     .offset = offsetof(struct report_values, quick),
     .help = "only what the folders hold: opens no data and computes nothing"},
    {.name = "confirm",
     .type = CLI_SWITCH,
     .offset = offsetof(struct report_values, confirm),
     .help = "tries each change that a finding proposes: two trainings of 300 steps on the side"},
    {.name = "range-test",
     .type = CLI_SWITCH,
     .offset = offsetof(struct report_values, range_test),
     .help = "with a learning-rate range test: 120 training steps on the side"},
    CLI_THREADS,
    CLI_WORKERS,
    {0}};

const struct cli_command cmd_report = {
    .name = "report",
    .help = "makes a web page of a run, of several, or of a search: verdict, curves, details",
    .more = "The page is one file that needs no network. It begins with the verdict and what the babysitter found, "
            "then come\n"
            "curves, the confusion matrix, the worst answers on the validation part, layers and config.\n"
            "Of a search: the winner and whether it is more than chance, what mattered, and every trial.\n"
            "\n"
            "  cradle report runs/digits\n"
            "  cradle report runs/a runs/b runs/c --out compare.html\n"
            "  cradle report runs/digits-tune\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct report_values),
    .run = run,
};
