/*
 * Overrides: PATH=VALUE, where PATH is KEY(.KEY | [INDEX])* and VALUE is YAML, or a node of a file. The walk goes from
 * the root, makes the maps that are missing, turns a bare word into a map, and puts the value's content into the node
 * at the end.
 */
#include "config/node.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

struct override {
    struct cr_config *config;
    const char *file; /* where it was given: the command line, or a line and column of a file */
    int line, column;
    const char *path;
    struct cr_error *err;
};

static enum cr_status fail(const struct override *o, const char *format, ...) CR_PRINTF(2, 3);
static enum cr_status fail(const struct override *o, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    cr_text_vformat(message, sizeof message, format, arguments);
    va_end(arguments);
    if (o->line == 0)
        return cr_fail(o->err, CR_ERROR_CONFIG, "%s: %s: %s", o->file, o->path, message);
    return cr_fail(o->err, CR_ERROR_CONFIG, "%s:%d:%d: %s: %s", o->file, o->line, o->column, o->path, message);
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

static void set_position(struct cr_node *node, int line, int column)
{
    struct cr_node_full *full = (struct cr_node_full *)node;
    node->line = full->key_line = line;
    node->column = full->key_column = column;
}

static enum cr_status become_map(const struct override *o, struct cr_node *node, const char *key)
{
    if (node->tag)
        return fail(o, "%s is a search range (!%s); replace the whole of it", node->path, node->tag);
    if (node->kind == CR_NODE_MAP)
        return CR_OK;
    if (node->kind == CR_NODE_SEQUENCE && node->count > 0)
        return fail(o, "%s is a list: say which of %s[0] to %s[%d]", node->path, node->path, node->path,
                    node->count - 1);
    if (node->kind == CR_NODE_SEQUENCE)
        return fail(o, "%s is an empty list", node->path);
    if (node->kind == CR_NODE_SCALAR && !is_word(node))
        return fail(o, "%s is \"%.*s\", which has no parts; replace it: %s={%s: ...}", node->path,
                    cr_text_fit(node->text, 80), node->text, node->path, key);
    const char *word = node->text;
    node->kind = CR_NODE_MAP;
    node->text = NULL;
    node->quoted = false;
    if (!word)
        return CR_OK;
    struct cr_node *child = add_key(o->config, node, word, node->file);
    if (!child)
        return cr_fail_memory(o->err);
    set_position(child, node->line, node->column);
    return CR_OK;
}

static enum cr_status step_key(const struct override *o, struct cr_node **node, const char **at)
{
    size_t length = strcspn(*at, ".[]");
    if (length == 0)
        return fail(o, "an empty key (a path is key.key[index].key)");
    if (length > CR_CONFIG_KEY)
        return fail(o, "a key is too long");
    const char *key = cr_arena_format(o->config->arena, "%.*s", (int)length, *at);
    if (!key)
        return cr_fail_memory(o->err);
    CR_TRY(become_map(o, *node, key));
    struct cr_node *child = cr_node_child(*node, key);
    *at += length;
    if (child) {
        *node = child;
        return CR_OK;
    }
    *node = add_key(o->config, *node, key, o->file);
    if (!*node)
        return cr_fail_memory(o->err);
    set_position(*node, o->line, o->column);
    return CR_OK;
}

static enum cr_status step_index(const struct override *o, struct cr_node **node, const char **at)
{
    char digits[16];
    int64_t index;
    size_t length = strspn(*at, "0123456789");
    if (length == 0 || length >= sizeof digits || (*at)[length] != ']')
        return fail(o, "expected a number in brackets, as in model[0]");
    memcpy(digits, *at, length);
    digits[length] = 0;
    cr_text_int(digits, &index);
    *at += length + 1;
    const struct cr_node *list = *node;
    if (list->kind != CR_NODE_SEQUENCE)
        return fail(o, "%s is %s, not a list", list->path,
                    list->kind == CR_NODE_MAP    ? "a map"
                    : list->kind == CR_NODE_NULL ? "empty"
                                                 : list->text);
    if (index >= list->count)
        return fail(o, "%s has %d element%s, counted from 0; there is no [%s]", list->path, list->count,
                    list->count == 1 ? "" : "s", digits);
    for (*node = list->first; index > 0; index--)
        *node = (*node)->next;
    return CR_OK;
}

static enum cr_status walk(const struct override *o, struct cr_node **node)
{
    const char *at = o->path;
    *node = o->config->root;
    CR_TRY(step_key(o, node, &at));
    for (int depth = 1; *at; depth++) {
        if (depth > CR_CONFIG_DEPTH)
            return fail(o, "nested too deep");
        char c = *at++;
        if (c == '.')
            CR_TRY(step_key(o, node, &at));
        else if (c == '[')
            CR_TRY(step_index(o, node, &at));
        else
            return fail(o, "expected . or [ after an index");
    }
    return CR_OK;
}

/* The node at the path takes the content of `value`, and keeps its key and place. */
static enum cr_status put(const struct override *o, const struct cr_node *value)
{
    struct cr_node *node;
    CR_TRY(walk(o, &node));
    struct cr_node_full *to = (struct cr_node_full *)node;
    const struct cr_node_full *from = (const struct cr_node_full *)value;
    struct cr_node content = *value;
    content.key = node->key;
    content.path = node->path;
    content.next = node->next;
    to->node = content;
    to->last = from->last;
    to->key_line = o->line;
    to->key_column = o->column;
    return cr_node_paths(o->config, node, o->err);
}

enum cr_status cr_config_set(struct cr_config *config, const char *assignment, struct cr_error *err)
{
    struct override o = {.config = config, .file = "command line", .path = assignment, .err = err};
    const char *equals = strchr(assignment, '=');
    if (!equals)
        return fail(&o, "no value; an override is path=value, as in train.epochs=10");
    if (equals == assignment)
        return fail(&o, "no path before =; an override is path=value, as in train.epochs=10");
    o.path = cr_arena_format(config->arena, "%.*s", (int)(equals - assignment), assignment);
    if (!o.path)
        return cr_fail_memory(err);
    struct cr_node *value;
    CR_TRY(cr_yaml_parse(config, equals + 1, strlen(equals + 1), NULL, o.path, &value, err));
    return put(&o, value);
}

enum cr_status cr_config_put(struct cr_config *config, const char *path, const struct cr_node *value,
                             struct cr_error *err)
{
    struct override o = {.config = config, .line = value->line, .column = value->column, .err = err};
    struct cr_node *own;
    o.file = cr_arena_text(config->arena, value->file);
    o.path = cr_arena_text(config->arena, path);
    if (!o.file || !o.path)
        return cr_fail_memory(err);
    CR_TRY(cr_node_copy(config, value, &own, err));
    return put(&o, own);
}
