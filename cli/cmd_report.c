/*
 * cradle report RUN [RUN ...] [--out FILE]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cradle/report.h>

#include "interrupt.h"
#include "session.h"

struct report_values {
    struct cli_common common;
    const char *out;
    bool quick, range_test;
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

static int run(const struct cli_call *call)
{
    const struct report_values *values = call->values;
    struct session session;
    char made[32], path[4096];
    if (call->count > 1 && !values->out)
        return cli_usage_fail(call->command, "several runs need --out FILE: the page to write");
    snprintf(path, sizeof path, "%s/report.html", call->arguments[0]);
    write_time(made, sizeof made);
    enum cr_status status = session_open(&session, &values->common);
    if (status == CR_OK) {
        interrupt_watch();
        struct cr_report_options options = {.out = values->out,
                                            .quick = values->quick,
                                            .range_test = values->range_test,
                                            .made = made,
                                            .data = session.data};
        status = cr_report_write(session.context, call->arguments, call->count, &options, &session.err);
    }
    screen_clear(&session.screen);
    for (int i = 0; i < call->count && status == CR_OK; i++)
        tell_run(call->arguments[i]);
    if (status == CR_OK)
        tell_file(values->out ? values->out : path);
    else
        session_fail(&session);
    session_close(&session);
    return status == CR_OK ? CLI_OK : interrupt_signal() ? 128 + interrupt_signal() : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {
    {.name = "RUN", .type = CLI_FOLDER, .many = true, .help = "the folder of a run; several are compared"}, {0}};

static const struct cli_option options[] = {
    {.name = "out",
     .value = "FILE",
     .type = CLI_FILE,
     .offset = offsetof(struct report_values, out),
     .help = "the page to write (default, for one run: report.html in its folder)"},
    {.name = "quick",
     .type = CLI_SWITCH,
     .offset = offsetof(struct report_values, quick),
     .help = "only what the folders hold: opens no data and computes nothing"},
    {.name = "range-test",
     .type = CLI_SWITCH,
     .offset = offsetof(struct report_values, range_test),
     .help = "with a learning-rate range test: 120 training steps on the side"},
    CLI_THREADS,
    CLI_WORKERS,
    {0}};

const struct cli_command cmd_report = {
    .name = "report",
    .help = "makes a web page of a run, or of several: verdict, curves, details",
    .more = "The page is one file that needs no network. It begins with the verdict and what the babysitter found, "
            "then come\n"
            "curves, the confusion matrix, the worst answers on the validation part, layers and config.\n"
            "\n"
            "  cradle report runs/digits\n"
            "  cradle report runs/a runs/b runs/c --out compare.html\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct report_values),
    .run = run,
};
