/*
 * YAML out, by libyaml's emitter: events in, text out through a handler. Nested values are written in block style, a
 * map or list of scalars alone, as in `conv: {filters: 64, kernel: 3}`, on its line. A text that would read as a
 * number, a truth value or null is put in quotes.
 */
#include <cradle/config.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/options.h"
#include "base/text.h"

struct cr_writer {
    yaml_emitter_t emitter;
    char *text;
    size_t used, size;
    int depth;
    bool failed;
};

static int receive(void *user, unsigned char *bytes, size_t count)
{
    struct cr_writer *writer = user;
    if (writer->size - writer->used <= count) {
        size_t size = 2 * (writer->used + count) + 256;
        char *text = realloc(writer->text, size);
        if (!text)
            return 0;
        writer->text = text;
        writer->size = size;
    }
    memcpy(writer->text + writer->used, bytes, count);
    writer->used += count;
    writer->text[writer->used] = 0;
    return 1;
}

/* After the first failure nothing more is done. The emitter owns the event in either case. */
static void emit(struct cr_writer *writer, int made, yaml_event_t *event)
{
    if (!made || !yaml_emitter_emit(&writer->emitter, event))
        writer->failed = true;
}

static void begin(struct cr_writer *writer, bool map, const char *tag, bool flow)
{
    yaml_event_t event;
    yaml_char_t *name = (yaml_char_t *)tag;
    if (writer->failed)
        return;
    int made = map ? yaml_mapping_start_event_initialize(&event, NULL, name, !tag,
                                                         flow ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE)
                   : yaml_sequence_start_event_initialize(&event, NULL, name, !tag,
                                                          flow ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE);
    emit(writer, made, &event);
}

static void end(struct cr_writer *writer, bool map)
{
    yaml_event_t event;
    if (!writer->failed)
        emit(writer, map ? yaml_mapping_end_event_initialize(&event) : yaml_sequence_end_event_initialize(&event),
             &event);
}

/* The emitter itself puts in quotes what cannot stand plain. */
static void scalar(struct cr_writer *writer, const char *text, const char *tag, bool quoted)
{
    yaml_event_t event;
    if (writer->failed)
        return;
    yaml_scalar_style_t style = quoted ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE;
    emit(writer,
         yaml_scalar_event_initialize(&event, NULL, (yaml_char_t *)tag, (const yaml_char_t *)text, (int)strlen(text),
                                      !tag, !tag, style),
         &event);
}

static bool needs_quotes(const char *text)
{
    double number;
    bool truth;
    return !text[0] || !strcmp(text, "~") || !strcmp(text, "null") || !strcmp(text, "Null") || !strcmp(text, "NULL") ||
           strpbrk(text, "\n\r") || cr_text_float(text, &number) || cr_text_bool(text, &truth);
}

static void key(struct cr_writer *writer, const char *text)
{
    scalar(writer, text, NULL, strcmp(text, "<<") == 0);
}

struct cr_writer *cr_writer_new(void)
{
    yaml_event_t event;
    struct cr_writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        return NULL;
    if (!yaml_emitter_initialize(&writer->emitter)) {
        free(writer);
        return NULL;
    }
    yaml_emitter_set_output(&writer->emitter, receive, writer);
    yaml_emitter_set_unicode(&writer->emitter, 1);
    yaml_emitter_set_width(&writer->emitter, -1);
    emit(writer, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING), &event);
    if (!writer->failed)
        emit(writer, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1), &event);
    begin(writer, true, NULL, false);
    return writer;
}

void cr_writer_free(struct cr_writer *writer)
{
    if (!writer)
        return;
    yaml_emitter_delete(&writer->emitter);
    free(writer->text);
    free(writer);
}

void cr_writer_begin(struct cr_writer *writer, const char *name)
{
    key(writer, name);
    begin(writer, true, NULL, false);
    writer->depth++;
}

void cr_writer_end(struct cr_writer *writer)
{
    assert(writer->depth > 0);
    end(writer, true);
    writer->depth--;
}

void cr_writer_scalar(struct cr_writer *writer, const char *name, const char *text)
{
    key(writer, name);
    scalar(writer, text, NULL, needs_quotes(text));
}

static void number(struct cr_writer *writer, double value)
{
    char text[32];
    cr_text_from_float(value, text, sizeof text);
    const char *special = isnan(value) ? ".nan" : value == INFINITY ? ".inf" : value == -INFINITY ? "-.inf" : text;
    scalar(writer, special, NULL, false);
}

