/*
 * What was seen inside the network while it trained: norms of weights, gradients and updates, the course of
 * activations, and how their numbers were spread. The log has an `observe` event each so many steps; here they become
 * series.
 *
 * Every observation is kept up to NUMBERS_MAX numbers a kind; beyond, each k-th. Histograms are for heat maps: at most
 * COLUMNS of them, each bin a byte, 255 sqrt(share).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/text.h"
#include "report/pack.h"
#include "report/report.h"

enum { NUMBERS_MAX = 200000, COLUMNS = 150, ITEMS_MAX = 2000 };
_Static_assert(CR_HISTOGRAM_BINS == 64, "web/src/inside.js counts on that");

struct observations {
    const struct cr_run_log *log;
    int64_t seen;     /* in the log */
    int64_t count;    /* that are kept */
    int64_t *records; /* [count]: which records of the log */
    cJSON **objects;  /* [count] */
};

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static double number(const cJSON *object, const char *key)
{
    const cJSON *item = get(object, key);
    double value = NAN;
    if (cJSON_IsString(item))
        cr_text_float(item->valuestring, &value);
    return cJSON_IsNumber(item) ? item->valuedouble : value;
}

static const char *text(const cJSON *object, const char *key)
{
    const cJSON *item = get(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

/* ------------------------------------------------------------------------------------------------------- reading them
 */

static void close_all(struct observations *all)
{
    for (int64_t i = 0; all->objects && i < all->count; i++)
        cJSON_Delete(all->objects[i]);
    free(all->objects);
    free(all->records);
}

static bool is_observation(const struct cr_run_log_record *record)
{
    return strcmp(record->event, "observe") == 0;
}

static enum cr_status open_all(struct observations *all, const struct cr_run_log *log, struct cr_error *err)
{
    int64_t items = 1;
    *all = (struct observations){.log = log};
    for (int64_t i = 0; i < log->record_count; i++)
        all->seen += is_observation(&log->records[i]);
    all->records = malloc(((size_t)all->seen + 1) * sizeof *all->records);
    all->objects = calloc((size_t)all->seen + 1, sizeof *all->objects);
    if (!all->records || !all->objects)
        return cr_fail_memory(err);
    for (int64_t i = 0, seen = 0, stride = 1; i < log->record_count; i++) {
        if (!is_observation(&log->records[i]) || seen++ % stride != 0)
            continue;
        cJSON *object = cJSON_Parse(log->records[i].json);
        if (!object)
            return cr_fail_memory(err);
        if (all->count == 0) {
            items += cJSON_GetArraySize(get(object, "weights")) + cJSON_GetArraySize(get(object, "units"));
            stride = 1 + all->seen * items / NUMBERS_MAX;
        }
        all->objects[all->count] = object;
        all->records[all->count++] = i;
    }
    return CR_OK;
}

/* The i-th item of a list in an observation; a list that is another than in the first observation has none. */
static const cJSON *item_at(const struct observations *all, int64_t observation, const char *list, int i)
{
    const cJSON *first = get(all->objects[0], list), *array = get(all->objects[observation], list);
    return cJSON_GetArraySize(array) == cJSON_GetArraySize(first) ? cJSON_GetArrayItem(array, i) : NULL;
}

/* ------------------------------------------------------------------------------------------------------------- series
 */

static enum cr_status write_series(struct cr_json *json, const struct observations *all, const char *list, int i,
                                   const char *key, struct cr_error *err)
{
    double *values = malloc((size_t)all->count * sizeof *values);
    if (!values)
        return cr_fail_memory(err);
    for (int64_t t = 0; t < all->count; t++)
        values[t] = number(item_at(all, t, list, i), key);
    enum cr_status status = cr_pack_floats(json, key, values, all->count, err);
    free(values);
    return status;
}

/* Steps, or with `stride` those of the histograms. */
static enum cr_status write_steps(struct cr_json *json, const char *key, const struct observations *all, int64_t stride,
                                  struct cr_error *err)
{
    int32_t *steps = malloc((size_t)all->count * sizeof *steps);
    int64_t count = 0;
    if (!steps)
        return cr_fail_memory(err);
    for (int64_t t = 0; t < all->count; t += stride)
        steps[count++] = (int32_t)all->log->records[all->records[t]].step;
    enum cr_status status = cr_pack_ints(json, key, steps, count, err);
    free(steps);
    return status;
}

/* --------------------------------------------------------------------------------------------------------- histograms
 */

static void fill_column(uint8_t *column, const cJSON *spread)
{
    double total = 0, first = number(spread, "first");
    const cJSON *bins = get(spread, "bins"), *bin;
    cJSON_ArrayForEach(bin, bins) total += cJSON_IsNumber(bin) ? bin->valuedouble : 0;
    int64_t at = first >= 0 && first < CR_HISTOGRAM_BINS ? (int64_t)first : 0;
    cJSON_ArrayForEach(bin, bins)
    {
        if (at < CR_HISTOGRAM_BINS && total > 0 && bin->valuedouble > 0)
            column[at] = (uint8_t)fmin(255, ceil(255 * sqrt(bin->valuedouble / total)));
        at++;
    }
}

/* `spread: {low, high, bins: [columns][CR_HISTOGRAM_BINS]}`; nothing where there is no histogram. */
static enum cr_status write_spread(struct cr_json *json, const struct observations *all, const char *list, int i,
                                   int64_t stride, struct cr_error *err)
{
    const cJSON *first = get(item_at(all, 0, list, i), "spread");
    int64_t columns = (all->count + stride - 1) / stride;
    if (!first)
        return CR_OK;
    uint8_t *bytes = calloc((size_t)(columns * CR_HISTOGRAM_BINS), 1);
    if (!bytes)
        return cr_fail_memory(err);
    for (int64_t c = 0; c < columns; c++)
        fill_column(bytes + c * CR_HISTOGRAM_BINS, get(item_at(all, c * stride, list, i), "spread"));
    cr_json_object(json, "spread");
    if (get(first, "low")) {
        cr_json_float(json, "low", number(first, "low"));
        cr_json_float(json, "high", number(first, "high"));
    }
    enum cr_status status = cr_pack_bytes(json, "bins", bytes, columns * CR_HISTOGRAM_BINS, err);
    cr_json_end(json);
    free(bytes);
    return status;
}

/* ------------------------------------------------------------------------------------------------------------- layers
 */

static enum cr_status write_weights(struct cr_json *json, const struct observations *all, int i, int64_t stride,
                                    struct cr_error *err)
{
    const cJSON *first = item_at(all, 0, "weights", i);
    cr_json_object(json, NULL);
    cr_json_text(json, "name", text(first, "name"));
    cr_json_bool(json, "decays", cJSON_IsTrue(get(first, "decays")));
    CR_TRY(write_series(json, all, "weights", i, "weight", err));
    CR_TRY(write_series(json, all, "weights", i, "gradient", err));
    CR_TRY(write_series(json, all, "weights", i, "update", err));
    CR_TRY(write_spread(json, all, "weights", i, stride, err));
    cr_json_end(json);
    return CR_OK;
}

static int hex(char digit)
{
    return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : 0;
}

/* Units that gave no number above 0 in any observation: what is silent in all of them. */
static int64_t never_fired(const struct observations *all, int i)
{
    int64_t count = 0;
    const char *first = text(item_at(all, 0, "units", i), "silence");
    for (size_t d = 0; first[d]; d++) {
        int left = hex(first[d]);
        for (int64_t t = 1; t < all->count && left; t++) {
            const char *silence = text(item_at(all, t, "units", i), "silence");
            left &= d < strlen(silence) ? hex(silence[d]) : 0;
        }
        for (; left; left &= left - 1)
            count++;
    }
    return count;
}

static enum cr_status write_units(struct cr_json *json, const struct observations *all, int i, int64_t stride,
                                  struct cr_error *err)
{
    static const char *const keys[] = {"mean", "deviation", "zeros", "silent"};
    const cJSON *first = item_at(all, 0, "units", i);
    cr_json_object(json, NULL);
    cr_json_text(json, "layer", text(first, "layer"));
    cr_json_text(json, "op", text(first, "op"));
    cr_json_int(json, "units", (int64_t)number(first, "units"));
    cr_json_int(json, "never", never_fired(all, i));
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        CR_TRY(write_series(json, all, "units", i, keys[k], err));
    if (get(first, "saturated"))
        CR_TRY(write_series(json, all, "units", i, "saturated", err));
    CR_TRY(write_spread(json, all, "units", i, stride, err));
    cr_json_end(json);
    return CR_OK;
}

static enum cr_status write(struct cr_json *json, const struct observations *all, struct cr_error *err)
{
    int64_t stride = 1 + (all->count - 1) / COLUMNS;
    int weights = cJSON_GetArraySize(get(all->objects[0], "weights"));
    int units = cJSON_GetArraySize(get(all->objects[0], "units"));
    cr_json_object(json, "observation");
    cr_json_int(json, "seen", all->seen);
    CR_TRY(write_steps(json, "steps", all, 1, err));
    CR_TRY(write_steps(json, "columns", all, stride, err));
    cr_json_list(json, "weights");
    for (int i = 0; i < weights && i < ITEMS_MAX; i++)
        CR_TRY(write_weights(json, all, i, stride, err));
    cr_json_end(json);
    cr_json_list(json, "units");
    for (int i = 0; i < units && i < ITEMS_MAX; i++)
        CR_TRY(write_units(json, all, i, stride, err));
    cr_json_end(json);
    cr_json_end(json);
    return CR_OK;
}

enum cr_status cr_report_observation(struct cr_report *report, struct cr_report_run *run, struct cr_error *err)
{
    struct observations all;
    enum cr_status status;
    CR_GO(open_all(&all, run->log, err));
    if (all.count == 0)
        CR_GO(cr_fail(err, CR_ERROR_UNSUPPORTED, "nothing was observed"));
    status = write(&report->json, &all, err);
done:
    close_all(&all);
    return status;
}
