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
