#include "tune/distribution.h"

#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/text.h"

static cJSON *choice_json(const char *label)
{
    double number;
    if (strcmp(label, "true") == 0 || strcmp(label, "false") == 0)
        return cJSON_CreateBool(label[0] == 't');
    if (strcmp(label, "null") == 0)
        return cJSON_CreateNull();
    if (cr_text_float(label, &number) && isfinite(number))
        return cJSON_CreateNumber(number);
    return cJSON_CreateString(label);
}

static const char *choices_text(struct cr_arena *arena, const struct cr_dimension *d)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; list && i < d->count; i++)
        cJSON_AddItemToArray(list, choice_json(d->labels[i]));
    char *text = list ? cJSON_PrintUnformatted(list) : NULL;
    const char *all = text ? cr_arena_format(arena,
                                             "{\"name\": \"CategoricalDistribution\", \"attributes\": "
                                             "{\"choices\": %s}}",
                                             text)
                           : NULL;
    cJSON_free(text);
    cJSON_Delete(list);
    return all;
}

const char *cr_distribution_text(struct cr_arena *arena, const struct cr_dimension *d)
{
    char low[32], high[32];
    const char *logarithmic = d->log ? "true" : "false";
    if (d->kind == CR_CHOICES)
        return choices_text(arena, d);
    if (d->whole)
        return cr_arena_format(arena,
                               "{\"name\": \"IntDistribution\", \"attributes\": {\"log\": %s, \"step\": 1, "
                               "\"low\": %lld, \"high\": %lld}}",
                               logarithmic, (long long)d->low, (long long)d->high);
    cr_text_from_float(d->low, low, sizeof low);
    cr_text_from_float(d->high, high, sizeof high);
    return cr_arena_format(arena,
                           "{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": null, \"low\": %s, "
                           "\"high\": %s, \"log\": %s}}",
                           low, high, logarithmic);
}

/* The label that a choice in JSON would have with us. */
static void label_of(const cJSON *item, char *text, size_t size)
{
    if (cJSON_IsNumber(item))
        cr_text_from_float(item->valuedouble, text, size);
    else
        cr_text_format(text, size, "%s",
                       cJSON_IsString(item) ? item->valuestring
                       : cJSON_IsTrue(item) ? "true"
                                            : (cJSON_IsFalse(item) ? "false" : "null"));
}

static bool same_label(const char *label, const cJSON *item)
{
    char text[256];
    double number;
    if (cJSON_IsNumber(item))
        return cr_text_float(label, &number) && number == item->valuedouble;
    label_of(item, text, sizeof text);
    return strcmp(label, text) == 0;
}

double cr_distribution_value(const struct cr_dimension *d, const char *text, double value)
{
    if (d->kind == CR_RANGE)
        return value >= d->low && value <= d->high && (!d->whole || value == trunc(value)) ? value : (double)NAN;
    double index = (double)NAN;
    cJSON *json = cJSON_Parse(text);
    const cJSON *choices = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "attributes"), "choices");
    const cJSON *item = cJSON_GetArrayItem(choices, (int)value);
    for (int i = 0; i < d->count && item && isnan(index); i++)
        if (same_label(d->labels[i], item))
            index = i;
    cJSON_Delete(json);
    return index;
}

bool cr_distribution_same_kind(const struct cr_dimension *d, const char *text)
{
    return (strstr(text, "Categorical") != NULL) == (d->kind == CR_CHOICES);
}

/* ------------------------------------------------------------------------------------------------------------ reading
 */

static bool has_label(const struct cr_dimension *d, const cJSON *item)
{
    for (int i = 0; i < d->count; i++)
        if (same_label(d->labels[i], item))
            return true;
    return false;
}

static enum cr_status join_choices(struct cr_arena *arena, struct cr_dimension *d, const cJSON *choices,
                                   struct cr_error *err)
{
    const cJSON *item;
    char text[256];
    const char **labels =
        cr_arena_alloc(arena, ((size_t)d->count + (size_t)cJSON_GetArraySize(choices)) * sizeof *labels);
    if (!labels)
        return cr_fail_memory(err);
    if (d->count > 0)
        memcpy(labels, d->labels, (size_t)d->count * sizeof *labels);
    d->labels = labels;
    d->kind = CR_CHOICES;
    cJSON_ArrayForEach(item, choices)
    {
        if (has_label(d, item))
            continue;
        label_of(item, text, sizeof text);
        if (!(labels[d->count] = cr_arena_text(arena, text)))
            return cr_fail_memory(err);
        d->count++;
    }
    return CR_OK;
}

/* Optuna 3 has Float and Int; studies that began with an older one also LogUniform, IntUniform and their like. */
static void join_range(struct cr_dimension *d, const char *name, const cJSON *attributes, double low, double high)
{
    bool fresh = d->high < d->low;
    d->kind = CR_RANGE;
    d->whole = strncmp(name, "Int", 3) == 0;
    d->log = strstr(name, "LogUniform") || cJSON_IsTrue(cJSON_GetObjectItem(attributes, "log"));
    d->low = d->first = fresh || low < d->low ? low : d->low;
    d->high = fresh || high > d->high ? high : d->high;
}

static enum cr_status join(struct cr_arena *arena, struct cr_dimension *d, const cJSON *json, struct cr_error *err)
{
    const cJSON *name = cJSON_GetObjectItem(json, "name"), *attributes = cJSON_GetObjectItem(json, "attributes");
    const cJSON *choices = cJSON_GetObjectItem(attributes, "choices");
    const cJSON *low = cJSON_GetObjectItem(attributes, "low"), *high = cJSON_GetObjectItem(attributes, "high");
    bool is_new = d->count == 0 && d->high < d->low, is_range = cJSON_IsNumber(low) && cJSON_IsNumber(high);
    if (!cJSON_IsString(name) || !(cJSON_IsArray(choices) || is_range))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: expected the JSON of a distribution, of numbers or of choices",
                       d->name);
    if (!is_new && (d->count > 0) != cJSON_IsArray(choices))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is a range in one trial and a choice in another", d->name);
    if (cJSON_IsArray(choices))
        return join_choices(arena, d, choices, err);
    join_range(d, name->valuestring, attributes, low->valuedouble, high->valuedouble);
    return CR_OK;
}

enum cr_status cr_distribution_join(struct cr_arena *arena, struct cr_dimension *d, const char *text,
                                    struct cr_error *err)
{
    cJSON *json = cJSON_Parse(text);
    enum cr_status status = join(arena, d, json, err);
    cJSON_Delete(json);
    return status;
}
