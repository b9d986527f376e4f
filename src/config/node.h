/*
 * Inside of a config: one arena that holds every node, and the tree's root. Nodes are never shared between two places
 * of the tree (an alias is copied), so an override may change one in place.
 */
#ifndef CR_CONFIG_NODE_H
#define CR_CONFIG_NODE_H

#include <cradle/config.h>

#include "base/arena.h"

enum {
    CR_CONFIG_DEPTH = 40, /* levels of nesting; with aliases and overrides no path becomes longer */
    CR_CONFIG_KEY = 128,  /* bytes of a key */
};

struct cr_config {
    struct cr_arena *arena;
    struct cr_node *root;
};

/* Every node is one of these; callers see the first member. */
struct cr_node_full {
    struct cr_node node;
    struct cr_node *last; /* child */
    int key_line, key_column;
};

struct cr_node *cr_node_new(struct cr_config *config, enum cr_node_kind kind); /* NULL without memory */
void cr_node_append(struct cr_node *parent, struct cr_node *child);
/* A config of one key, whose value is `text` in YAML: a choice that does not come from a file. */
enum cr_status cr_config_parse_value(struct cr_config **config, const char *key, const char *text,
                                     const struct cr_node **node, struct cr_error *err);
/* A twin of a node, of any config, in `config`; its paths are to be set. */
enum cr_status cr_node_copy(struct cr_config *config, const struct cr_node *node, struct cr_node **made,
                            struct cr_error *err);
/* The same for a whole config, without one key of its root (NULL: with all). */
enum cr_status cr_config_copy(struct cr_config **made, const struct cr_config *config, const char *without,
                              struct cr_error *err);
/* An override as cr_config_set makes it, of a node of this or another config: messages name its place. */
enum cr_status cr_config_put(struct cr_config *config, const char *path, const struct cr_node *value,
                             struct cr_error *err);
/* The child of a map, to be changed. */
struct cr_node *cr_node_child(const struct cr_node *node, const char *key);
/* Sets the paths of all below `node`, whose own path is set. */
enum cr_status cr_node_paths(struct cr_config *config, struct cr_node *node, struct cr_error *err);
/* As cr_node_fail, at the key instead of the value. */
enum cr_status cr_node_fail_key(const struct cr_node *node, struct cr_error *err, const char *format, ...)
    CR_PRINTF(3, 4);

/*
 * Builds nodes from YAML text. With `file` positions are kept and messages begin "file:line:column: "; where it is NULL
 * the text is an override of `path`, without positions: "command line: path: ".
 */
enum cr_status cr_yaml_parse(struct cr_config *config, const char *yaml, size_t size, const char *file,
                             const char *path, struct cr_node **root, struct cr_error *err);

#endif
