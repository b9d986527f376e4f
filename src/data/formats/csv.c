/*
 * Tables of numbers as text (RFC 4180), one sample a row: a class, or targets, and the rest is what the network sees.
 *
 * The features are numbers, or with `shape` the pixels of a picture, row by row, channels last. Classes are words or
 * whole numbers, in the order of their values where all are whole numbers, else of their bytes; they are those of the
 * training part. Every row is read by itself, many at once; which row fails first does not depend on that.
 */
#include "data/dataset.h"
#include "data/format.h"

#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/table.h"
#include "data/thread.h"

enum { BLOCK = 512 };
enum type { NUMBERS, BYTES };
enum missing { REFUSE, SKIP };
enum separator { AUTO, COMMA, SEMICOLON, TAB };

struct csv {
    const char *path, *test, *label;
    const struct cr_node *targets, *ignore;
    int header, separator, type, missing;
    struct cr_list shape;
};

/* -------------------------------------------------------------------------------------------------------------- rows
 */

struct reading {
    const struct cr_table *table;   /* whose rows are read */
    const struct cr_table *classes; /* of the training part */
    struct cr_store *store;
    bool *gaps; /* [rows], where rows with missing values are skipped */
};

static enum cr_status fail_field(const struct cr_table *table, int64_t row, int column, const struct cr_field *field,
                                 const char *expected, struct cr_error *err)
{
    char name[96], found[64];
    long long line = (long long)cr_csv_line(&table->csv, table->csv.starts[row]);
    cr_csv_describe_column(&table->csv, column, name, sizeof name);
    if (cr_field_missing(field))
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s:%lld: %s: the value is missing (%s%.*s), expected %s; `missing: skip` leaves such rows out",
                       table->csv.path, line, name, field->length ? "" : "empty", (int)field->length, field->at,
                       expected);
    snprintf(found, sizeof found, "%.*s", (int)(field->length < 40 ? field->length : 40), field->at);
    return cr_fail(err, CR_ERROR_FORMAT, "%s:%lld: %s: found \"%.*s\", expected %s", table->csv.path, line, name,
                   cr_text_fit(found, 39), found, expected);
}

static enum cr_status take_class(const struct reading *work, int64_t row, int column, const struct cr_field *field,
                                 struct cr_error *err)
{
    char text[256];
    char *name = text;
    if (field->doubled || field->length >= sizeof text) {
        name = cr_field_text(field);
        if (!name)
            return cr_fail_memory(err);
    } else {
        memcpy(text, field->at, field->length);
        text[field->length] = 0;
    }
    bool found = cr_table_class(work->classes, name, &work->store->labels[row]);
    if (name != text)
        free(name);
    return found ? CR_OK : fail_field(work->table, row, column, field, "one of the classes of the training part", err);
}

/* One field to where it belongs. */
static enum cr_status take_field(const struct reading *work, int64_t row, int column, int64_t feature,
                                 const struct cr_field *field, struct cr_error *err)
{
    const struct cr_table *table = work->table;
    struct cr_store *store = work->store;
    double value;
    if (table->roles[column] == CR_COLUMN_IGNORED)
        return CR_OK;
    if (cr_field_missing(field)) {
        if (!work->gaps)
            return fail_field(table, row, column, field,
                              table->roles[column] == CR_COLUMN_LABEL ? "a class" : "a number", err);
        work->gaps[row] = true;
        return CR_OK;
    }
    if (table->roles[column] == CR_COLUMN_LABEL)
        return take_class(work, row, column, field, err);
    if (!cr_field_number(field, &value) || !isfinite((float)value))
        return fail_field(table, row, column, field, "a finite number", err);
    if (table->roles[column] == CR_COLUMN_TARGET) {
        store->targets[row * table->targets + table->places[column]] = (float)value;
    } else if (store->dataset.numbers) {
        ((float *)(void *)store->pixels)[row * table->features + feature] = (float)value;
    } else {
        if (!(value >= 0 && value <= 255 && value == trunc(value)))
            return fail_field(table, row, column, field, "a whole number 0..255 (type: bytes)", err);
        store->pixels[row * table->features + feature] = (uint8_t)value;
    }
    return CR_OK;
}

static enum cr_status read_row(const struct reading *work, int64_t row, struct cr_error *err)
{
    const struct cr_csv *csv = &work->table->csv;
    const char *at = csv->starts[row], *end = csv->ends[row];
    struct cr_field field;
    int column = 0;
    for (int64_t feature = 0; at && column < csv->columns; column++) {
        at = cr_csv_field(csv, at, end, &field);
        CR_TRY(take_field(work, row, column, feature, &field, err));
        feature += work->table->roles[column] == CR_COLUMN_FEATURE;
    }
    if (column == csv->columns && !at)
        return CR_OK;
    for (; at; column++)
        at = cr_csv_field(csv, at, end, &field);
    return cr_fail(err, CR_ERROR_FORMAT, "%s:%lld: has %d column%s, expected %d as in the first row", csv->path,
                   (long long)cr_csv_line(csv, csv->starts[row]), column, column == 1 ? "" : "s", csv->columns);
}

