/*
 * Binding: from nodes to the structs that option tables describe. Every message names the place, what was found and
 * what is expected.
 */
#include "config/node.h"

#include <math.h>
#include <string.h>

#include "base/options.h"
#include "base/text.h"
#include "config/search.h"

enum { MOST_WORDS = 256 }; /* of a list of names that is searched for the nearest */

static enum cr_status check_tag(const struct cr_node *node, struct cr_error *err)
{
    if (!node->tag)
        return CR_OK;
    if (cr_search_is(node))
        return cr_node_fail(node, err, "is a search range (!%s): use cradle tune, or give one value", node->tag);
    return cr_node_fail(node, err, "unknown tag !%s (search ranges are !log, !uniform, !int, !choice)", node->tag);
}

/* "a map", "a list", "nothing", "\"3\" in quotes", "\"abc\"" */
static void describe_found(const struct cr_node *node, char *text, size_t size)
{
    static const char *const kinds[] = {
        [CR_NODE_NULL] = "nothing", [CR_NODE_SEQUENCE] = "a list", [CR_NODE_MAP] = "a map"};
    if (node->kind == CR_NODE_SCALAR)
        cr_text_format(text, size, "\"%.*s\"%s", cr_text_fit(node->text, 80), node->text,
                       node->quoted ? " in quotes" : "");
    else
        cr_text_format(text, size, "%s", kinds[node->kind]);
}

/* Where `option` has words and the scalar is near one of them: "; did you mean same?". */
static void describe_nearest(const struct cr_option *option, const struct cr_node *node, char *text, size_t size)
{
    const char *words[MOST_WORDS + 1] = {NULL};
    text[0] = 0;
    if (node->kind != CR_NODE_SCALAR || !option->names)
        return;
    for (int i = 0; i < MOST_WORDS && option->names[i].name; i++)
        words[i] = option->names[i].name;
    const char *nearest = cr_nearest_word(node->text, words);
    if (nearest)
        cr_text_format(text, size, "; did you mean %s?", nearest);
}

static enum cr_status fail_type(const struct cr_option *option, const struct cr_node *node, struct cr_error *err)
{
    static const char *const wanted[] = {[CR_OPTION_INT] = "a whole number",
                                         [CR_OPTION_FLOAT] = "a number",
                                         [CR_OPTION_LIST] = "a number or a list of numbers"};
    char type[256], found[128], nearest[96];
    cr_option_describe_type(option, type, sizeof type);
    describe_found(node, found, sizeof found);
    describe_nearest(option, node, nearest, sizeof nearest);
    if (option->type == CR_OPTION_INT || option->type == CR_OPTION_FLOAT || option->type == CR_OPTION_LIST)
        return cr_node_fail(node, err, "expected %s (%s), found %s%s", wanted[option->type], type, found, nearest);
    return cr_node_fail(node, err, "expected %s, found %s%s", type, found, nearest);
}

static enum cr_status check_range(const struct cr_option *option, const struct cr_node *node, double value,
                                  struct cr_error *err)
{
    if (!isnan(value) && cr_option_in_range(option, value))
        return CR_OK;
    char type[256];
    cr_option_describe_type(option, type, sizeof type);
    return cr_node_fail(node, err, "%s is out of range (%s)", node->text, type);
}

static enum cr_status bind_int(const struct cr_option *option, const struct cr_node *node, int64_t *field,
                               struct cr_error *err)
{
    double number;
    if (node->kind != CR_NODE_SCALAR)
        return fail_type(option, node, err);
    if (cr_name_find(option->names, node->text, field))
        return CR_OK;
    if (node->quoted)
        return fail_type(option, node, err);
    int64_t value;
    if (!cr_text_int(node->text, &value)) {
        /* 1e3 is whole; beyond 2^53 a double no longer tells */
        if (!cr_text_float(node->text, &number) || !(fabs(number) <= 0x1p53) || number != trunc(number))
            return fail_type(option, node, err);
        value = (int64_t)number;
    }
    CR_TRY(check_range(option, node, (double)value, err));
    *field = value;
    return CR_OK;
}

static enum cr_status bind_float(const struct cr_option *option, const struct cr_node *node, double *field,
                                 struct cr_error *err)
{
    if (node->kind != CR_NODE_SCALAR || node->quoted || !cr_text_float(node->text, field))
        return fail_type(option, node, err);
    return check_range(option, node, *field, err);
}

static enum cr_status bind_bool(const struct cr_option *option, const struct cr_node *node, bool *field,
                                struct cr_error *err)
{
    if (node->kind != CR_NODE_SCALAR || node->quoted || !cr_text_bool(node->text, field))
        return fail_type(option, node, err);
    return CR_OK;
}

