/*
 * A table of trainings that were made once (bench/tune/table.py), to be searched many times: a line of names, then a
 * line a training with its values, the accuracy and the loss of the validation part. A range of the space counts the
 * levels of its column, the smallest value being 0; "-" stands where another branch was chosen. A training that
 * diverged has empty scores.
 */
#ifndef BENCH_TUNE_TABLE_H
#define BENCH_TUNE_TABLE_H

#include <cradle/tune.h>

enum { TABLE_ROWS = 1024, TABLE_COLUMNS = 8 };

struct table {
    int rows, columns;
    double cell[TABLE_ROWS][TABLE_COLUMNS]; /* a value of the space: a level, or the index of a choice; NaN: none */
    double score[TABLE_ROWS];               /* smaller is better; NaN: diverged */
    double best;
};

/* Reads a table whose columns are the dimensions of the space, in its order. `loss`: its scores are losses, not errors.
 */
enum cr_status table_read(struct table *table, const char *path, const struct cr_space *space, bool loss,
                          struct cr_error *err);
/* The score of a point less the smallest of all; NaN: diverged. */
double table_regret(const struct table *table, const double *values);

#endif
