/*
 * cradle/base.h - what every other part stands on: status and error message, the context, option tables and the
 * registries that hold them.
 *
 * Errors.    Every function that can fail returns an enum cr_status (CR_OK is 0) and takes a struct cr_error last. The
 *            message is one line in the user's words: where, what was found, what was expected. `err` may be NULL.
 * Ownership. Who calls _new or _open calls _free. Getters return borrowed pointers.
 * Threads.   A context may be used by one thread at a time unless a function says otherwise. There is no global state.
 */
#ifndef CRADLE_BASE_H
#define CRADLE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CR_API                  __attribute__((visibility("default")))
#define CR_PRINTF(index, first) __attribute__((format(printf, index, first)))
#else
#define CR_API
#define CR_PRINTF(index, first)
#endif

#define CR_VERSION "0.1.0"

/* The version of the library that is running, for example "0.1.0". */
CR_API const char *cr_version(void);

/* ------------------------------------------------------------------------------------------------ status and error */

enum cr_status {
    CR_OK = 0,
    CR_ERROR_ARGUMENT,    /* a value that the caller passed is not possible */
    CR_ERROR_MEMORY,      /* an allocation failed */
    CR_ERROR_IO,          /* a file could not be opened, read or written */
    CR_ERROR_FORMAT,      /* a file's content is not what it should be */
    CR_ERROR_CONFIG,      /* a config file or an override is wrong */
    CR_ERROR_SHAPE,       /* shapes do not fit together */
    CR_ERROR_BUSY,        /* another process holds the run */
    CR_ERROR_EXISTS,      /* what should be made is there already */
    CR_ERROR_UNSUPPORTED, /* known, but not possible on this machine or in this build */
    CR_ERROR_STOPPED,     /* the caller asked to stop */
};

struct cr_error {
    enum cr_status status;
    char message[1024]; /* UTF-8, no trailing newline; cut at the end where it would be longer */
};

/* Writes the message and returns `status`, so that a function can say: return cr_fail(err, CR_ERROR_IO, "...", ...). */
CR_API enum cr_status cr_fail(struct cr_error *err, enum cr_status status, const char *format, ...) CR_PRINTF(3, 4);

/* Puts text before the message that is there ("digits.yaml:14:5: " + message) and returns err->status. */
CR_API enum cr_status cr_fail_in(struct cr_error *err, enum cr_status status, const char *format, ...) CR_PRINTF(3, 4);

/* The message for a failed allocation. */
CR_API enum cr_status cr_fail_memory(struct cr_error *err);

/* Returns from the calling function where `call` fails. */
#define CR_TRY(call)                            \
    do {                                        \
        enum cr_status cr_try_status_ = (call); \
        if (cr_try_status_ != CR_OK)            \
            return cr_try_status_;              \
    } while (0)

/* Goes to the function's clean-up where `call` fails; needs `enum cr_status status` and a label `done`. */
#define CR_GO(call)          \
    do {                     \
        status = (call);     \
        if (status != CR_OK) \
            goto done;       \
    } while (0)

/* --------------------------------------------------------------------------------------------------------- context */

enum cr_log_level { CR_LOG_DEBUG, CR_LOG_INFO, CR_LOG_WARNING, CR_LOG_ERROR };

/* Called with one line of text without its newline, from the thread that uses the context. */
typedef void cr_log_function(void *user, enum cr_log_level level, const char *message);

struct cr_context_options {
    int threads;          /* threads in kernels; 0: as many as the machine has (or OMP_NUM_THREADS) */
    const char *cpu;      /* ref, baseline, avx2, avx512, neon; NULL: the CRADLE_CPU variable, else the best there is */
    cr_log_function *log; /* NULL: messages are dropped */
    void *log_user;
    void *(*allocate)(void *user, size_t size); /* large blocks (arenas, parameters, batches), 64-byte aligned; */
    void (*release)(void *user, void *block);   /* NULL: aligned_alloc and free */
    void *allocate_user;
};

struct cr_context;

/* `options` may be NULL. Fails where `threads` is out of 0..1024 or the CPU name is unknown or not possible here. */
CR_API enum cr_status cr_context_new(struct cr_context **context, const struct cr_context_options *options,
                                     struct cr_error *err);
CR_API void cr_context_free(struct cr_context *context);
CR_API int cr_context_threads(const struct cr_context *context);
CR_API const char *cr_context_cpu(const struct cr_context *context); /* the instruction set asked for; NULL: the best */
CR_API void cr_log(const struct cr_context *context, enum cr_log_level level, const char *format, ...) CR_PRINTF(3, 4);

/* --------------------------------------------------------------------------------------------------- option tables */

