/*
 * YAML to nodes, from libyaml's parser events by recursive descent. On top of YAML's grammar: duplicate keys, unknown
 * aliases and a second document are refused, merge keys (<<) are merged, and what could make a small file large
 * (aliases of aliases, deep nesting, long keys) is bounded.
 */
#include "config/node.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/text.h"

enum { MOST_BYTES = 16 << 20, MOST_NODES = 100000, MOST_KEYS = 1000 };

struct anchor {
    const char *name;
    const struct cr_node *node;
    struct anchor *next;
};

struct builder {
    struct cr_config *config;
    yaml_parser_t parser;
    const char *yaml;
    const char *file; /* in the arena; NULL: an override of `path` */
    const char *path;
    struct anchor *anchors; /* newest first, so that a name may be given anew */
    int nodes;
    struct cr_error *err;
};

static enum cr_status fail(struct builder *b, yaml_mark_t mark, const char *format, ...) CR_PRINTF(3, 4);

static enum cr_status fail(struct builder *b, yaml_mark_t mark, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    cr_text_vformat(message, sizeof message, format, arguments);
    va_end(arguments);
    if (!b->file)
        return cr_fail(b->err, CR_ERROR_CONFIG, "command line: %s: %s", b->path, message);
    return cr_fail(b->err, CR_ERROR_CONFIG, "%s:%zu:%zu: %s", b->file, mark.line + 1, mark.column + 1, message);
}

