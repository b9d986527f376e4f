/*
 * The table at the end of a series.
 */
#ifndef CLI_SERIES_TABLE_H
#define CLI_SERIES_TABLE_H

#include <cradle/report.h>

/* A row a group: where it stands on each axis, mean and deviation. Of a plain cross-validation a few lines. */
void series_table(const struct cr_series *series, const struct cr_series_summary *summary, int64_t folds);

#endif
