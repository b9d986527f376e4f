/*
 * Columns by name or number, and classes by the words of a column. A column that is neither a label nor a target nor
 * ignored is a feature.
 */
#include "data/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { CLASSES_MAX = 1 << 16 };

/* ----------------------------------------------------------------------------------------------------------- columns
 */

/* `option`'s words, one or a list, each a column. */
static enum cr_status set_roles(struct cr_table *table, const char *option, const struct cr_node *node,
                                enum cr_column role, struct cr_error *err)
{
    int column;
    if (!node || node->kind == CR_NODE_NULL)
        return CR_OK;
    if (node->kind == CR_NODE_MAP)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%s: expected a column or a list of columns, found a map", option);
    for (const struct cr_node *item = node->kind == CR_NODE_SCALAR ? node : node->first; item;
         item = item == node ? NULL : item->next) {
        if (item->kind != CR_NODE_SCALAR)
            return cr_fail(err, CR_ERROR_ARGUMENT, "%s: expected the names or numbers of columns", option);
        CR_TRY(cr_csv_find(&table->csv, option, item->text, &column, err));
        if (table->roles[column] != CR_COLUMN_FEATURE)
            return cr_fail(err, CR_ERROR_ARGUMENT, "%s: %s: column %s is named twice", table->csv.path, option,
                           item->text);
        table->roles[column] = role;
        if (role == CR_COLUMN_TARGET)
            table->places[column] = (int)table->targets++;
    }
    return CR_OK;
}

/* A column that is named as labels are, else the last one that is not ignored. */
static int usual_label(const struct cr_table *table)
{
    static const char *const words[] = {"label", "class", "target"};
    for (int w = 0; table->csv.names && w < 3; w++)
        for (int i = 0; i < table->csv.columns; i++)
            if (strcasecmp(table->csv.names[i], words[w]) == 0)
                return i;
    for (int i = table->csv.columns - 1; i >= 0; i--)
        if (table->roles[i] == CR_COLUMN_FEATURE)
            return i;
    return table->csv.columns - 1;
}

static enum cr_status find_columns(struct cr_table *table, const struct cr_table_options *options, struct cr_error *err)
{
    size_t columns = (size_t)table->csv.columns;
    table->roles = calloc(columns, sizeof *table->roles);
    table->places = calloc(columns, sizeof *table->places);
    if (!table->roles || !table->places)
        return cr_fail_memory(err);
    CR_TRY(set_roles(table, "targets", options->targets, CR_COLUMN_TARGET, err));
    CR_TRY(set_roles(table, "ignore", options->ignore, CR_COLUMN_IGNORED, err));
    table->label = -1;
    if (table->targets > 0 && options->label[0])
        return cr_fail(err, CR_ERROR_ARGUMENT, "label and targets exclude each other: a row has a class or targets");
    if (table->targets == 0) {
        table->label = usual_label(table);
        if (options->label[0])
            CR_TRY(cr_csv_find(&table->csv, "label", options->label, &table->label, err));
        if (table->roles[table->label] != CR_COLUMN_FEATURE)
            return cr_fail(err, CR_ERROR_ARGUMENT, "%s: ignore: column %d is the label", table->csv.path,
                           table->label + 1);
        table->roles[table->label] = CR_COLUMN_LABEL;
    }
    for (size_t i = 0; i < columns; i++)
        table->features += table->roles[i] == CR_COLUMN_FEATURE;
    if (table->features == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: no column is left to learn from (%d in all, divided by %s)",
                       table->csv.path, table->csv.columns,
                       table->csv.separator == ','   ? "commas"
                       : table->csv.separator == ';' ? "semicolons"
                                                     : "tabs");
    return CR_OK;
}

enum cr_status cr_table_open(struct cr_table *table, const char *path, const struct cr_table_options *options,
                             struct cr_error *err)
{
    *table = (struct cr_table){0};
    enum cr_status status;
    CR_GO(cr_csv_open(&table->csv, path, options->separator, options->header, err));
    CR_GO(find_columns(table, options, err));
done:
    if (status != CR_OK)
        cr_table_close(table);
    return status;
}

void cr_table_close(struct cr_table *table)
{
    for (int64_t i = 0; i < table->class_count; i++)
        free(table->classes[i]);
    free(table->classes);
    free(table->roles);
    free(table->places);
    cr_csv_close(&table->csv);
    *table = (struct cr_table){0};
}