/* The reader knows its place in bytes alone. */
static yaml_mark_t mark_of_byte(const char *yaml, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset; i++) {
        mark.column++;
        if (yaml[i] == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    return mark;
}

static enum cr_status fail_syntax(struct builder *b)
{
    const yaml_parser_t *parser = &b->parser;
    const char *problem = parser->problem;
    /* Some of libyaml's failed allocations leave no error at all. */
    if (parser->error == YAML_MEMORY_ERROR || !problem)
        return cr_fail_memory(b->err);
    if (parser->error == YAML_READER_ERROR) {
        yaml_mark_t mark = mark_of_byte(b->yaml, parser->problem_offset);
        return strstr(problem, "UTF-8") ? fail(b, mark, "the text is not UTF-8 (%s)", problem)
                                        : fail(b, mark, "%s", problem);
    }
    if (!parser->context)
        return fail(b, parser->problem_mark, "%s", problem);
    if (!b->file)
        return fail(b, parser->problem_mark, "%s (%s)", problem, parser->context);
    return fail(b, parser->problem_mark, "%s (%s from line %zu)", problem, parser->context,
                parser->context_mark.line + 1);
}

static enum cr_status next(struct builder *b, yaml_event_t *event)
{
    return yaml_parser_parse(&b->parser, event) ? CR_OK : fail_syntax(b);
}

static enum cr_status make(struct builder *b, yaml_mark_t mark, enum cr_node_kind kind, int depth,
                           struct cr_node **node)
{
    if (++b->nodes > MOST_NODES)
        return fail(b, mark, "more than %d values, aliases counted as often as they are used", MOST_NODES);
    if (depth > CR_CONFIG_DEPTH)
        return fail(b, mark, "nested deeper than %d levels", CR_CONFIG_DEPTH);
    *node = cr_node_new(b->config, kind);
    if (!*node)
        return cr_fail_memory(b->err);
    (*node)->file = b->file ? b->file : "command line";
    (*node)->line = b->file ? (int)mark.line + 1 : 0;
    (*node)->column = b->file ? (int)mark.column + 1 : 0;
    return CR_OK;
}

/* An alias: the same content with a key, a path and siblings of its own. It keeps the place where it was written. */
static enum cr_status copy(struct builder *b, yaml_mark_t mark, const struct cr_node *source, int depth,
                           struct cr_node **node)
{
    CR_TRY(make(b, mark, source->kind, depth, node));
    const struct cr_node_full *from = (const struct cr_node_full *)source;
    struct cr_node_full *to = (struct cr_node_full *)*node;
    to->node.key = source->key;
    to->node.text = source->text;
    to->node.quoted = source->quoted;
    to->node.tag = source->tag;
    to->node.line = source->line;
    to->node.column = source->column;
    to->key_line = from->key_line;
    to->key_column = from->key_column;
    for (const struct cr_node *child = source->first; child; child = child->next) {
        struct cr_node *twin;
        CR_TRY(copy(b, mark, child, depth + 1, &twin));
        cr_node_append(*node, twin);
    }
    return CR_OK;
}

static enum cr_status follow_alias(struct builder *b, const yaml_event_t *event, int depth, struct cr_node **node)
{
    const char *name = (const char *)event->data.alias.anchor;
    for (const struct anchor *anchor = b->anchors; anchor; anchor = anchor->next)
        if (strcmp(anchor->name, name) == 0) {
            CR_TRY(copy(b, event->start_mark, anchor->node, depth, node));
            (*node)->key = NULL;
            return CR_OK;
        }
    return fail(b, event->start_mark, "unknown alias *%s: no &%s stands before it", name, name);
}

/* Anchors are known from the end of their node on, so none can hold itself. */
static enum cr_status keep_anchor(struct builder *b, const yaml_char_t *name, const struct cr_node *node)
{
    if (!name)
        return CR_OK;
    struct anchor *anchor = cr_arena_alloc(b->config->arena, sizeof *anchor);
    if (!anchor || !(anchor->name = cr_arena_text(b->config->arena, (const char *)name)))
        return cr_fail_memory(b->err);
    anchor->node = node;
    anchor->next = b->anchors;
    b->anchors = anchor;
    return CR_OK;
}

/* "!log" is kept without its "!"; "!!str" and "!" alone say that a scalar is text. */
static enum cr_status keep_tag(struct builder *b, const yaml_event_t *event, const yaml_char_t *name,
                               struct cr_node *node)
{
    const char *tag = (const char *)name;
    if (!tag)
        return CR_OK;
    if (event->type == YAML_SCALAR_EVENT && (strcmp(tag, "!") == 0 || strcmp(tag, YAML_STR_TAG) == 0)) {
        node->quoted = true;
        return CR_OK;
    }
    if (tag[0] != '!' || !tag[1])
        return fail(b, event->start_mark, "unknown tag %s (only local tags as in !log [1, 2], and !!str)", tag);
    node->tag = cr_arena_text(b->config->arena, tag + 1);
    return node->tag ? CR_OK : cr_fail_memory(b->err);
}

static enum cr_status keep_text(struct builder *b, const yaml_event_t *event, const char **text)
{
    const char *value = (const char *)event->data.scalar.value;
    if (strlen(value) != event->data.scalar.length)
        return fail(b, event->start_mark, "a zero byte in text");
    *text = cr_arena_text(b->config->arena, value);
    return *text ? CR_OK : cr_fail_memory(b->err);
}

static bool is_null(const char *text)
{
    return !text[0] || !strcmp(text, "~") || !strcmp(text, "null") || !strcmp(text, "Null") || !strcmp(text, "NULL");
}

static enum cr_status build_scalar(struct builder *b, const yaml_event_t *event, int depth, struct cr_node **node)
{
    CR_TRY(make(b, event->start_mark, CR_NODE_SCALAR, depth, node));
    (*node)->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    CR_TRY(keep_tag(b, event, event->data.scalar.tag, *node));
    CR_TRY(keep_text(b, event, &(*node)->text));
    if (!(*node)->quoted && is_null((*node)->text)) {
        (*node)->kind = CR_NODE_NULL;
        (*node)->text = NULL;
    }
    return keep_anchor(b, event->data.scalar.anchor, *node);
}

static enum cr_status build(struct builder *b, const yaml_event_t *event, int depth, struct cr_node **node);

static enum cr_status build_next(struct builder *b, int depth, struct cr_node **node)
{
    yaml_event_t event;
    CR_TRY(next(b, &event));
    enum cr_status status = build(b, &event, depth, node);
    yaml_event_delete(&event);
    return status;
}

static enum cr_status build_sequence(struct builder *b, const yaml_event_t *start, int depth, struct cr_node **node)
{
    CR_TRY(make(b, start->start_mark, CR_NODE_SEQUENCE, depth, node));
    CR_TRY(keep_tag(b, start, start->data.sequence_start.tag, *node));
    for (;;) {
        yaml_event_t event;
        CR_TRY(next(b, &event));
        bool end = event.type == YAML_SEQUENCE_END_EVENT;
        struct cr_node *child = NULL;
        enum cr_status status = end ? CR_OK : build(b, &event, depth + 1, &child);
        yaml_event_delete(&event);
        if (status != CR_OK)
            return status;
        if (end)
            break;
        cr_node_append(*node, child);
    }
    return keep_anchor(b, start->data.sequence_start.anchor, *node);
}

/* The value of "<<" is already a copy of ours: its children move over, but for keys that the map has itself. */
static enum cr_status merge(struct builder *b, struct cr_node *map, struct cr_node *source)
{
    yaml_mark_t mark = {.line = (size_t)source->line - 1, .column = (size_t)source->column - 1};
    if (source->kind == CR_NODE_SEQUENCE && source->count > 0 && source->first->kind == CR_NODE_MAP) {
        for (struct cr_node *part = source->first, *after; part; part = after) {
            after = part->next;
            CR_TRY(merge(b, map, part));
        }
        return CR_OK;
    }
    if (source->kind != CR_NODE_MAP)
        return fail(b, mark, "<< takes an alias of a map (or a list of such)");
    for (struct cr_node *child = source->first, *after; child; child = after) {
        after = child->next;
        if (map->count >= MOST_KEYS)
            return fail(b, mark, "more than %d keys in one map", MOST_KEYS);
        if (!cr_node_child(map, child->key))
            cr_node_append(map, child);
    }
    return CR_OK;
}

static enum cr_status check_key(struct builder *b, const yaml_event_t *event, const struct cr_node *map)
{
    if (event->type != YAML_SCALAR_EVENT)
        return fail(b, event->start_mark, "a key must be a plain word");
    const char *key = (const char *)event->data.scalar.value;
    if (event->data.scalar.length == 0)
        return fail(b, event->start_mark, "an empty key");
    if (event->data.scalar.length > CR_CONFIG_KEY)
        return fail(b, event->start_mark, "a key of more than %d bytes", CR_CONFIG_KEY);
    if (map->count >= MOST_KEYS)
        return fail(b, event->start_mark, "more than %d keys in one map", MOST_KEYS);
    const struct cr_node_full *twin = (const struct cr_node_full *)cr_node_child(map, key);
    if (twin && b->file)
        return fail(b, event->start_mark, "the key %s is given twice, here and in line %d", key, twin->key_line);
    return twin ? fail(b, event->start_mark, "the key %s is given twice", key) : CR_OK;
}

static enum cr_status build_pair(struct builder *b, const yaml_event_t *key, int depth, struct cr_node *map,
                                 struct cr_node **merged)
{
    CR_TRY(check_key(b, key, map));
    const char *text = NULL;
    CR_TRY(keep_text(b, key, &text));
    struct cr_node *child = NULL;
    CR_TRY(build_next(b, depth + 1, &child));
    if (key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && strcmp(text, "<<") == 0) {
        if (*merged)
            return fail(b, key->start_mark, "the key << is given twice; it takes a list: <<: [*a, *b]");
        *merged = child;
        return CR_OK;
    }
    struct cr_node_full *full = (struct cr_node_full *)child;
    full->node.key = text;
    full->key_line = b->file ? (int)key->start_mark.line + 1 : 0;
    full->key_column = b->file ? (int)key->start_mark.column + 1 : 0;
    cr_node_append(map, child);
    return CR_OK;
}

static enum cr_status build_map(struct builder *b, const yaml_event_t *start, int depth, struct cr_node **node)
{
    struct cr_node *merged = NULL;
    CR_TRY(make(b, start->start_mark, CR_NODE_MAP, depth, node));
    CR_TRY(keep_tag(b, start, start->data.mapping_start.tag, *node));
    for (;;) {
        yaml_event_t event;
        CR_TRY(next(b, &event));
        bool end = event.type == YAML_MAPPING_END_EVENT;
        enum cr_status status = end ? CR_OK : build_pair(b, &event, depth, *node, &merged);
        yaml_event_delete(&event);
        if (status != CR_OK)
            return status;
        if (end)
            break;
    }
    if (merged)
        CR_TRY(merge(b, *node, merged));
    return keep_anchor(b, start->data.mapping_start.anchor, *node);
}

static enum cr_status build(struct builder *b, const yaml_event_t *event, int depth, struct cr_node **node)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return follow_alias(b, event, depth, node);
    case YAML_SCALAR_EVENT:
        return build_scalar(b, event, depth, node);
    case YAML_SEQUENCE_START_EVENT:
        return build_sequence(b, event, depth, node);
    default:
        return build_map(b, event, depth, node);
    }
}