static enum cr_status bind_choice(const struct cr_option *option, const struct cr_node *node, int *field,
                                  struct cr_error *err)
{
    int64_t value;
    bool truth;
    if (node->kind != CR_NODE_SCALAR)
        return fail_type(option, node, err);
    bool found = cr_name_find(option->names, node->text, &value);
    /* `yes` where the words are auto, true and false */
    if (!found && !node->quoted && cr_text_bool(node->text, &truth))
        found = cr_name_find(option->names, truth ? "true" : "false", &value);
    if (!found)
        return fail_type(option, node, err);
    *field = (int)value;
    return CR_OK;
}

static enum cr_status bind_string(const struct cr_option *option, const struct cr_node *node, const char **field,
                                  struct cr_error *err)
{
    if (node->kind != CR_NODE_SCALAR)
        return fail_type(option, node, err);
    *field = node->text;
    return CR_OK;
}

static enum cr_status bind_list(const struct cr_config *config, const struct cr_option *option,
                                const struct cr_node *node, struct cr_list *field, struct cr_error *err)
{
    if (node->kind == CR_NODE_MAP)
        return fail_type(option, node, err);
    bool many = node->kind == CR_NODE_SEQUENCE;
    int64_t count = many ? node->count : 1;
    double *items = cr_arena_alloc(config->arena, (size_t)count * sizeof *items);
    if (!items)
        return cr_fail_memory(err);
    int64_t i = 0;
    for (const struct cr_node *item = many ? node->first : node; i < count; item = item->next) {
        CR_TRY(check_tag(item, err));
        CR_TRY(bind_float(option, item, &items[i++], err));
    }
    *field = (struct cr_list){.count = count, .items = items};
    return CR_OK;
}

/* A null node is as good as none. */
static enum cr_status bind_value(const struct cr_config *config, const struct cr_option *option,
                                 const struct cr_node *node, void *values, struct cr_error *err)
{
    void *field = (char *)values + option->offset;
    CR_TRY(check_tag(node, err));
    if (node->kind == CR_NODE_NULL)
        return CR_OK;
    switch (option->type) {
    case CR_OPTION_INT:
        return bind_int(option, node, field, err);
    case CR_OPTION_FLOAT:
        return bind_float(option, node, field, err);
    case CR_OPTION_BOOL:
        return bind_bool(option, node, field, err);
    case CR_OPTION_CHOICE:
        return bind_choice(option, node, field, err);
    case CR_OPTION_STRING:
        return bind_string(option, node, field, err);
    case CR_OPTION_LIST:
        return bind_list(config, option, node, field, err);
    case CR_OPTION_NODE:
        *(const struct cr_node **)field = node;
        break;
    }
    return CR_OK;
}

static const struct cr_option *find_option(const struct cr_option *options, const char *name)
{
    for (const struct cr_option *option = options; option && option->name; option++)
        if (strcmp(option->name, name) == 0)
            return option;
    return NULL;
}

/* "; did you mean lr?", or "; one of lr, momentum" */
static void describe_words(const char *word, const char *const *words, char *text, size_t size)
{
    const char *nearest = cr_nearest_word(word, words);
    if (nearest) {
        cr_text_format(text, size, "; did you mean %s?", nearest);
        return;
    }
    text[0] = 0;
    for (int i = 0; words[i]; i++) {
        size_t used = strlen(text);
        cr_text_format(text + used, size - used, "%s%s", i ? ", " : "; one of ", words[i]);
    }
}

static enum cr_status fail_unknown_key(const struct cr_option *options, const struct cr_node *node,
                                       struct cr_error *err)
{
    const char *words[MOST_WORDS + 1] = {NULL};
    char hint[512];
    if (!options || !options->name)
        return cr_node_fail_key(node, err, "unknown key; there are no options here");
    for (int i = 0; i < MOST_WORDS && options[i].name; i++)
        words[i] = options[i].name;
    describe_words(node->key, words, hint, sizeof hint);
    return cr_node_fail_key(node, err, "unknown key%s", hint);
}

static enum cr_status bind_map(const struct cr_config *config, const struct cr_option *options,
                               const struct cr_node *node, void *values, struct cr_error *err)
{
    for (const struct cr_node *child = node->first; child; child = child->next) {
        const struct cr_option *option = find_option(options, child->key);
        if (!option)
            return fail_unknown_key(options, child, err);
        CR_TRY(bind_value(config, option, child, values, err));
    }
    return CR_OK;
}

/* `dense: 10`: the value of the first option. */
static enum cr_status bind_first(const struct cr_config *config, const struct cr_option *options,
                                 const struct cr_node *node, void *values, struct cr_error *err)
{
    char found[128];
    describe_found(node, found, sizeof found);
    if (!options || !options->name)
        return cr_node_fail(node, err, "there are no options here, found %s", found);
    bool list = options->type == CR_OPTION_LIST || options->type == CR_OPTION_NODE;
    if (node->kind == CR_NODE_SEQUENCE && !list)
        return cr_node_fail(node, err, "expected %s, or a map of options, found a list", options->name);
    return bind_value(config, options, node, values, err);
}