/*
 * An option table describes the fields of a struct: name, type, range, default, help. It is data, and serves to parse,
 * to check, to fill defaults, for `cradle list` and the docs, to write the config back, and as the search space.
 *
 *     struct conv { int64_t filters, kernel; const char *padding; };
 *     static const struct cr_option options[] = {
 *         CR_INT("filters", struct conv, filters, .min = 1, .help = "output channels"),
 *         CR_INT("kernel", struct conv, kernel, .min = 1, .def = 3, .help = "side of the window, pixels"),
 *         {0}};
 *
 * - An option whose default lies outside its range is required ("filters" above: 0 is below 1).
 * - Where max <= min there is no upper bound; where both are 0 there is no bound at all.
 * - A bare value in a file (`dense: 10`) sets the first option of the table.
 */
enum cr_option_type {
    CR_OPTION_INT,    /* int64_t; `names` may give words for special values (padding: same) */
    CR_OPTION_FLOAT,  /* double */
    CR_OPTION_BOOL,   /* bool */
    CR_OPTION_CHOICE, /* int: index into `names` by value */
    CR_OPTION_STRING, /* const char *, UTF-8; lives as long as the config; default `text`, NULL: required */
    CR_OPTION_LIST,   /* struct cr_list of numbers; min and max hold for each */
    CR_OPTION_NODE,   /* const struct cr_node *: the raw part of the file (nested layers); NULL where absent */
};

struct cr_name {
    const char *name; /* NULL ends the list */
    int64_t value;
};

struct cr_list {
    int64_t count;
    const double *items;
};

struct cr_option {
    const char *name; /* NULL ends the table */
    enum cr_option_type type;
    size_t offset; /* of the field in its struct */
    double min, max, def;
    const char *text;            /* the default of a string, or the name of a node's */
    const struct cr_name *names; /* the words of a choice, or of an int's special values */
    bool log;                    /* its natural scale is logarithmic (learning rates) */
    const char *kind;            /* of a node: the registry or section that it holds ("layers"), for the docs */
    const char *help;            /* one line */
};

#define CR_OPTION(word, T, struct_type, field, ...)                                  \
    {                                                                                \
        .name = word, .type = T, .offset = offsetof(struct_type, field), __VA_ARGS__ \
    }
#define CR_INT(word, s, field, ...)    CR_OPTION(word, CR_OPTION_INT, s, field, __VA_ARGS__)
#define CR_FLOAT(word, s, field, ...)  CR_OPTION(word, CR_OPTION_FLOAT, s, field, __VA_ARGS__)
#define CR_BOOL(word, s, field, ...)   CR_OPTION(word, CR_OPTION_BOOL, s, field, __VA_ARGS__)
#define CR_CHOICE(word, s, field, ...) CR_OPTION(word, CR_OPTION_CHOICE, s, field, __VA_ARGS__)
#define CR_STRING(word, s, field, ...) CR_OPTION(word, CR_OPTION_STRING, s, field, __VA_ARGS__)
#define CR_LIST(word, s, field, ...)   CR_OPTION(word, CR_OPTION_LIST, s, field, __VA_ARGS__)
#define CR_NODE(word, s, field, ...)   CR_OPTION(word, CR_OPTION_NODE, s, field, __VA_ARGS__)

/* Bytes of the struct that a table describes, a multiple of 16; 16 for NULL. */
CR_API size_t cr_options_size(const struct cr_option *options);
/* Fills `values` with the defaults (lists empty, nodes NULL; required options get the value of `def`). */
CR_API void cr_options_default(const struct cr_option *options, void *values);
CR_API bool cr_option_required(const struct cr_option *option);
/* Writes type, range and default as one phrase: "int >= 1, required", "float 0..1, default 0.5 (log)". */
CR_API void cr_option_describe(const struct cr_option *option, char *text, size_t size);

/* -------------------------------------------------------------------------------------------------------- registries
 */

/*
 * What can be named in a config file or on the command line: layers, ops, inits, optimizers, ... Every such thing is
 * one file that ends in one const struct whose first member is a struct cr_entry, and one line in its folder's .def
 * list.
 */
struct cr_entry {
    const char *name; /* lower case with hyphens */
    const char *help; /* one line, with the source where there is one */
    const struct cr_option *options;
};

struct cr_registry {
    const char *kind;                      /* plural: "layers" */
    const char *singular;                  /* for messages: "layer" */
    const struct cr_entry *const *entries; /* ends in NULL */
};

/* The entry of that name, or NULL. */
CR_API const struct cr_entry *cr_registry_find(const struct cr_registry *registry, const char *name);

/*
 * The word of `words` (ends in NULL) that `word` was most likely meant to be, or NULL where none is near: at most a
 * third of its letters wrong, missing, too many or swapped.
 */
CR_API const char *cr_nearest_word(const char *word, const char *const *words);

#ifdef __cplusplus
}
#endif
#endif
