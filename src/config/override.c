/*
 * Overrides: PATH=VALUE, where PATH is KEY(.KEY | [INDEX])* and VALUE is YAML. The walk goes from the root, makes the
 * maps that are missing, turns a bare word into a map, and puts the value's content into the node at the end.
 */
#include "config/node.h"

#include <string.h>

#include "base/text.h"

static enum cr_status fail(struct cr_error *err, const char *path, const char *message)
{
    return cr_fail(err, CR_ERROR_CONFIG, "command line: %s: %s", path, message);
}

static bool is_word(const struct cr_node *node)
{
    double number;
    bool truth;
    return node->kind == CR_NODE_SCALAR && !node->tag && node->text[0] && strlen(node->text) <= CR_CONFIG_KEY &&
           !cr_text_float(node->text, &number) && !cr_text_bool(node->text, &truth);
}

/* A key of the map with nothing behind it. */
static struct cr_node *add_key(struct cr_config *config, struct cr_node *map, const char *key, const char *file)
{
    struct cr_node *child = cr_node_new(config, CR_NODE_NULL);
    if (!child)
        return NULL;
    child->key = key;
    child->file = file;
    child->path = cr_arena_format(config->arena, "%s%s%s", map->path, map->path[0] ? "." : "", key);
    if (!child->path)
        return NULL;
    cr_node_append(map, child);
    return child;
}

static enum cr_status become_map(struct cr_config *config, struct cr_node *node, const char *path, const char *key,
                                 struct cr_error *err)
{
    if (node->tag)
        return cr_fail(err, CR_ERROR_CONFIG, "command line: %s: %s is a search range (!%s); replace the whole of it",
                       path, node->path, node->tag);
    if (node->kind == CR_NODE_MAP)
        return CR_OK;
    if (node->kind == CR_NODE_SEQUENCE && node->count > 0)
        return cr_fail(err, CR_ERROR_CONFIG, "command line: %s: %s is a list: say which of %s[0] to %s[%d]", path,
                       node->path, node->path, node->path, node->count - 1);
    if (node->kind == CR_NODE_SEQUENCE)
        return cr_fail(err, CR_ERROR_CONFIG, "command line: %s: %s is an empty list", path, node->path);
    if (node->kind == CR_NODE_SCALAR && !is_word(node))
        return cr_fail(err, CR_ERROR_CONFIG,
                       "command line: %s: %s is \"%.*s\", which has no parts; replace it: %s={%s: ...}", path,
                       node->path, cr_text_fit(node->text, 80), node->text, node->path, key);
    const char *word = node->text;
    node->kind = CR_NODE_MAP;
    node->text = NULL;
    node->quoted = false;
    if (!word)
        return CR_OK;
    struct cr_node *child = add_key(config, node, word, node->file);
    if (!child)
        return cr_fail_memory(err);
    child->line = ((struct cr_node_full *)child)->key_line = node->line;
    child->column = ((struct cr_node_full *)child)->key_column = node->column;
    return CR_OK;
}

static enum cr_status step_key(struct cr_config *config, struct cr_node **node, const char *path, const char **at,
                               struct cr_error *err)
{
    size_t length = strcspn(*at, ".[]");
    if (length == 0)
        return fail(err, path, "an empty key (a path is key.key[index].key)");
    if (length > CR_CONFIG_KEY)
        return fail(err, path, "a key is too long");
    const char *key = cr_arena_format(config->arena, "%.*s", (int)length, *at);
    if (!key)
        return cr_fail_memory(err);
    CR_TRY(become_map(config, *node, path, key, err));
    struct cr_node *child = cr_node_child(*node, key);
    *node = child ? child : add_key(config, *node, key, "command line");
    *at += length;
    return *node ? CR_OK : cr_fail_memory(err);
}

static enum cr_status step_index(struct cr_node **node, const char *path, const char **at, struct cr_error *err)
{
    char digits[16];
    int64_t index;
    size_t length = strspn(*at, "0123456789");
    if (length == 0 || length >= sizeof digits || (*at)[length] != ']')
        return fail(err, path, "expected a number in brackets, as in model[0]");
    memcpy(digits, *at, length);
    digits[length] = 0;
    cr_text_int(digits, &index);
    *at += length + 1;
    const struct cr_node *list = *node;
    if (list->kind != CR_NODE_SEQUENCE)
        return cr_fail(err, CR_ERROR_CONFIG, "command line: %s: %s is %s, not a list", path, list->path,
                       list->kind == CR_NODE_MAP    ? "a map"
                       : list->kind == CR_NODE_NULL ? "empty"
                                                    : list->text);
    if (index >= list->count)
        return cr_fail(err, CR_ERROR_CONFIG, "command line: %s: %s has %d element%s, counted from 0; there is no [%s]",
                       path, list->path, list->count, list->count == 1 ? "" : "s", digits);
    for (*node = list->first; index > 0; index--)
        *node = (*node)->next;
    return CR_OK;
}

static enum cr_status walk(struct cr_config *config, const char *path, struct cr_node **node, struct cr_error *err)
{
    const char *at = path;
    *node = config->root;
    CR_TRY(step_key(config, node, path, &at, err));
    for (int depth = 1; *at; depth++) {
        if (depth > CR_CONFIG_DEPTH)
            return fail(err, path, "nested too deep");
        char c = *at++;
        if (c == '.')
            CR_TRY(step_key(config, node, path, &at, err));
        else if (c == '[')
            CR_TRY(step_index(node, path, &at, err));
        else
            return fail(err, path, "expected . or [ after an index");
    }
    return CR_OK;
}

enum cr_status cr_config_set(struct cr_config *config, const char *assignment, struct cr_error *err)
{
    const char *equals = strchr(assignment, '=');
    if (!equals)
        return fail(err, assignment, "no value; an override is path=value, as in train.epochs=10");
    if (equals == assignment)
        return fail(err, assignment, "no path before =; an override is path=value, as in train.epochs=10");
    const char *path = cr_arena_format(config->arena, "%.*s", (int)(equals - assignment), assignment);
    if (!path)
        return cr_fail_memory(err);
    struct cr_node *value, *node;
    CR_TRY(cr_yaml_parse(config, equals + 1, strlen(equals + 1), NULL, path, &value, err));
    CR_TRY(walk(config, path, &node, err));

    struct cr_node_full *to = (struct cr_node_full *)node;
    const struct cr_node_full *from = (const struct cr_node_full *)value;
    struct cr_node content = *value;
    content.key = node->key;
    content.path = node->path;
    content.next = node->next;
    to->node = content;
    to->last = from->last;
    to->key_line = to->key_column = 0;
    return cr_node_paths(config, node, err);
}
