/*
 * Rows and fields of a text file that lies in memory. Where the rows begin is found in one pass; afterwards each can be
 * read by itself, by any thread.
 */
#include "data/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/text.h"

enum { COLUMNS_MAX = 1 << 20 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

int64_t cr_csv_line(const struct cr_csv *csv, const char *at)
{
    int64_t line = 1;
    for (const char *c = csv->text; (c = memchr(c, '\n', (size_t)(at - c))) != NULL; c++)
        line++;
    return line;
}

/* ------------------------------------------------------------------------------------------------------------ fields
 */

/* Behind the quote that closes what begins at `at`, or NULL. */
static const char *skip_quoted(const char *at, const char *end, bool *doubled)
{
    while ((at = memchr(at, '"', (size_t)(end - at))) != NULL) {
        if (at + 1 == end || at[1] != '"')
            return at + 1;
        *doubled = true;
        at += 2;
    }
    return NULL;
}

const char *cr_csv_field(const struct cr_csv *csv, const char *at, const char *end, struct cr_field *field)
{
    *field = (struct cr_field){0};
    while (at < end && is_blank(*at) && *at != csv->separator)
        at++;
    if (at < end && *at == '"') {
        const char *behind = skip_quoted(at + 1, end, &field->doubled);
        const char *next = behind ? behind : end;
        while (next < end && is_blank(*next) && *next != csv->separator)
            next++;
        field->quoted = behind && (next == end || *next == csv->separator);
        if (field->quoted) {
            field->at = at + 1;
            field->length = (size_t)(behind - 1 - field->at);
            return next < end ? next + 1 : NULL;
        }
        field->doubled = false; /* `"a" b`: no quoted field, but text as it stands */
    }
    const char *stop = at;
    while (stop < end && *stop != csv->separator)
        stop++;
    field->at = at;
    field->length = (size_t)(stop - at);
    while (field->length > 0 && is_blank(at[field->length - 1]))
        field->length--;
    return stop < end ? stop + 1 : NULL;
}

char *cr_field_text(const struct cr_field *field)
{
    char *text = malloc(field->length + 1);
    size_t used = 0;
    for (size_t i = 0; text && i < field->length; i++) {
        text[used++] = field->at[i];
        i += field->doubled && field->at[i] == '"';
    }
    if (text)
        text[used] = 0;
    return text;
}

bool cr_field_missing(const struct cr_field *field)
{
    static const char *const words[] = {"na", "n/a", "nan", "null", "none", "?"};
    if (field->length == 0)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == field->length && strncasecmp(field->at, words[i], field->length) == 0)
            return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* As text: what is long, large, infinite or none at all. */
static bool slow_number(const struct cr_field *field, double *value)
{
    char text[512];
    if (field->length >= sizeof text)
        return false;
    memcpy(text, field->at, field->length);
    text[field->length] = 0;
    return strlen(text) == field->length && cr_text_float(text, value);
}

/* The exponent behind `e`, if that is all that is left. */
static bool read_exponent(const char *at, const char *end, int *exponent)
{
    enum { DIGITS_MAX = 3 };
    bool negative = at < end && *at == '-';
    int value = 0;
    at += at < end && (*at == '-' || *at == '+');
    if (at == end || end - at > DIGITS_MAX)
        return false;
    for (; at < end && is_digit(*at); at++)
        value = 10 * value + (*at - '0');
    *exponent += negative ? -value : value;
    return at == end;
}

/*
 * A whole number below 2^53 times or over a power of ten up to 10^22: both are exact as doubles, so that the result is
 * rounded once (Clinger 1990). The rest is left to the C library.
 */
bool cr_field_number(const struct cr_field *field, double *value)
{
    enum { DIGITS_MAX = 15, POWERS = 23 };
    static const double powers[POWERS] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                          1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *at = field->at, *end = at + field->length;
    bool negative = at < end && *at == '-';
    at += negative;
    int64_t number = 0;
    int digits = 0, exponent = 0;
    for (; at < end && is_digit(*at) && digits < DIGITS_MAX; at++, digits++)
        number = 10 * number + (*at - '0');
    if (at < end && *at == '.')
        for (at++; at < end && is_digit(*at) && digits < DIGITS_MAX; at++, digits++, exponent--)
            number = 10 * number + (*at - '0');
    bool whole = digits > 0 && (at == end || ((*at == 'e' || *at == 'E') && read_exponent(at + 1, end, &exponent)));
    if (!whole || exponent <= -POWERS || exponent >= POWERS)
        return slow_number(field, value);
    double size = exponent < 0 ? (double)number / powers[-exponent] : (double)number * powers[exponent];
    *value = negative ? -size : size;
    return true;
}

/* -------------------------------------------------------------------------------------------------------------- rows
 */

/* The end of the row that begins at `at` (its line end), or NULL where a quote is never closed: *open. */
static const char *row_end(const struct cr_csv *csv, const char *at, const char *end, const char **open)
{
    bool doubled, begins = true; /* a quote opens a field only where the field begins */
    for (; at < end && *at != '\n'; at++) {
        if (begins && *at == '"') {
            *open = at;
            at = skip_quoted(at + 1, end, &doubled);
            if (!at)
                return NULL;
            at--;
            begins = false;
        } else {
            begins = *at == csv->separator || (begins && is_blank(*at));
        }
    }
    return at;
}

static bool is_empty(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at == end;
}

static enum cr_status add_row(struct cr_csv *csv, int64_t *room, const char *at, const char *end, struct cr_error *err)
{
    if (csv->rows == *room) {
        *room = *room ? 2 * *room : 1024;
        const char **starts = realloc(csv->starts, (size_t)*room * sizeof *starts);
        csv->starts = starts ? starts : csv->starts;
        const char **ends = starts ? realloc(csv->ends, (size_t)*room * sizeof *ends) : NULL;
        csv->ends = ends ? ends : csv->ends;
        if (!starts || !ends)
            return cr_fail_memory(err);
    }
    csv->starts[csv->rows] = at;
    csv->ends[csv->rows++] = end;
    return CR_OK;
}

static enum cr_status find_rows(struct cr_csv *csv, const char *at, const char *end, struct cr_error *err)
{
    int64_t room = 0;
    bool quotes = memchr(at, '"', (size_t)(end - at)) != NULL;
    for (const char *stop; at < end; at = stop + 1) {
        const char *open = NULL;
        if (quotes) {
            stop = row_end(csv, at, end, &open);
        } else {
            stop = memchr(at, '\n', (size_t)(end - at));
            stop = stop ? stop : end;
        }
        if (!stop)
            return cr_fail(err, CR_ERROR_FORMAT, "%s:%lld: a quote that is opened here is never closed", csv->path,
                           (long long)cr_csv_line(csv, open));
        if (!is_empty(at, stop))
            CR_TRY(add_row(csv, &room, at, stop, err));
    }
    return csv->rows > 0 ? CR_OK : cr_fail(err, CR_ERROR_FORMAT, "%s: the file is empty, expected rows", csv->path);
}

/* ------------------------------------------------------------------------------------------------------------ header
 */

/* The first row decides; quoted fields may hold any of the candidates. */
static char find_separator(const char *at, const char *end)
{
    static const char candidates[] = {',', ';', '\t'};
    int best = 0, found[3] = {0};
    bool quoted = false;
    for (; at < end && (quoted || *at != '\n'); at++) {
        quoted ^= *at == '"';
        for (int i = 0; i < 3 && !quoted; i++)
            found[i] += *at == candidates[i];
    }
    for (int i = 1; i < 3; i++)
        best = found[i] > found[best] ? i : best;
    return candidates[best];
}

/* Counts the columns of the first row and says whether one of them is a number. */
static bool first_has_number(struct cr_csv *csv)
{
    struct cr_field field;
    double value;
    bool found = false;
    const char *at = csv->starts[0];
    for (csv->columns = 0; at; csv->columns++) {
        at = cr_csv_field(csv, at, csv->ends[0], &field);
        found = found || (!cr_field_missing(&field) && cr_field_number(&field, &value));
    }
    return found;
}

static enum cr_status take_header(struct cr_csv *csv, struct cr_error *err)
{
    struct cr_field field;
    const char *at = csv->starts[0];
    csv->names = calloc((size_t)csv->columns, sizeof *csv->names);
    if (!csv->names)
        return cr_fail_memory(err);
    for (int i = 0; i < csv->columns; i++) {
        at = cr_csv_field(csv, at, csv->ends[0], &field);
        csv->names[i] = cr_field_text(&field);
        if (!csv->names[i])
            return cr_fail_memory(err);
    }
    csv->rows--;
    memmove(csv->starts, csv->starts + 1, (size_t)csv->rows * sizeof *csv->starts);
    memmove(csv->ends, csv->ends + 1, (size_t)csv->rows * sizeof *csv->ends);
    if (csv->rows == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: has a header, but no rows", csv->path);
    return CR_OK;
}

/* The text without its byte-order mark. UTF-16 looks like a file full of zeros. */
static enum cr_status check_text(const struct cr_csv *csv, const char **at, struct cr_error *err)
{
    *at = csv->text;
    if (strncmp(csv->text, "\xff\xfe", 2) == 0 || strncmp(csv->text, "\xfe\xff", 2) == 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is UTF-16, expected UTF-8 or ASCII", csv->path);
    if (strncmp(csv->text, "\xef\xbb\xbf", 3) == 0)
        *at += 3;
    return CR_OK;
}

enum cr_status cr_csv_open(struct cr_csv *csv, const char *path, char separator, enum cr_header header,
                           struct cr_error *err)
{
    size_t size;
    const char *at;
    enum cr_status status;
    *csv = (struct cr_csv){.path = path};
    CR_GO(cr_file_read(path, SIZE_MAX / 2, &csv->text, &size, err));
    CR_GO(check_text(csv, &at, err));
    csv->separator = separator ? separator : find_separator(at, csv->text + size);
    CR_GO(find_rows(csv, at, csv->text + size, err));
    bool number = first_has_number(csv);
    if (csv->columns > COLUMNS_MAX)
        CR_GO(cr_fail(err, CR_ERROR_FORMAT, "%s: has %d columns, more than %d", path, csv->columns, COLUMNS_MAX));
    if (header == CR_HEADER_YES || (header == CR_HEADER_AUTO && !number))
        CR_GO(take_header(csv, err));
done:
    if (status != CR_OK)
        cr_csv_close(csv);
    return status;
}

void cr_csv_close(struct cr_csv *csv)
{
    for (int i = 0; csv->names && i < csv->columns; i++)
        free(csv->names[i]);
    free(csv->names);
    free(csv->starts);
    free(csv->ends);
    free(csv->text);
    *csv = (struct cr_csv){0};
}

/* ----------------------------------------------------------------------------------------------------------- columns
 */

void cr_csv_describe_column(const struct cr_csv *csv, int column, char *text, size_t size)
{
    if (csv->names && csv->names[column][0])
        snprintf(text, size, "column %d (%.*s)", column + 1, cr_text_fit(csv->names[column], 60), csv->names[column]);
    else
        snprintf(text, size, "column %d", column + 1);
}

static enum cr_status fail_find(const struct cr_csv *csv, const char *option, const char *word, struct cr_error *err)
{
    enum { WORDS_MAX = 256 };
    const char *words[WORDS_MAX + 1] = {NULL};
    for (int i = 0; csv->names && i < csv->columns && i < WORDS_MAX; i++)
        words[i] = csv->names[i];
    const char *nearest = cr_nearest_word(word, words);
    if (!csv->names)
        return cr_fail(err, CR_ERROR_ARGUMENT,
                       "%s: %s: there is no column %s: the file has no header, so name it by its number, 1..%d",
                       csv->path, option, word, csv->columns);
    return cr_fail(err, CR_ERROR_ARGUMENT, "%s: %s: there is no column %s among the %d%s%s%s", csv->path, option, word,
                   csv->columns, nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

enum cr_status cr_csv_find(const struct cr_csv *csv, const char *option, const char *word, int *column,
                           struct cr_error *err)
{
    int64_t number;
    int found = 0;
    for (int i = 0; csv->names && i < csv->columns; i++)
        if (strcmp(csv->names[i], word) == 0) {
            *column = i;
            found++;
        }
    if (found > 1)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%s: %s: %d columns have the name %s: give a number, 1..%d", csv->path,
                       option, found, word, csv->columns);
    if (found == 1)
        return CR_OK;
    if (!cr_text_int(word, &number) || number < 1 || number > csv->columns)
        return fail_find(csv, option, word, err);
    *column = (int)number - 1;
    return CR_OK;
}
