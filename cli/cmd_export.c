/*
 * cradle export RUN --format NAME [--out FILE] [--overwrite] [--layout own|torch] [--int8] [--weights FILE]
 */
#include <stdio.h>
#include <string.h>

#include <cradle/export.h>

#include "session.h"

struct export_values {
    struct cli_common common;
    const char *format, *out, *layout, *weights;
    bool overwrite, int8;
};

static const char *const layouts[] = {[CR_EXPORT_OWN] = "own", [CR_EXPORT_TORCH] = "torch", NULL};

static const char *format_word(int index)
{
    return cr_exports.entries[index] ? cr_exports.entries[index]->name : NULL;
}

static const char *layout_word(int index)
{
    return layouts[index];
}

static int find_word(const char *word, cli_words *words)
{
    int index = 0;
    while (words(index) && strcmp(words(index), word) != 0)
        index++;
    return words(index) ? index : -1;
}

static void tell(const struct cr_export_report *report)
{
    char clean[sizeof report->out], bytes[32];
    text_clean(report->out, clean, sizeof clean);
    text_bytes((double)report->bytes, bytes, sizeof bytes);
    printf("%s  %s\n", clean, bytes);
    for (int i = 0; i < report->fact_count; i++)
        printf("  %-10s %s\n", report->facts[i].name, report->facts[i].text);
    if (report->verdict[0])
        printf("  %s %s\n", report->verified ? "verified  " : "not verified:", report->verdict);
}

static int run(const struct cli_call *call)
{
    const struct export_values *values = call->values;
    struct session session;
    struct cr_export_report report;
    enum cr_status status;
    if (!values->format)
        return cli_usage_fail(call->command, "which format? --format NAME; cradle list exports has them");
    if (find_word(values->format, format_word) < 0)
        return cli_word_fail(call->command, "export format", values->format, format_word);
    int layout = values->layout ? find_word(values->layout, layout_word) : CR_EXPORT_OWN;
    if (layout < 0)
        return cli_word_fail(call->command, "layout", values->layout, layout_word);
    CR_GO(session_open(&session, &values->common));
    struct cr_export_options options = {.format = values->format,
                                        .out = values->out,
                                        .layout = layout,
                                        .int8 = values->int8,
                                        .weights = values->weights,
                                        .overwrite = values->overwrite,
                                        .data = session.data};
    CR_GO(cr_export(&report, session.context, call->arguments[0], &options, &session.err));
    screen_clear(&session.screen);
    tell(&report);
done:
    if (status != CR_OK)
        session_fail(&session);
    session_close(&session);
    return status == CR_OK ? CLI_OK : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {
    {.name = "RUN", .type = CLI_FOLDER, .help = "the folder of a run, or a file that holds one"}, {0}};

static const struct cli_option options[] = {{.name = "format",
                                             .value = "NAME",
                                             .type = CLI_TEXT,
                                             .offset = offsetof(struct export_values, format),
                                             .help = "what to write; cradle list exports has them"},
                                            {.name = "out",
                                             .value = "FILE",
                                             .also = "output",
                                             .type = CLI_FILE,
                                             .offset = offsetof(struct export_values, out),
                                             .help = "where to (default: in the run's folder)"},
                                            {.name = "overwrite",
                                             .type = CLI_SWITCH,
                                             .offset = offsetof(struct export_values, overwrite),
                                             .help = "FILE may exist"},
                                            {.name = "layout",
                                             .value = "WORD",
                                             .type = CLI_TEXT,
                                             .offset = offsetof(struct export_values, layout),
                                             .help = "safetensors: own (default), or torch: PyTorch's names and order"},
                                            {.name = "int8",
                                             .type = CLI_SWITCH,
                                             .offset = offsetof(struct export_values, int8),
                                             .help = "c: weights and activations in 8 bits, about a quarter as large"},
                                            {.name = "weights",
                                             .value = "FILE",
                                             .type = CLI_FILE,
                                             .offset = offsetof(struct export_values, weights),
                                             .help = "c: a file for the weights, which else stand in the source"},
                                            CLI_THREADS,
                                            CLI_WORKERS,
                                            {0}};

const struct cli_command cmd_export = {
    .name = "export",
    .help = "writes a trained network for other programs",
    .more = "What was written is held against the run's own network on samples of its data; where that is not\n"
            "possible the output says so.\n"
            "\n"
            "  cradle export runs/digits --format safetensors\n"
            "  cradle export runs/digits --format safetensors --layout torch --out digits.safetensors\n"
            "  cradle export runs/digits --format c --out digits.c --int8\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct export_values),
    .run = run,
};
