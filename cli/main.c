/*
 * cradle: the program. Finds the command, parses what stands behind it, runs it.
 *
 * The locale decides the letters alone (LC_CTYPE): numbers are read and written with a dot everywhere. A reader of the
 * output that goes away (`cradle train | head`) ends the output, not the work.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cradle/base.h>

#include "cli.h"

#define CLI_COMMAND(name) extern const struct cli_command cmd_##name;
#include "commands.def"
#undef CLI_COMMAND

const struct cli_command *const cli_commands[] = {
#define CLI_COMMAND(name) &cmd_##name,
#include "commands.def"
#undef CLI_COMMAND
    NULL};

const struct cli_command *cli_command_find(const char *name)
{
    for (const struct cli_command *const *command = cli_commands; *command; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}

const char *cli_command_word(int index)
{
    return cli_commands[index] ? cli_commands[index]->name : NULL;
}

static const char *option_word(int index)
{
    static const char *const words[] = {"--help", "--version", NULL};
    return words[index];
}

static int run(const struct cli_command *command, int count, char *const *words)
{
    bool help;
    int argument_count;
    void *values = calloc(1, command->size + 1);
    const char **arguments = calloc((size_t)count + 1, sizeof *arguments);
    int code = CLI_FAILURE;
    if (!values || !arguments) {
        fprintf(stderr, "cradle: out of memory\n");
        goto done;
    }
    code = cli_parse(command, count, words, values, arguments, &argument_count, &help);
    if (code != CLI_OK)
        goto done;
    if (help)
        cli_help_command(command);
    else
        code = command->run(&(struct cli_call){command, values, argument_count, arguments});
done:
    free(values);
    free(arguments);
    return code;
}

static int dispatch(int count, char *const *words)
{
    if (count == 0 || !strcmp(words[0], "--help") || !strcmp(words[0], "-h")) {
        cli_help_short();
        return CLI_OK;
    }
    if (!strcmp(words[0], "--version")) {
        printf("cradle %s\n", cr_version());
        return CLI_OK;
    }
    const struct cli_command *command = cli_command_find(words[0]);
    if (command)
        return run(command, count - 1, words + 1);
    if (words[0][0] == '-')
        return cli_word_fail(NULL, "option", words[0], option_word);
    return cli_word_fail(NULL, "command", words[0], cli_command_word);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    int code = dispatch(argc > 0 ? argc - 1 : 0, argv + 1);
    if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE) {
        fprintf(stderr, "cradle: cannot write to the standard output: %s\n", strerror(errno));
        return code == CLI_OK ? CLI_FAILURE : code;
    }
    return code;
}