static bool is_given(const struct cr_option *options, const struct cr_option *option, const struct cr_node *node)
{
    if (!node || node->kind == CR_NODE_NULL)
        return false;
    if (node->kind != CR_NODE_MAP)
        return option == options;
    const struct cr_node *child = cr_node_get(node, option->name);
    return child && child->kind != CR_NODE_NULL;
}

/* `place` is the node that messages name where `node` is NULL. */
static enum cr_status bind(const struct cr_config *config, const struct cr_option *options, const struct cr_node *node,
                           const struct cr_node *place, void *values, struct cr_error *err)
{
    cr_options_default(options, values);
    if (node) {
        CR_TRY(check_tag(node, err));
        if (node->kind == CR_NODE_MAP)
            CR_TRY(bind_map(config, options, node, values, err));
        else if (node->kind != CR_NODE_NULL)
            CR_TRY(bind_first(config, options, node, values, err));
    }
    for (const struct cr_option *option = options; option && option->name; option++) {
        if (!cr_option_required(option) || is_given(options, option, node))
            continue;
        char type[256];
        cr_option_describe_type(option, type, sizeof type);
        return cr_node_fail(place, err, "%s is missing (%s%s%s)", option->name, type, option->help ? ": " : "",
                            option->help ? option->help : "");
    }
    return CR_OK;
}

enum cr_status cr_bind(const struct cr_config *config, const struct cr_option *options, const struct cr_node *node,
                       void *values, struct cr_error *err)
{
    return bind(config, options, node, node, values, err);
}

static enum cr_status fail_unknown_entry(const struct cr_registry *registry, const struct cr_node *node,
                                         const char *name, struct cr_error *err)
{
    const char *words[MOST_WORDS + 1] = {NULL};
    char hint[512];
    for (int i = 0; i < MOST_WORDS && registry->entries[i]; i++)
        words[i] = registry->entries[i]->name;
    describe_words(name, words, hint, sizeof hint);
    if (node->kind == CR_NODE_MAP)
        return cr_node_fail_key(node->first, err, "unknown %s %s%s", registry->singular, name, hint);
    return cr_node_fail(node, err, "unknown %s %s%s", registry->singular, name, hint);
}

/* Two keys: either two choices, or an option that stands one level too high. */
static enum cr_status fail_two_names(const struct cr_registry *registry, const struct cr_node *node,
                                     struct cr_error *err)
{
    const char *first = node->first->key, *second = node->first->next->key;
    if (cr_registry_find(registry, first) && !cr_registry_find(registry, second))
        return cr_node_fail_key(node->first->next, err,
                                "stands beside %s, but is no %s; options go one level deeper: %s: {%s: ...}", first,
                                registry->singular, first, second);
    return cr_node_fail(node, err, "names two at once: %s and %s; keep one (an override of the whole: %s={%s: ...})",
                        first, second, node->path, second);
}

enum cr_status cr_bind_entry(const struct cr_registry *registry, const struct cr_node *node,
                             const struct cr_entry **entry, const struct cr_node **options, struct cr_error *err)
{
    char found[128] = "nothing";
    *entry = NULL;
    *options = NULL;
    if (node) {
        CR_TRY(check_tag(node, err));
        describe_found(node, found, sizeof found);
    }
    if (node && node->kind == CR_NODE_MAP && node->count > 1)
        return fail_two_names(registry, node, err);
    bool map = node && node->kind == CR_NODE_MAP && node->count == 1;
    if (!map && (!node || node->kind != CR_NODE_SCALAR))
        return cr_node_fail(node, err, "expected the name of one of the %s, or NAME: {options}, found %s",
                            registry->kind, found);
    const char *name = map ? node->first->key : node->text;
    *entry = cr_registry_find(registry, name);
    if (!*entry)
        return fail_unknown_entry(registry, node, name, err);
    if (map)
        *options = node->first;
    return CR_OK;
}

enum cr_status cr_bind_choice(struct cr_config *config, const struct cr_registry *registry, const struct cr_node *node,
                              const struct cr_entry **entry, const void **values, struct cr_error *err)
{
    const struct cr_node *options;
    *values = NULL;
    CR_TRY(cr_bind_entry(registry, node, entry, &options, err));
    void *made = cr_arena_alloc(config->arena, cr_options_size((*entry)->options));
    if (!made)
        return cr_fail_memory(err);
    CR_TRY(bind(config, (*entry)->options, options, options ? options : node, made, err));
    *values = made;
    return CR_OK;
}