/* Takes the next event, which has no node, and says whether it is of this type. */
static enum cr_status skip(struct builder *b, yaml_event_type_t type, bool *same, yaml_mark_t *mark)
{
    yaml_event_t event;
    CR_TRY(next(b, &event));
    *same = event.type == type;
    *mark = event.start_mark;
    yaml_event_delete(&event);
    return CR_OK;
}

static enum cr_status build_document(struct builder *b, struct cr_node **root)
{
    bool same;
    yaml_mark_t mark;
    CR_TRY(skip(b, YAML_STREAM_START_EVENT, &same, &mark));
    CR_TRY(skip(b, YAML_DOCUMENT_START_EVENT, &same, &mark));
    if (!same)
        return make(b, mark, CR_NODE_NULL, 0, root);
    CR_TRY(build_next(b, 0, root));
    CR_TRY(skip(b, YAML_DOCUMENT_END_EVENT, &same, &mark));
    CR_TRY(skip(b, YAML_STREAM_END_EVENT, &same, &mark));
    return same ? CR_OK : fail(b, mark, "a second document begins; one file holds one");
}

enum cr_status cr_yaml_parse(struct cr_config *config, const char *yaml, size_t size, const char *file,
                             const char *path, struct cr_node **root, struct cr_error *err)
{
    struct builder b = {.config = config, .yaml = yaml, .path = path, .err = err};
    if (file && !(b.file = cr_arena_text(config->arena, file)))
        return cr_fail_memory(err);
    if (!yaml_parser_initialize(&b.parser))
        return cr_fail_memory(err);
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)yaml, size);
    enum cr_status status = build_document(&b, root);
    yaml_parser_delete(&b.parser);
    return status;
}

