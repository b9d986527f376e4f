/*
 * cradle completion bash: a script that completes commands, options and arguments, made from the commands' tables.
 *
 * The script finds the spot where the cursor is: "" (the command), "options", COMMAND:--OPTION (its value) or
 * COMMAND:N (its N-th argument; COMMAND:N:FIRST where that depends on the first), and one list says what may stand at
 * each.
 */
#include <stdio.h>

#include "cli.h"

static const char head[] =
    "# Completion of cradle in bash: eval \"$(cradle completion bash)\"\n"
    "_cradle() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
    "    local options='--help --version' takes='' place=1 first='' spot i action\n"
    "    case $command in\n";

static const char middle[] = "    esac\n"
                             "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
                             "        if [[ ${COMP_WORDS[i]} != -* && $takes != *\" ${COMP_WORDS[i-1]} \"* ]]; then\n"
                             "            place=$((place + 1)) first=${first:-${COMP_WORDS[i]}}\n"
                             "        fi\n"
                             "    done\n"
                             "    spot=$command:$place\n"
                             "    if [ \"$COMP_CWORD\" = 1 ]; then spot=''; fi\n"
                             "    if [[ $cur == -* ]]; then spot=options; fi\n"
                             "    if [[ $takes == *\" $prev \"* ]]; then spot=$command:$prev; fi\n"
                             "    case $spot:$first in\n";

static const char last[] = "    esac\n"
                           "    action=(-W '')\n"
                           "    case $spot in\n"
                           "    options) action=(-W \"$options\") ;;\n";

static const char tail[] =
    "    esac\n"
    "    case ${action[0]} in -d | -f) compopt -o filenames 2>/dev/null ;; esac\n"
    "    COMPREPLY=()\n"
    "    while IFS= read -r i; do COMPREPLY+=(\"$i\"); done < <(compgen \"${action[@]}\" -- \"$cur\")\n"
    "}\n"
    "complete -F _cradle cradle\n";

static void tell_options(const struct cli_command *command)
{
    printf("    %s) options='", command->name);
    for (const struct cli_option *option = command->options; option && option->name; option++)
        printf("--%s ", option->name);
    printf("--help' takes=' ");
    for (const struct cli_option *option = command->options; option && option->name; option++)
        if (option->type != CLI_SWITCH && !option->bare)
            printf("--%s ", option->name);
    printf("' ;;\n");
}

/* What compgen is told, and the end of the spot's line. */
static void tell_action(enum cli_type type, cli_words *word)
{
    printf(") action=(%s", type == CLI_FILE ? "-f" : type == CLI_FOLDER ? "-d" : "");
    if (word) {
        printf("%s-W '", type == CLI_WORD ? "" : " ");
        for (int i = 0; word(i); i++)
            printf("%s%s", i ? " " : "", word(i));
        printf("'");
    }
    printf(") ;;\n");
}

/* The spots that depend on the first argument get names of their own. */
static void tell_cases(const struct cli_command *command)
{
    int place = 1;
    for (const struct cli_argument *argument = command->arguments; argument && argument->name; argument++, place++)
        for (const struct cli_case *at = argument->cases; at && at->first; at++)
            printf("    %s:%d:%s) spot=$spot:$first ;;\n", command->name, place, at->first);
}

static void tell_spots(const struct cli_command *command)
{
    int place = 1;
    for (const struct cli_option *option = command->options; option && option->name; option++)
        if (option->type == CLI_FILE || option->type == CLI_FOLDER || (option->type == CLI_WORD && !option->bare)) {
            printf("    %s:--%s", command->name, option->name);
            tell_action(option->type, option->word);
        }
    for (const struct cli_argument *argument = command->arguments; argument && argument->name; argument++, place++) {
        for (const struct cli_case *at = argument->cases; at && at->first; at++) {
            printf("    %s:%d:%s", command->name, place, at->first);
            tell_action(at->type, at->word);
        }
        if (argument->type == CLI_TEXT)
            continue;
        if (argument->many)
            printf("    %s:[0-9]*", command->name);
        else
            printf("    %s:%d", command->name, place);
        tell_action(argument->type, argument->word);
    }
}

static int run(const struct cli_call *call)
{
    (void)call;
    fputs(head, stdout);
    for (const struct cli_command *const *command = cli_commands; *command; command++)
        tell_options(*command);
    fputs(middle, stdout);
    for (const struct cli_command *const *command = cli_commands; *command; command++)
        tell_cases(*command);
    fputs(last, stdout);
    printf("    ''");
    tell_action(CLI_WORD, cli_command_word);
    for (const struct cli_command *const *command = cli_commands; *command; command++)
        tell_spots(*command);
    fputs(tail, stdout);
    return CLI_OK;
}

static const char *shell(int index)
{
    return index == 0 ? "bash" : NULL;
}

static const struct cli_argument arguments[] = {
    {.name = "SHELL", .type = CLI_WORD, .word = shell, .what = "shell", .help = "bash"}, {0}};

const struct cli_command cmd_completion = {
    .name = "completion",
    .help = "prints a script that completes commands in the shell",
    .more = "  eval \"$(cradle completion bash)\"                      in this shell\n"
            "  cradle completion bash > ~/.local/share/bash-completion/completions/cradle\n",
    .arguments = arguments,
    .run = run,
};
