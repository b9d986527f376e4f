/*
 * The tree of nodes: making, finding, paths, and messages that name the place.
 */
#include "config/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct cr_node *cr_node_new(struct cr_config *config, enum cr_node_kind kind)
{
    struct cr_node_full *full = cr_arena_alloc(config->arena, sizeof *full);
    if (!full)
        return NULL;
    full->node.kind = kind;
    full->node.path = "";
    return &full->node;
}

void cr_node_append(struct cr_node *parent, struct cr_node *child)
{
    struct cr_node_full *full = (struct cr_node_full *)parent;
    child->next = NULL;
    if (parent->first)
        full->last->next = child;
    else
        parent->first = child;
    full->last = child;
    parent->count++;
}

struct cr_node *cr_node_child(const struct cr_node *node, const char *key)
{
    if (!node || node->kind != CR_NODE_MAP)
        return NULL;
    for (struct cr_node *child = node->first; child; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

const struct cr_node *cr_node_get(const struct cr_node *node, const char *key)
{
    return cr_node_child(node, key);
}

enum cr_status cr_node_paths(struct cr_config *config, struct cr_node *node, struct cr_error *err)
{
    int index = 0;
    for (struct cr_node *child = node->first; child; child = child->next) {
        child->path = node->kind == CR_NODE_MAP
                          ? cr_arena_format(config->arena, "%s%s%s", node->path, node->path[0] ? "." : "", child->key)
                          : cr_arena_format(config->arena, "%s[%d]", node->path, index++);
        if (!child->path)
            return cr_fail_memory(err);
        CR_TRY(cr_node_paths(config, child, err));
    }
    return CR_OK;
}

static enum cr_status fail_at(const struct cr_node *node, int line, int column, struct cr_error *err,
                              const char *format, va_list arguments)
{
    if (!err)
        return CR_ERROR_CONFIG;
    char message[sizeof err->message];
    cr_text_vformat(message, sizeof message, format, arguments);
    if (!node)
        return cr_fail(err, CR_ERROR_CONFIG, "%s", message);
    char position[32] = "";
    if (line > 0)
        snprintf(position, sizeof position, ":%d:%d", line, column);
    return cr_fail(err, CR_ERROR_CONFIG, "%s%s: %s%s%s", node->file, position, node->path, node->path[0] ? ": " : "",
                   message);
}

enum cr_status cr_node_fail(const struct cr_node *node, struct cr_error *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    enum cr_status status = fail_at(node, node ? node->line : 0, node ? node->column : 0, err, format, arguments);
    va_end(arguments);
    return status;
}

enum cr_status cr_node_fail_key(const struct cr_node *node, struct cr_error *err, const char *format, ...)
{
    const struct cr_node_full *full = (const struct cr_node_full *)node;
    va_list arguments;
    va_start(arguments, format);
    enum cr_status status = fail_at(node, full->key_line, full->key_column, err, format, arguments);
    va_end(arguments);
    return status;
}

const struct cr_node *cr_config_root(const struct cr_config *config)
{
    return config->root;
}

void cr_config_free(struct cr_config *config)
{
    if (!config)
        return;
    cr_arena_free(config->arena);
    free(config);
}