static enum cr_status read_block(void *user, int64_t block, struct cr_error *err)
{
    const struct reading *work = user;
    int64_t end = (block + 1) * BLOCK < work->table->csv.rows ? (block + 1) * BLOCK : work->table->csv.rows;
    for (int64_t row = block * BLOCK; row < end; row++)
        CR_TRY(read_row(work, row, err));
    return CR_OK;
}

/* ----------------------------------------------------------------------------------------------------------- dataset
 */

/* For describe(). */
struct origin {
    const char *path;
    int64_t *lines; /* [count], of each sample */
};

static void describe(const struct cr_dataset *dataset, int64_t index, char *text, size_t size)
{
    const struct origin *origin = ((const struct cr_store *)dataset)->own;
    snprintf(text, size, "%s:%lld", origin->path, (long long)origin->lines[index]);
}

static enum cr_status remember_lines(struct cr_store *store, const struct cr_csv *csv, struct cr_error *err)
{
    struct origin *origin = cr_arena_alloc(store->arena, sizeof *origin);
    if (!origin)
        return cr_fail_memory(err);
    origin->path = cr_arena_text(store->arena, csv->path);
    origin->lines = cr_arena_alloc(store->arena, (size_t)csv->rows * sizeof *origin->lines);
    if (!origin->path || !origin->lines)
        return cr_fail_memory(err);
    const char *at = csv->text;
    int64_t line = 1;
    for (int64_t row = 0; row < csv->rows; row++) {
        for (; (at = memchr(at, '\n', (size_t)(csv->starts[row] - at))) != NULL; at++)
            line++;
        at = csv->starts[row];
        origin->lines[row] = line;
    }
    store->own = origin;
    store->dataset.describe = describe;
    return CR_OK;
}

