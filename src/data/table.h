/*
 * Tables: what the columns of a text file are, and which classes its labels name.
 */
#ifndef CR_DATA_TABLE_H
#define CR_DATA_TABLE_H

#include <cradle/config.h>

#include "data/csv.h"

enum cr_column { CR_COLUMN_FEATURE, CR_COLUMN_LABEL, CR_COLUMN_TARGET, CR_COLUMN_IGNORED };

/* How the columns are named in the config; "" and NULL where they are not. */
struct cr_table_options {
    char separator; /* 0: found out */
    enum cr_header header;
    const char *label;
    const struct cr_node *targets, *ignore;
};

struct cr_table {
    struct cr_csv csv;
    enum cr_column *roles; /* [columns] */
    int *places;           /* [columns]: of a target, its place in the row of targets */
    int label;             /* column, or -1 */
    int64_t features, targets;
    char **classes; /* [class_count]; the training part's */
    int64_t class_count;
    bool classes_are_numbers; /* and sorted as such, else by their bytes */
};

enum cr_status cr_table_open(struct cr_table *table, const char *path, const struct cr_table_options *options,
                             struct cr_error *err);
void cr_table_close(struct cr_table *table);

/* Gathers the classes from the column of labels. */
enum cr_status cr_table_find_classes(struct cr_table *table, struct cr_error *err);
/* The number of the class with this name. */
bool cr_table_class(const struct cr_table *table, const char *name, int32_t *label);
/* Another file has the same columns under the same names. */
enum cr_status cr_table_compare(const struct cr_table *test, const struct cr_table *train, struct cr_error *err);

#endif
