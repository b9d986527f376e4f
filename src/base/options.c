/*
 * Option tables: the size of the struct they describe, its defaults, and their description in words.
 */
#include "base/options.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

static size_t field_size(enum cr_option_type type)
{
    switch (type) {
    case CR_OPTION_INT:
        return sizeof(int64_t);
    case CR_OPTION_FLOAT:
        return sizeof(double);
    case CR_OPTION_BOOL:
        return sizeof(bool);
    case CR_OPTION_CHOICE:
        return sizeof(int);
    case CR_OPTION_STRING:
        return sizeof(const char *);
    case CR_OPTION_LIST:
        return sizeof(struct cr_list);
    case CR_OPTION_NODE:
        break;
    }
    return sizeof(const void *);
}

size_t cr_options_size(const struct cr_option *options)
{
    size_t size = 1;
    for (const struct cr_option *option = options; option && option->name; option++) {
        size_t end = option->offset + field_size(option->type);
        if (end > size)
            size = end;
    }
    return (size + 15) / 16 * 16;
}

void cr_options_copy(const struct cr_option *options, void *to, const void *from)
{
    for (const struct cr_option *option = options; option && option->name; option++)
        memcpy((char *)to + option->offset, (const char *)from + option->offset, field_size(option->type));
}

/* Writes the fields alone: the struct may be smaller than the rounded size. */
void cr_options_default(const struct cr_option *options, void *values)
{
    for (const struct cr_option *option = options; option && option->name; option++) {
        void *field = (char *)values + option->offset;
        switch (option->type) {
        case CR_OPTION_INT:
            *(int64_t *)field = (int64_t)option->def;
            break;
        case CR_OPTION_FLOAT:
            *(double *)field = option->def;
            break;
        case CR_OPTION_BOOL:
            *(bool *)field = option->def != 0;
            break;
        case CR_OPTION_CHOICE:
            *(int *)field = (int)option->def;
            break;
        case CR_OPTION_STRING:
            *(const char **)field = option->text;
            break;
        case CR_OPTION_LIST:
            *(struct cr_list *)field = (struct cr_list){0};
            break;
        case CR_OPTION_NODE:
            *(const struct cr_node **)field = NULL;
            break;
        }
    }
}

bool cr_option_in_range(const struct cr_option *option, double value)
{
    if (option->min == 0 && option->max == 0)
        return true;
    return value >= option->min && (option->max <= option->min || value <= option->max);
}

const char *cr_name_of(const struct cr_name *names, int64_t value)
{
    for (; names && names->name; names++)
        if (names->value == value)
            return names->name;
    return NULL;
}

bool cr_name_find(const struct cr_name *names, const char *name, int64_t *value)
{
    for (; names && names->name; names++)
        if (strcmp(names->name, name) == 0) {
            *value = names->value;
            return true;
        }
    return false;
}

bool cr_option_required(const struct cr_option *option)
{
    switch (option->type) {
    case CR_OPTION_INT:
        return !cr_option_in_range(option, option->def) && !cr_name_of(option->names, (int64_t)option->def);
    case CR_OPTION_FLOAT:
        return !cr_option_in_range(option, option->def);
    case CR_OPTION_CHOICE:
        return !cr_name_of(option->names, (int64_t)option->def);
    case CR_OPTION_STRING:
        return !option->text;
    case CR_OPTION_BOOL:
    case CR_OPTION_LIST:
    case CR_OPTION_NODE:
        break;
    }
    return false;
}

static void append(char *text, size_t size, const char *first, const char *second)
{
    size_t used = strlen(text);
    cr_text_format(text + used, size - used, "%s%s", first, second);
}

static void append_range(const struct cr_option *option, char *text, size_t size)
{
    char min[32], max[32];
    cr_text_from_float(option->min, min, sizeof min);
    cr_text_from_float(option->max, max, sizeof max);
    if (option->min == 0 && option->max == 0)
        return;
    if (option->max <= option->min || option->max == INFINITY) {
        append(text, size, " >= ", min);
    } else if (option->min == -INFINITY) {
        append(text, size, " <= ", max);
    } else {
        append(text, size, " ", min);
        append(text, size, "..", max);
    }
}

static void append_names(const struct cr_name *names, const char *lead, char *text, size_t size)
{
    for (; names && names->name; names++) {
        append(text, size, lead, names->name);
        lead = ", ";
    }
}

void cr_option_describe_type(const struct cr_option *option, char *text, size_t size)
{
    static const char *const types[] = {
        [CR_OPTION_INT] = "int",     [CR_OPTION_FLOAT] = "float", [CR_OPTION_BOOL] = "true or false",
        [CR_OPTION_CHOICE] = "",     [CR_OPTION_STRING] = "text", [CR_OPTION_LIST] = "list of numbers",
        [CR_OPTION_NODE] = "nested",
    };
    if (size == 0)
        return;
    text[0] = 0;
    append(text, size, option->type == CR_OPTION_NODE && option->kind ? option->kind : types[option->type], "");
    if (option->type == CR_OPTION_INT || option->type == CR_OPTION_FLOAT || option->type == CR_OPTION_LIST)
        append_range(option, text, size);
    if (option->type == CR_OPTION_INT)
        append_names(option->names, " or ", text, size);
    if (option->type == CR_OPTION_CHOICE)
        append_names(option->names, "one of ", text, size);
}

static void append_default(const struct cr_option *option, char *text, size_t size)
{
    char number[32];
    cr_text_from_float(option->def, number, sizeof number);
    const char *name = NULL;
    switch (option->type) {
    case CR_OPTION_INT:
    case CR_OPTION_CHOICE:
        name = cr_name_of(option->names, (int64_t)option->def);
        append(text, size, ", default ", name ? name : number);
        break;
    case CR_OPTION_FLOAT:
        append(text, size, ", default ", number);
        break;
    case CR_OPTION_BOOL:
        append(text, size, ", default ", option->def != 0 ? "true" : "false");
        break;
    case CR_OPTION_STRING:
        append(text, size, ", default ", option->text[0] ? option->text : "none");
        break;
    case CR_OPTION_NODE:
        append(text, size, ", default ", option->text ? option->text : "none");
        break;
    case CR_OPTION_LIST:
        append(text, size, ", default ", "none");
        break;
    }
}

void cr_option_describe(const struct cr_option *option, char *text, size_t size)
{
    if (size == 0)
        return;
    cr_option_describe_type(option, text, size);
    if (cr_option_required(option))
        append(text, size, ", required", "");
    else
        append_default(option, text, size);
    if (option->log)
        append(text, size, " (log)", "");
}