/* Moves the rows without gaps together. */
static enum cr_status close_gaps(const struct reading *work, const struct cr_context *context, struct cr_error *err)
{
    struct cr_store *store = work->store;
    struct cr_dataset *dataset = &store->dataset;
    size_t sample = cr_sample_size(dataset), row = (size_t)dataset->classes;
    int64_t kept = 0, *lines = ((const struct origin *)store->own)->lines;
    for (int64_t i = 0; i < dataset->count; i++) {
        if (work->gaps[i])
            continue;
        memmove(store->pixels + (size_t)kept * sample, store->pixels + (size_t)i * sample, sample);
        if (store->targets)
            memmove(store->targets + (size_t)kept * row, store->targets + (size_t)i * row, row * sizeof(float));
        else
            store->labels[kept] = store->labels[i];
        lines[kept++] = lines[i];
    }
    if (kept == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: in every row a value is missing", work->table->csv.path);
    if (kept < dataset->count)
        cr_log(context, CR_LOG_WARNING, "%s: %lld of %lld rows are skipped because a value is missing",
               work->table->csv.path, (long long)(dataset->count - kept), (long long)dataset->count);
    dataset->count = kept;
    return CR_OK;
}

/* Names of the targets' columns, in the order of the targets; NULL without a header. */
static const char **target_names(const struct cr_table *table)
{
    const char **names = table->csv.names ? calloc((size_t)table->targets, sizeof *names) : NULL;
    for (int i = 0; names && i < table->csv.columns; i++)
        if (table->roles[i] == CR_COLUMN_TARGET)
            names[table->places[i]] = table->csv.names[i];
    return names;
}

/* What the features are called, where the file says so and they are no pixels. */
static enum cr_status name_columns(struct cr_store *store, const struct cr_table *table, struct cr_error *err)
{
    if (!table->csv.names || store->dataset.channels != table->features)
        return CR_OK;
    const char **names = cr_arena_alloc(store->arena, (size_t)table->features * sizeof *names);
    if (!names)
        return cr_fail_memory(err);
    for (int64_t i = 0, at = 0; i < table->csv.columns; i++) {
        if (table->roles[i] != CR_COLUMN_FEATURE)
            continue;
        names[at] = cr_arena_text(store->arena, table->csv.names[i]);
        if (!names[at++])
            return cr_fail_memory(err);
    }
    store->dataset.columns = names;
    return CR_OK;
}

static enum cr_status make(struct cr_dataset **dataset, const struct cr_format_call *call, const struct cr_table *table,
                           const struct cr_table *train, struct cr_error *err)
{
    const struct csv *values = call->values;
    struct cr_store *store = NULL;
    struct reading work = {.table = table, .classes = train};
    struct cr_extent extent = {.count = table->csv.rows,
                               .classes = table->targets ? table->targets : train->class_count,
                               .numbers = values->type == NUMBERS,
                               .targets = table->targets > 0};
    const char **names = table->targets ? target_names(table) : (const char **)train->classes;
    enum cr_status status;
    CR_GO(cr_extent_shape(&extent, &values->shape, table->features, table->csv.path, err));
    if (!extent.targets && train->class_count == 0)
        CR_GO(cr_fail(err, CR_ERROR_FORMAT, "%s: no row has a label", train->csv.path));
    CR_GO(cr_store_new(&store, &extent, true, names, err, "csv %s", table->csv.path));
    CR_GO(remember_lines(store, &table->csv, err));
    CR_GO(name_columns(store, table, err));
    work.store = store;
    if (values->missing == SKIP && !(work.gaps = calloc((size_t)extent.count, sizeof *work.gaps)))
        CR_GO(cr_fail_memory(err));
    CR_GO(cr_parallel(&call->options, "reading rows", (extent.count + BLOCK - 1) / BLOCK, read_block, &work, err));
    if (work.gaps)
        CR_GO(close_gaps(&work, call->context, err));
    *dataset = &store->dataset;
    store = NULL;
done:
    if (table->targets)
        free(names);
    free(work.gaps);
    cr_dataset_free(store ? &store->dataset : NULL);
    return status;
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct csv *values = call->values;
    bool wants_test = call->part == CR_PART_TEST;
    static const char separators[] = {[AUTO] = 0, [COMMA] = ',', [SEMICOLON] = ';', [TAB] = '\t'};
    struct cr_table_options columns = {.separator = separators[values->separator],
                                       .header = (enum cr_header)values->header,
                                       .label = values->label,
                                       .targets = values->targets,
                                       .ignore = values->ignore};
    struct cr_table train = {0}, test = {0};
    enum cr_status status;
    if (wants_test && !values->test[0])
        return cr_part_missing(err, "csv", "set test to a file like that of the training part");
    CR_GO(cr_table_open(&train, values->path, &columns, err));
    if (train.label >= 0)
        CR_GO(cr_table_find_classes(&train, err));
    if (wants_test) {
        CR_GO(cr_table_open(&test, values->test, &columns, err));
        CR_GO(cr_table_compare(&test, &train, err));
    }
    CR_GO(make(dataset, call, wants_test ? &test : &train, &train, err));
done:
    cr_table_close(&train);
    cr_table_close(&test);
    return status;
}

static const struct cr_name header_names[] = {
    {"auto", CR_HEADER_AUTO}, {"true", CR_HEADER_YES}, {"false", CR_HEADER_NO}, {0}};
static const struct cr_name separator_names[] = {{"auto", 0}, {"comma", 1}, {"semicolon", 2},
                                                 {"tab", 3},  {"space", 4}, {0}};
static const struct cr_name type_names[] = {{"numbers", NUMBERS}, {"bytes", BYTES}, {0}};
static const struct cr_name missing_names[] = {{"refuse", REFUSE}, {"skip", SKIP}, {0}};

static const struct cr_option options[] = {
    CR_STRING("path", struct csv, path, .help = "the training part's file"),
    CR_STRING("test", struct csv, test, .text = "", .help = "the test part's file, with the same columns"),
    CR_STRING("label", struct csv, label, .text = "",
              .help =
                  "column of the class, by name or number (from 1); default: label, class or target, else the last"),
    CR_NODE("targets", struct csv, targets, .kind = "columns",
            .help = "columns of numbers to be met instead of a class, by name or number: one or a list"),
    CR_NODE("ignore", struct csv, ignore, .kind = "columns", .help = "columns that are left out: one or a list"),
    CR_LIST("shape", struct csv, shape, .min = 1, .max = 1 << 20,
            .help = "[height, width] or [height, width, channels] of pictures; default: a row of numbers"),
    CR_CHOICE("type", struct csv, type, .def = NUMBERS, .names = type_names,
              .help = "bytes: whole numbers 0..255, which the network sees divided by 255"),
    CR_CHOICE("header", struct csv, header, .def = CR_HEADER_AUTO, .names = header_names,
              .help = "whether the first row names the columns; auto: where none of its fields is a number"),
    CR_CHOICE("separator", struct csv, separator, .def = AUTO, .names = separator_names,
              .help = "auto: comma, semicolon or tab, whichever the first row has most of"),
    CR_CHOICE("missing", struct csv, missing, .def = REFUSE, .names = missing_names,
              .help = "rows with an empty field, NA, NaN, null or ?: an error, or left out with a warning"),
    {0},
};

const struct cr_format cr_format_csv = {
    .entry = {.name = "csv", .help = "a table as text: a class or targets, and numbers or pixels", .options = options},
    .open = open,
};
