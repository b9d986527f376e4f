/*
 * What stands behind a command's name: options (--name VALUE, --name=VALUE, switches) and arguments in any order; "--"
 * ends the options. Everything comes from the command's tables.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cradle/base.h>

#include "cli.h"

enum { WORDS_MAX = 512, WORDS_TOLD = 32 };

static int fail_tail(const struct cli_command *command)
{
    fprintf(stderr, "Try: cradle%s%s --help\n", command ? " " : "", command ? command->name : "");
    return CLI_USAGE;
}

int cli_usage_fail(const struct cli_command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "cradle%s%s: ", command ? " " : "", command ? command->name : "");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return fail_tail(command);
}

/* `hint` stands behind the list of what there is. */
static int fail_unknown(const struct cli_command *command, const char *what, const char *word,
                        const char *const *possible, const char *hint)
{
    const char *nearest = cr_nearest_word(word, possible);
    char all[400] = "";
    size_t used = 0;
    int count = 0;
    while (possible[count])
        count++;
    if (nearest)
        return cli_usage_fail(command, "unknown %s %s; did you mean %s?", what, word, nearest);
    if (count > WORDS_TOLD)
        return cli_usage_fail(command, "unknown %s %s", what, word);
    for (; *possible && used < sizeof all; possible++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", *possible);
    return cli_usage_fail(command, "unknown %s %s (there are: %s)%s", what, word, all, hint);
}

bool cli_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int cli_word_fail(const struct cli_command *command, const char *what, const char *word, cli_words *words)
{
    const char *possible[WORDS_MAX + 1] = {0};
    for (int i = 0; i < WORDS_MAX && words(i); i++)
        possible[i] = words(i);
    return fail_unknown(command, what, word, possible, "");
}

/* `word` is one of `words`, which blanks part. */
static bool is_among(const char *word, const char *words)
{
    size_t length = strlen(word);
    while (words && *words) {
        size_t next = strcspn(words, " ");
        if (next == length && memcmp(words, word, length) == 0)
            return true;
        words += next + strspn(words + next, " ");
    }
    return false;
}

/* The option that others call so. */
static const struct cli_option *find_other(const struct cli_command *command, const char *word)
{
    const struct cli_option *option = command->options;
    while (option && option->name && !is_among(word, option->also))
        option++;
    return option && option->name ? option : NULL;
}

/* It takes PATH=VALUE: what other programs have options for stands in its config. */
static bool takes_settings(const struct cli_command *command)
{
    const struct cli_argument *argument = command->arguments;
    while (argument && argument->name && strcmp(argument->name, "PATH=VALUE") != 0)
        argument++;
    return argument && argument->name;
}

static int fail_option(const struct cli_command *command, const char *word)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    bool is_long = name[1] == '-';
    const struct cli_option *other = is_long ? find_other(command, name + 2) : NULL;
    if (other)
        return cli_usage_fail(command, "unknown option %s; did you mean --%s?", name, other->name);
    char spelled[WORDS_MAX][40];
    const char *possible[WORDS_MAX + 2] = {"--help"};
    for (int i = 0; command->options && i < WORDS_MAX && command->options[i].name; i++) {
        snprintf(spelled[i], sizeof spelled[i], "--%s", command->options[i].name);
        possible[i + 1] = spelled[i];
    }
    return fail_unknown(command, "option", name, possible,
                        is_long && takes_settings(command)
                            ? "; what stands in the config is set without dashes, as in train.epochs=5"
                            : "");
}

/* The option that `word` ("--run", "--run=x") names; `value` is what stands behind its "=", or NULL. */
static const struct cli_option *find(const struct cli_command *command, const char *word, const char **value)
{
    const char *name = word + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    *value = equals ? equals + 1 : NULL;
    for (const struct cli_option *option = command->options; option && option->name; option++)
        if (strlen(option->name) == length && memcmp(option->name, name, length) == 0)
            return option;
    return NULL;
}

