/*
 * cradle help [COMMAND]
 */
#include "cli.h"

static int run(const struct cli_call *call)
{
    if (call->count == 0)
        cli_help_short();
    else
        cli_help_command(cli_command_find(call->arguments[0]));
    return CLI_OK;
}

static const struct cli_argument arguments[] = {{.name = "COMMAND",
                                                 .type = CLI_WORD,
                                                 .optional = true,
                                                 .word = cli_command_word,
                                                 .what = "command",
                                                 .help = "shows its help in full"},
                                                {0}};

const struct cli_command cmd_help = {
    .name = "help",
    .help = "explains a command",
    .arguments = arguments,
    .run = run,
};
