/*
 * cradle card RUN [--out FILE]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cradle/export.h>

#include "session.h"

struct card_values {
    struct cli_common common;
    const char *out;
};

static int run(const struct cli_call *call)
{
    const struct card_values *values = call->values;
    struct session session;
    struct cr_run *opened = NULL;
    char *text = NULL;
    enum cr_status status;
    CR_GO(session_open(&session, &values->common));
    CR_GO(cr_run_open(&opened, session.context, call->arguments[0], &session.err));
    CR_GO(cr_card_new(&text, session.context, opened, call->arguments[0], &session.data, &session.err));
    screen_clear(&session.screen);
    if (values->out)
        CR_GO(cr_card_write(values->out, text, &session.err));
    else
        fputs(text, stdout);
done:
    if (status != CR_OK)
        session_fail(&session);
    free(text);
    cr_run_free(opened);
    session_close(&session);
    return status == CR_OK ? CLI_OK : CLI_FAILURE;
}

static const struct cli_argument arguments[] = {
    {.name = "RUN", .type = CLI_FOLDER, .help = "the folder of a run, or a file that holds one"}, {0}};

static const struct cli_option options[] = {{.name = "out",
                                             .value = "FILE",
                                             .also = "output",
                                             .type = CLI_FILE,
                                             .offset = offsetof(struct card_values, out),
                                             .help = "the file to write; RUN/card.md goes into what is exported"},
                                            CLI_THREADS,
                                            CLI_WORKERS,
                                            {0}};

const struct cli_command cmd_card = {
    .name = "card",
    .help = "writes a model card: data, recipe, results, limits, licence",
    .more = "Markdown. The network is tested on the test part of its data for it. What only you know is left to be "
            "filled in;\n"
            "kept as RUN/card.md it becomes part of what is exported as safetensors or ONNX.\n"
            "\n"
            "  cradle card runs/digits\n"
            "  cradle card runs/digits --out runs/digits/card.md\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct card_values),
    .run = run,
};
