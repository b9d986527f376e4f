/*
 * The numbers of steps and epochs, all of them, packed. Where a page would become larger than some 20 MB, the steps are
 * thinned: out of each `thinned` rows two are kept, which hold the least and the largest number of each column in the
 * order in which they came. The page says so.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/pack.h"
#include "report/report.h"

/* Of numbers in a page; deflated float32 in base64 take about 4.5 bytes each. */
static const double PAGE_NUMBERS = 20e6 / 4.5;

int64_t cr_report_thinning(const struct cr_run_log *const *logs, int count)
{
    double numbers = 0;
    for (int i = 0; i < count; i++)
        numbers += (double)logs[i]->steps.count * logs[i]->steps.columns;
    return numbers <= PAGE_NUMBERS ? 1 : (int64_t)ceil(2 * numbers / PAGE_NUMBERS);
}

/* Counters need no float: they are whole, and their differences pack to nothing. */
static bool is_counter(const char *name)
{
    return strcmp(name, "step") == 0 || strcmp(name, "epoch") == 0;
}

/* The place of the least (or largest) of values[0..count); a NaN is neither, but where there is nothing else. */
static int64_t extreme(const double *values, int64_t count, bool largest)
{
    int64_t best = 0;
    for (int64_t i = 1; i < count; i++)
        if (isnan(values[best]) || (largest ? values[i] > values[best] : values[i] < values[best]))
            best = i;
    return best;
}

/* Of a counter the first and the last of each bucket: they stay in step with the others. */
static int64_t thin(const double *from, int64_t count, int64_t bucket, bool counter, double *to)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i += bucket) {
        int64_t size = count - i < bucket ? count - i : bucket;
        int64_t low = counter ? 0 : extreme(from + i, size, false);
        int64_t high = counter ? size - 1 : extreme(from + i, size, true);
        to[kept++] = from[i + (low < high ? low : high)];
        to[kept++] = from[i + (low < high ? high : low)];
    }
    return kept;
}

static enum cr_status write_column(struct cr_json *json, const char *name, const double *values, int64_t count,
                                   struct cr_error *err)
{
    if (!is_counter(name))
        return cr_pack_floats(json, name, values, count, err);
    int32_t *ints = malloc((size_t)count * sizeof *ints + 1);
    if (!ints)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < count; i++)
        ints[i] = fabs(values[i]) < INT32_MAX ? (int32_t)values[i] : 0;
    enum cr_status status = cr_pack_ints(json, name, ints, count, err);
    free(ints);
    return status;
}

static enum cr_status write_table(struct cr_json *json, const char *key, const struct cr_run_log_table *table,
                                  int64_t thinned, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    double *buffer = malloc(((size_t)(table->count / thinned) + 1) * 2 * sizeof *buffer);
    if (!buffer)
        return cr_fail_memory(err);
    int64_t count = table->count;
    cr_json_object(json, key);
    cr_json_object(json, "columns");
    for (int c = 0; c < table->columns; c++) {
        const struct cr_run_log_column *column = &table->column[c];
        const double *values = column->values;
        if (thinned > 1) {
            count = thin(values, table->count, thinned, is_counter(column->name), buffer);
            values = buffer;
        }
        CR_GO(write_column(json, column->name, values, count, err));
    }
    cr_json_end(json);
    cr_json_int(json, "count", count);
    cr_json_end(json);
done:
    free(buffer);
    return status;
}

enum cr_status cr_report_tables(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    CR_TRY(write_table(&report->json, "steps", &run->log->steps, report->thinned, err));
    return write_table(&report->json, "epochs", &run->log->epochs, 1, err);
}
