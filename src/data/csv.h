/*
 * Text in rows and fields (RFC 4180): fields divided by one character, in double quotes where they hold it, a line end
 * or a quote (which is doubled then). Beyond the RFC: lines may end with \n alone, a byte-order mark is passed over, so
 * are empty lines, and blanks around a field without quotes do not belong to it.
 */
#ifndef CR_DATA_CSV_H
#define CR_DATA_CSV_H

#include <cradle/base.h>

struct cr_csv {
    const char *path; /* as given, for messages */
    char *text;       /* the whole file */
    char separator;
    int64_t rows;                 /* without the header */
    const char **starts, **ends;  /* [rows] */
    const char *header, *headend; /* NULL: the file has none */
    int columns;
    char **names; /* [columns], of the header; NULL without */
};

/* A field without its quotes; where `doubled`, every quote in it stands twice. */
struct cr_field {
    const char *at;
    size_t length;
    bool quoted, doubled;
};

enum cr_header { CR_HEADER_AUTO, CR_HEADER_YES, CR_HEADER_NO };

/*
 * Reads a file and finds its rows. `separator` 0: the one of `,` `;` and tab that the first row has most of. By
 * CR_HEADER_AUTO the first row is a header where none of its fields is a number. `path` must live as long as `csv`.
 */
enum cr_status cr_csv_open(struct cr_csv *csv, const char *path, char separator, enum cr_header header,
                           struct cr_error *err);
void cr_csv_close(struct cr_csv *csv);

/* The field at `at`, and where the next one begins; NULL behind the row's last. */
const char *cr_csv_field(const struct cr_csv *csv, const char *at, const char *end, struct cr_field *field);
/* A new string with quotes single again; NULL without memory. */
char *cr_field_text(const struct cr_field *field);
/* The whole field must be a number, finite or not; correctly rounded. */
bool cr_field_number(const struct cr_field *field, double *value);
/* Empty, NA, N/A, NaN, null, none or ?. */
bool cr_field_missing(const struct cr_field *field);

/* Of a place in the text, from 1. */
int64_t cr_csv_line(const struct cr_csv *csv, const char *at);
/* "column 3" or "column 3 (width)", counted from 1 for people. */
void cr_csv_describe_column(const struct cr_csv *csv, int column, char *text, size_t size);
/*
 * The column of that name, or of that number from 1; `option` begins the message where there is none:
 * "FILE: label: no column is named x; ...".
 */
enum cr_status cr_csv_find(const struct cr_csv *csv, const char *option, const char *word, int *column,
                           struct cr_error *err);

#endif
