/*
 * cradle/config.h - config files: YAML read into nodes that know their position, overrides by path, and the binding of
 * a node to an option table. Mechanism only: every later folder owns the option table of its own section.
 *
 * A node lives in its config and as long as it. Positions count from 1. Nodes are read-only to callers but for
 * cr_config_set. Numbers are read and written alike under every locale.
 */
#ifndef CRADLE_CONFIG_H
#define CRADLE_CONFIG_H

#include <cradle/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cr_node_kind { CR_NODE_NULL, CR_NODE_SCALAR, CR_NODE_SEQUENCE, CR_NODE_MAP };

struct cr_node {
    enum cr_node_kind kind;
    const char *key;  /* in its map; NULL elsewhere */
    const char *text; /* of a scalar */
    bool quoted;      /* the scalar stood in quotes: never a number, a bool or null */
    const char *tag;  /* a local tag without its "!" ("log", "choice"); NULL: none */
    const char *file; /* as it was opened, or "command line" */
    int line, column;
    const char *path;             /* from the root: "train.optimizer.sgd.lr", "model[3].conv" */
    struct cr_node *first, *next; /* children in order; the next sibling */
    int count;                    /* children */
};

struct cr_config;

/* Errors name file:line:column and what was expected. Aliases and anchors work; duplicate keys are refused. */
CR_API enum cr_status cr_config_open(struct cr_config **config, const char *file, struct cr_error *err);
CR_API enum cr_status cr_config_parse(struct cr_config **config, const char *yaml, const char *name,
                                      struct cr_error *err);
CR_API void cr_config_free(struct cr_config *config);
CR_API const struct cr_node *cr_config_root(const struct cr_config *config);

/*
 * One override, as typed: `train.optimizer.sgd.lr=0.01`, `model[3].conv.filters=64`, `data.source=mnist`. The value is
 * YAML. Maps on the way are made where they are missing; a bare word on the way becomes a map (`optimizer: sgd` with
 * `train.optimizer.sgd.lr=0.1` is {sgd: {lr: 0.1}}); a list index must exist.
 */
CR_API enum cr_status cr_config_set(struct cr_config *config, const char *assignment, struct cr_error *err);

/* The child of a map by key, or NULL; NULL also where `node` is NULL or no map. */
CR_API const struct cr_node *cr_node_get(const struct cr_node *node, const char *key);
/* A failure at this node: "FILE:LINE:COLUMN: PATH: message". A NULL node gives the message alone. */
CR_API enum cr_status cr_node_fail(const struct cr_node *node, struct cr_error *err, const char *format, ...)
    CR_PRINTF(3, 4);

/*
 * Fills `values` (a struct of cr_options_size bytes) from `node` by the table: defaults first, then what the node says.
 * NULL or a null node: all defaults. A map: its keys are options, an unknown one is an error with the nearest name. A
 * scalar or a sequence: the value of the first option. A search tag is an error here ("is a search range: use cradle
 * tune"). Strings, lists and nodes point into the config.
 */
CR_API enum cr_status cr_bind(const struct cr_config *config, const struct cr_option *options,
                              const struct cr_node *node, void *values, struct cr_error *err);

/*
 * A node that names an entry of a registry and its options: `relu`, `dense: 10`, `conv: {filters: 3}` (a bare word, or
 * a map with one key). `options` is the node to bind, NULL for a bare word. An unknown name is an error with the
 * nearest.
 */
CR_API enum cr_status cr_bind_entry(const struct cr_registry *registry, const struct cr_node *node,
                                    const struct cr_entry **entry, const struct cr_node **options,
                                    struct cr_error *err);

/* Both in one: finds the entry, allocates its values in the config and binds them. */
CR_API enum cr_status cr_bind_choice(struct cr_config *config, const struct cr_registry *registry,
                                     const struct cr_node *node, const struct cr_entry **entry, const void **values,
                                     struct cr_error *err);

/* ---------------------------------------------------------------------------------------------------------- writing */

/* YAML text that grows; every call may fail only for memory, which cr_writer_take reports. */
struct cr_writer;
CR_API struct cr_writer *cr_writer_new(void); /* NULL without memory */
CR_API void cr_writer_free(struct cr_writer *writer);
/* `key:` and what follows one level deeper, until the matching end. */
CR_API void cr_writer_begin(struct cr_writer *writer, const char *key);
CR_API void cr_writer_end(struct cr_writer *writer);
/* `key: text`, quoted where YAML needs it. */
CR_API void cr_writer_scalar(struct cr_writer *writer, const char *key, const char *text);
/* Every option of a table with its value, in the table's order; nodes are written as they were read. */
CR_API void cr_writer_options(struct cr_writer *writer, const struct cr_option *options, const void *values);
/* `key: {name: {options}}`, one option a line. */
CR_API void cr_writer_choice(struct cr_writer *writer, const char *key, const struct cr_entry *entry,
                             const void *values);
/* `key:` with a node as it was read. */
CR_API void cr_writer_node(struct cr_writer *writer, const char *key, const struct cr_node *node);
/* The text, owned by the caller (free), or CR_ERROR_MEMORY. */
CR_API enum cr_status cr_writer_take(struct cr_writer *writer, char **text, struct cr_error *err);

#ifdef __cplusplus
}
#endif
#endif