/* ----------------------------------------------------------------------------------------------------------- classes
 */

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int by_number(const void *a, const void *b)
{
    int64_t x = 0, y = 0;
    cr_text_int(*(char *const *)a, &x);
    cr_text_int(*(char *const *)b, &y);
    return x < y ? -1 : x > y ? 1 : by_bytes(a, b);
}

static struct cr_field label_of(const struct cr_table *table, int64_t row)
{
    struct cr_field field = {0};
    const char *at = table->csv.starts[row];
    for (int i = 0; i <= table->label && at; i++) {
        at = cr_csv_field(&table->csv, at, table->csv.ends[row], &field);
        if (i < table->label)
            field = (struct cr_field){0};
    }
    return field;
}

/* Where `text` is or belongs among those that are sorted by bytes. */
static int64_t place_of(const struct cr_table *table, const char *text, bool *found)
{
    int64_t low = 0, high = table->class_count;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (strcmp(table->classes[middle], text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < table->class_count && strcmp(table->classes[low], text) == 0;
    return low;
}

static enum cr_status add_class(struct cr_table *table, char *text, struct cr_error *err)
{
    bool found;
    int64_t at = place_of(table, text, &found), count = table->class_count;
    if (found) {
        free(text);
        return CR_OK;
    }
    if (count == CLASSES_MAX) {
        free(text);
        return cr_fail(err, CR_ERROR_FORMAT, "%s: more than %d classes", table->csv.path, CLASSES_MAX);
    }
    if ((count & (count - 1)) == 0) { /* full: 0, 1, 2, 4, ... */
        char **classes = realloc(table->classes, (size_t)(count ? 2 * count : 1) * sizeof *classes);
        if (!classes) {
            free(text);
            return cr_fail_memory(err);
        }
        table->classes = classes;
    }
    memmove(table->classes + at + 1, table->classes + at, (size_t)(count - at) * sizeof *table->classes);
    table->classes[at] = text;
    table->class_count++;
    return CR_OK;
}

/* Fractions are measured, not named. */
static enum cr_status check_classes(struct cr_table *table, struct cr_error *err)
{
    int64_t numbers = 0, fractions = 0, whole;
    double value;
    char column[96];
    for (int64_t i = 0; i < table->class_count; i++) {
        bool is_whole = cr_text_int(table->classes[i], &whole);
        numbers += is_whole;
        fractions += !is_whole && cr_text_float(table->classes[i], &value) && value != trunc(value);
    }
    cr_csv_describe_column(&table->csv, table->label, column, sizeof column);
    if (table->class_count > 0 && numbers + fractions == table->class_count && fractions > 0)
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s: %s holds fractions, which are no classes: where they are to be met, name the column in "
                       "targets, else name the right one in label",
                       table->csv.path, column);
    table->classes_are_numbers = numbers == table->class_count;
    if (table->classes_are_numbers)
        qsort(table->classes, (size_t)table->class_count, sizeof *table->classes, by_number);
    return CR_OK;
}

enum cr_status cr_table_find_classes(struct cr_table *table, struct cr_error *err)
{
    const struct cr_field nothing = {0};
    struct cr_field last = nothing;
    for (int64_t row = 0; row < table->csv.rows; row++) {
        struct cr_field field = label_of(table, row);
        if (cr_field_missing(&field))
            continue;
        /* Rows often come class by class. */
        if (last.length == field.length && last.at && memcmp(last.at, field.at, field.length) == 0)
            continue;
        last = field;
        char *text = cr_field_text(&field);
        if (!text)
            return cr_fail_memory(err);
        CR_TRY(add_class(table, text, err));
    }
    return check_classes(table, err);
}

bool cr_table_class(const struct cr_table *table, const char *name, int32_t *label)
{
    char *const *found = bsearch(&name, table->classes, (size_t)table->class_count, sizeof *table->classes,
                                 table->classes_are_numbers ? by_number : by_bytes);
    if (found)
        *label = (int32_t)(found - table->classes);
    return found != NULL;
}

/* The columns of the test part are those of the training part. */
enum cr_status cr_table_compare(const struct cr_table *test, const struct cr_table *train, struct cr_error *err)
{
    if (test->csv.columns != train->csv.columns)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: has %d columns, but %s has %d", test->csv.path, test->csv.columns,
                       train->csv.path, train->csv.columns);
    for (int i = 0; test->csv.names && train->csv.names && i < test->csv.columns; i++)
        if (strcmp(test->csv.names[i], train->csv.names[i]) != 0)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: column %d is %s, but %s in %s", test->csv.path, i + 1,
                           test->csv.names[i], train->csv.names[i], train->csv.path);
    return CR_OK;
}