static void integer(struct cr_writer *writer, const struct cr_name *names, int64_t value)
{
    char text[32];
    const char *word = cr_name_of(names, value);
    cr_text_format(text, sizeof text, "%lld", (long long)value);
    scalar(writer, word ? word : text, NULL, false);
}

static void list(struct cr_writer *writer, const struct cr_list *items)
{
    begin(writer, false, NULL, true);
    for (int64_t i = 0; i < items->count; i++)
        number(writer, items->items[i]);
    end(writer, false);
}

static bool all_scalars(const struct cr_node *node)
{
    for (const struct cr_node *child = node->first; child; child = child->next)
        if (child->kind == CR_NODE_MAP || child->kind == CR_NODE_SEQUENCE)
            return false;
    return true;
}

/* An element that is a map names one thing (`- dense: 10`): it stays in block style. */
static void write_node(struct cr_writer *writer, const struct cr_node *node, bool element)
{
    char tag[256] = "!";
    if (node->tag)
        cr_text_format(tag, sizeof tag, "!%s", node->tag);
    const char *given = node->tag ? tag : NULL;
    bool map = node->kind == CR_NODE_MAP;
    if (node->kind == CR_NODE_NULL) {
        scalar(writer, "null", given, false);
    } else if (node->kind == CR_NODE_SCALAR) {
        scalar(writer, node->text, given,
               node->quoted ? needs_quotes(node->text) : strpbrk(node->text, "\n\r") != NULL);
    } else {
        begin(writer, map, given, all_scalars(node) && !(map && element && node->count > 0));
        for (const struct cr_node *child = node->first; child; child = child->next) {
            if (map)
                key(writer, child->key);
            write_node(writer, child, !map);
        }
        end(writer, map);
    }
}

void cr_writer_node(struct cr_writer *writer, const char *name, const struct cr_node *node)
{
    key(writer, name);
    write_node(writer, node, false);
}

static void write_option(struct cr_writer *writer, const struct cr_option *option, const void *field)
{
    switch (option->type) {
    case CR_OPTION_INT:
        key(writer, option->name);
        integer(writer, option->names, *(const int64_t *)field);
        break;
    case CR_OPTION_FLOAT:
        key(writer, option->name);
        number(writer, *(const double *)field);
        break;
    case CR_OPTION_BOOL:
        key(writer, option->name);
        scalar(writer, *(const bool *)field ? "true" : "false", NULL, false);
        break;
    case CR_OPTION_CHOICE:
        key(writer, option->name);
        integer(writer, option->names, *(const int *)field);
        break;
    case CR_OPTION_STRING:
        if (*(const char *const *)field)
            cr_writer_scalar(writer, option->name, *(const char *const *)field);
        break;
    case CR_OPTION_LIST:
        key(writer, option->name);
        list(writer, field);
        break;
    case CR_OPTION_NODE:
        if (*(const struct cr_node *const *)field)
            cr_writer_node(writer, option->name, *(const struct cr_node *const *)field);
        break;
    }
}

void cr_writer_options(struct cr_writer *writer, const struct cr_option *options, const void *values)
{
    for (const struct cr_option *option = options; option && option->name; option++)
        write_option(writer, option, (const char *)values + option->offset);
}

void cr_writer_choice(struct cr_writer *writer, const char *name, const struct cr_entry *entry, const void *values)
{
    if (!entry->options || !entry->options->name) {
        cr_writer_scalar(writer, name, entry->name);
        return;
    }
    cr_writer_begin(writer, name);
    cr_writer_begin(writer, entry->name);
    cr_writer_options(writer, entry->options, values);
    cr_writer_end(writer);
    cr_writer_end(writer);
}

enum cr_status cr_writer_take(struct cr_writer *writer, char **text, struct cr_error *err)
{
    yaml_event_t event;
    assert(writer->depth == 0);
    *text = NULL;
    end(writer, true);
    if (!writer->failed)
        emit(writer, yaml_document_end_event_initialize(&event, 1), &event);
    if (!writer->failed)
        emit(writer, yaml_stream_end_event_initialize(&event), &event);
    if (writer->failed || !writer->text)
        return cr_fail_memory(err);
    *text = writer->text;
    writer->text = NULL;
    return CR_OK;
}
