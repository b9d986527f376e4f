/*
 * The texts of help, made from the commands' tables.
 */
#include <stdio.h>
#include <string.h>

#include <cradle/base.h>

#include "cli.h"

void cli_help_short(void)
{
    printf("cradle %s: trains neural networks on images\n\n", cr_version());
    printf("usage: cradle COMMAND [ARGUMENTS] [OPTIONS]\n\n");
    for (const struct cli_command *const *command = cli_commands; *command; command++)
        printf("  %-11s %s\n", (*command)->name, (*command)->help);
    printf("\nTo begin:\n"
           "  cradle train                  a network for handwritten digits, in seconds\n"
           "  cradle test runs/digits       how good it is on digits that it has not seen\n"
           "  cradle help train             everything about one command\n");
}

static void usage(const struct cli_command *command)
{
    printf("usage: cradle %s", command->name);
    for (const struct cli_argument *argument = command->arguments; argument && argument->name; argument++)
        printf(" %s%s%s%s", argument->optional ? "[" : "", argument->name, argument->many ? " ..." : "",
               argument->optional ? "]" : "");
    printf(" [OPTIONS]\n");
}

static void option(char letter, const char *name, const char *value, bool bare, const char *help)
{
    char left[48], short_name[8] = "";
    if (letter)
        snprintf(short_name, sizeof short_name, "-%c, ", letter);
    snprintf(left, sizeof left, "%s--%s%s%s%s", short_name, name,
             bare    ? "[="
             : value ? " "
                     : "",
             value ? value : "", bare ? "]" : "");
    printf("  %-14s %s\n", left, help);
}

void cli_help_command(const struct cli_command *command)
{
    printf("cradle %s: %s\n\n", command->name, command->help);
    usage(command);
    printf("\n");
    for (const struct cli_argument *argument = command->arguments; argument && argument->name; argument++)
        printf("  %-14s %s\n", argument->name, argument->help);
    if (command->arguments)
        printf("\n");
    for (const struct cli_option *o = command->options; o && o->name; o++)
        option(o->letter, o->name, o->value, o->bare != NULL, o->help);
    option(0, "help", NULL, false, "this text");
    if (command->more)
        printf("\n%s", command->more);
}
