/*
 * The program's own few types: a command is a table of what may stand behind its name, and a function. The same tables
 * serve the parser, the messages about wrong usage, --help and the completion of the shell.
 *
 * A command is one file cmd_NAME.c that ends in `const struct cli_command cmd_NAME`, and one line in commands.def.
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit status. A training that was stopped by signal s ends with 128 + s. */
enum { CLI_OK = 0, CLI_FAILURE = 1, CLI_USAGE = 2 };

enum cli_type {
    CLI_SWITCH, /* an option without a value: bool */
    CLI_NUMBER, /* int64_t, min..max */
    CLI_TEXT,   /* const char *, as are all below */
    CLI_FILE,
    CLI_FOLDER,
    CLI_WORD, /* one of `word` */
};

/* The i-th of the words that are possible, NULL behind the last. */
typedef const char *cli_words(int index);

struct cli_option {
    const char *name;  /* without "--"; NULL ends the table */
    const char *value; /* what help calls that which stands behind it; NULL for a switch */
    enum cli_type type;
    size_t offset; /* of the field in the command's values */
    int64_t min, max, def;
    const char *help;
    char letter;      /* a short name, as in -j 4; 0: none */
    const char *bare; /* the value where none stands behind a "="; NULL: it needs one */
    cli_words *word;  /* of CLI_WORD */
    const char *also; /* what others call it, "output folder": who types that is told this name; NULL: nothing */
};

/* What an argument is where the first of all is `first`: the completion offers this instead. */
struct cli_case {
    const char *first; /* NULL ends the table */
    enum cli_type type;
    cli_words *word;
};

struct cli_argument {
    const char *name; /* as in the usage line; NULL ends the table */
    enum cli_type type;
    const struct cli_case *cases; /* NULL: none */
    bool optional;
    bool many; /* the last: one or more, or none where it is optional */
    cli_words *word;
    const char *what; /* of a word, for messages: "kind" */
    const char *help;
};

struct cli_call {
    const struct cli_command *command;
    const void *values; /* the struct that the option table describes */
    int count;
    const char *const *arguments; /* [count], ends in NULL */
};

struct cli_command {
    const char *name;
    const char *help;                     /* one line */
    const char *more;                     /* paragraphs for --help, with examples; each line ends in \n */
    const struct cli_argument *arguments; /* NULL: none */
    const struct cli_option *options;     /* NULL: none but --help */
    size_t size;                          /* of the values */
    int (*run)(const struct cli_call *call);
};

/* Ends in NULL; in the order of help. */
extern const struct cli_command *const cli_commands[];
const struct cli_command *cli_command_find(const char *name);
const char *cli_command_word(int index); /* cli_words of the commands' names */

/* The options of commands that compute: first member of their values, first entries of their tables. */
struct cli_common {
    int64_t threads, workers;
};
#define CLI_COMMON(word, ...)                                                                                     \
    {                                                                                                             \
        .name = #word, .value = "N", .type = CLI_NUMBER, .offset = offsetof(struct cli_common, word), __VA_ARGS__ \
    }
#define CLI_THREADS                            \
    CLI_COMMON(threads, .min = 1, .max = 1024, \
               .help = "threads that compute (default: as many as the machine has); results do not depend on it")
#define CLI_WORKERS \
    CLI_COMMON(workers, .max = 256, .def = 2, .help = "threads beside them that load pictures (default: 2)")

/*
 * Parses what stands behind the command's name into `values` (command->size bytes) and the list of arguments. Returns
 * CLI_USAGE after a message on the standard error, else CLI_OK. `help` is set where --help or -h was among them; then
 * nothing else is checked. `arguments` has room for `count` + 1 pointers.
 */
int cli_parse(const struct cli_command *command, int count, char *const *words, void *values, const char **arguments,
              int *argument_count, bool *help);

/* "cradle NAME: MESSAGE" and where help is to be found, on the standard error; returns CLI_USAGE. */
int cli_usage_fail(const struct cli_command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* `word` is none of `words`: as above, with the nearest. */
int cli_word_fail(const struct cli_command *command, const char *what, const char *word, cli_words *words);

bool cli_is_folder(const char *path);

void cli_help_short(void);
void cli_help_command(const struct cli_command *command);

#endif
