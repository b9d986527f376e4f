/*
 * cradle list [NAME] [--names]
 */
#include <stdio.h>
#include <string.h>

#include <cradle/babysit.h>
#include <cradle/tune.h>
#include <cradle/export.h>

#include "cli.h"

struct list_values {
    bool names;
};

static const struct kind {
    const struct cr_registry *registry;
    const char *help;
} kinds[] = {
    {&cr_sections, "what a config file is made of"},
    {&cr_layers, "what a model is made of"},
    {&cr_ops, "what layers become: the steps of a network's computation"},
    {&cr_inits, "how weights begin"},
    {&cr_losses, "what training makes small"},
    {&cr_metrics, "how good answers are; each loss has those that fit it"},
    {&cr_optimizers, "how weights follow the gradient"},
    {&cr_schedules, "how the learning rate changes over the epochs"},
    {&cr_checks, "what the babysitter looks at"},
    {&cr_formats, "where pictures come from"},
    {&cr_rules, "how the answers of several networks become one"},
    {&cr_views, "what test-time augmentation shows of a picture"},
    {&cr_samplers, "how a search proposes values"},
    {&cr_pruners, "how a search ends trials early"},
    {&cr_augments, "how pictures are changed while training"},
    {&cr_exports, "what a run can be exported as"},
    {&cr_whitenings, "how the numbers of a sample are decorrelated"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* The kinds, and behind them the names of all entries. */
static const char *word(int index)
{
    if (index < KINDS)
        return kinds[index].registry->kind;
    index -= KINDS;
    for (int i = 0; i < KINDS; i++)
        for (const struct cr_entry *const *entry = kinds[i].registry->entries; *entry; entry++)
            if (index-- == 0)
                return (*entry)->name;
    return NULL;
}

static void tell_kinds(bool names)
{
    for (int i = 0; i < KINDS; i++) {
        if (names)
            printf("%s\n", kinds[i].registry->kind);
        else
            printf("%-11s %s\n", kinds[i].registry->kind, kinds[i].help);
    }
    if (!names)
        printf("\nMore: cradle list layers, or one of them: cradle list conv\n");
}

static void tell_options(const struct cr_option *options)
{
    int names = 0, types = 0;
    char type[160];
    for (const struct cr_option *option = options; option && option->name; option++) {
        cr_option_describe(option, type, sizeof type);
        names = (int)strlen(option->name) > names ? (int)strlen(option->name) : names;
        types = (int)strlen(type) > types ? (int)strlen(type) : types;
    }
    for (const struct cr_option *option = options; option && option->name; option++) {
        cr_option_describe(option, type, sizeof type);
        printf("    %-*s  %-*s  %s\n", names, option->name, types, type, option->help ? option->help : "");
    }
}

/* All of a kind, or what has this name, of whichever kind: "layer conv: ...". */
static void tell_kind(const struct cr_registry *registry, const char *asked, bool names)
{
    bool all = strcmp(registry->kind, asked) == 0;
    for (const struct cr_entry *const *entry = registry->entries; *entry; entry++) {
        if (!all && strcmp((*entry)->name, asked) != 0)
            continue;
        if (names) {
            printf("%s\n", (*entry)->name);
            continue;
        }
        printf("%s%s%s: %s\n", all ? "" : registry->singular, all ? "" : " ", (*entry)->name, (*entry)->help);
        tell_options((*entry)->options);
    }
}

static int run(const struct cli_call *call)
{
    const struct list_values *values = call->values;
    if (call->count == 0)
        tell_kinds(values->names);
    for (int i = 0; call->count > 0 && i < KINDS; i++)
        tell_kind(kinds[i].registry, call->arguments[0], values->names);
    return CLI_OK;
}

static const struct cli_argument arguments[] = {
    {.name = "NAME",
     .type = CLI_WORD,
     .optional = true,
     .word = word,
     .what = "name",
     .help = "sections, layers, losses, optimizers, augments, ... or one of them: conv, adamw, train"},
    {0}};

static const struct cli_option options[] = {{.name = "names",
                                             .type = CLI_SWITCH,
                                             .offset = offsetof(struct list_values, names),
                                             .help = "the names alone, one a line"},
                                            {0}};

const struct cli_command cmd_list = {
    .name = "list",
    .help = "lists what a config file can name, with all options",
    .more = "  cradle list\n"
            "  cradle list optimizers\n"
            "  cradle list layers --names\n"
            "  cradle list train\n",
    .arguments = arguments,
    .options = options,
    .size = sizeof(struct list_values),
    .run = run,
};