static enum cr_status parse(struct cr_config **config, const char *yaml, size_t size, const char *name,
                            struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct cr_config *made = calloc(1, sizeof *made);
    if (!made || !(made->arena = cr_arena_new()))
        CR_GO(cr_fail_memory(err));
    CR_GO(cr_yaml_parse(made, yaml, size, name, NULL, &made->root, err));
    if (made->root->kind == CR_NODE_SCALAR || made->root->kind == CR_NODE_SEQUENCE)
        CR_GO(cr_node_fail(made->root, err, "expected a map (name: value), found %s",
                           made->root->kind == CR_NODE_SCALAR ? "a single value" : "a list"));
    CR_GO(cr_node_paths(made, made->root, err));
    *config = made;
    made = NULL;
done:
    cr_config_free(made);
    return status;
}

enum cr_status cr_config_parse(struct cr_config **config, const char *yaml, const char *name, struct cr_error *err)
{
    *config = NULL;
    return parse(config, yaml, strlen(yaml), name, err);
}

enum cr_status cr_config_open(struct cr_config **config, const char *file, struct cr_error *err)
{
    char *yaml;
    size_t size;
    *config = NULL;
    CR_TRY(cr_file_read(file, MOST_BYTES, &yaml, &size, err));
    enum cr_status status = parse(config, yaml, size, file, err);
    free(yaml);
    return status;
}

enum cr_status cr_config_parse_value(struct cr_config **config, const char *key, const char *text,
                                     const struct cr_node **node, struct cr_error *err)
{
    size_t size = strlen(key) + strlen(text) + 8;
    char *yaml = malloc(size);
    *config = NULL;
    if (!yaml)
        return cr_fail_memory(err);
    cr_text_format(yaml, size, "%s:\n  %s\n", key, text);
    enum cr_status status = cr_config_parse(config, yaml, key, err);
    free(yaml);
    if (status == CR_OK)
        *node = cr_node_get(cr_config_root(*config), key);
    return status;
}