static bool is_word(cli_words *words, const char *text)
{
    int w = 0;
    while (words(w) && strcmp(words(w), text) != 0)
        w++;
    return words(w) != NULL;
}

static int store(const struct cli_command *command, const struct cli_option *option, const char *text, void *values)
{
    void *field = (char *)values + option->offset;
    if (option->type != CLI_NUMBER) {
        if (!text[0])
            return cli_usage_fail(command, "--%s: expected %s, found nothing", option->name, option->value);
        if (option->word && !is_word(option->word, text))
            return cli_word_fail(command, option->name, text, option->word);
        memcpy(field, &text, sizeof text);
        return CLI_OK;
    }
    char *end;
    errno = 0;
    int64_t number = strtoll(text, &end, 10);
    if (end == text || *end || errno || number < option->min || number > option->max)
        return cli_usage_fail(command, "--%s %s: expected a whole number %lld..%lld", option->name, text,
                              (long long)option->min, (long long)option->max);
    memcpy(field, &number, sizeof number);
    return CLI_OK;
}

/* "-j", "-j4": the option of that letter; `value` is what stands behind it in the word, or NULL. */
static const struct cli_option *find_letter(const struct cli_command *command, const char *word, const char **value)
{
    *value = word[2] ? word + 2 : NULL;
    for (const struct cli_option *option = command->options; option && option->name; option++)
        if (option->letter == word[1])
            return option;
    return NULL;
}

/* One option at words[*at]; moves on past its value. */
static int take_option(const struct cli_command *command, int count, char *const *words, int *at, void *values)
{
    const char *value;
    const struct cli_option *option = strncmp(words[*at], "--", 2) == 0 ? find(command, words[*at], &value)
                                                                        : find_letter(command, words[*at], &value);
    if (!option)
        return fail_option(command, words[*at]);
    if (option->type == CLI_SWITCH) {
        if (value)
            return cli_usage_fail(command, "--%s takes no value", option->name);
        memcpy((char *)values + option->offset, &(bool){true}, sizeof(bool));
        return CLI_OK;
    }
    if (!value && option->bare)
        value = option->bare;
    if (!value) {
        if (*at + 1 == count)
            return cli_usage_fail(command, "--%s needs a value: --%s %s", option->name, option->name, option->value);
        value = words[++*at];
    }
    return store(command, option, value, values);
}

static int check_arguments(const struct cli_command *command, int count, const char *const *arguments)
{
    const struct cli_argument *expected = command->arguments;
    int i = 0;
    for (; expected && expected->name; expected++) {
        if (i == count && !expected->optional)
            return cli_usage_fail(command, "%s is missing", expected->name);
        if (i < count && expected->type == CLI_WORD && expected->word && !is_word(expected->word, arguments[i]))
            return cli_word_fail(command, expected->what, arguments[i], expected->word);
        i = expected->many ? count : i < count ? i + 1 : i;
    }
    if (i < count)
        return cli_usage_fail(command, "unexpected argument %s", arguments[i]);
    return CLI_OK;
}

int cli_parse(const struct cli_command *command, int count, char *const *words, void *values, const char **arguments,
              int *argument_count, bool *help)
{
    bool options = true;
    int taken = 0;
    *help = false;
    *argument_count = 0;
    for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++)
        if (!strcmp(words[i], "--help") || !strcmp(words[i], "-h")) {
            *help = true;
            return CLI_OK;
        }
    for (const struct cli_option *option = command->options; option && option->name; option++)
        if (option->type == CLI_NUMBER)
            memcpy((char *)values + option->offset, &option->def, sizeof option->def);
    for (int i = 0; i < count; i++) {
        if (options && !strcmp(words[i], "--")) {
            options = false;
        } else if (options && words[i][0] == '-' && words[i][1]) {
            int code = take_option(command, count, words, &i, values);
            if (code != CLI_OK)
                return code;
        } else {
            arguments[taken++] = words[i];
        }
    }
    *argument_count = taken;
    return check_arguments(command, taken, arguments);
}
