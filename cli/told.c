#include "told.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "screen.h"

static bool reconstructs(const struct told *told)
{
    return told->run->network->target != NULL;
}

/* ---------------------------------------------------------------------------------------------------------------- JSON
 */

static void json_begin(struct told *told, const char *name)
{
    bool list = told->format == TOLD_JSON;
    printf("%s{\"image\": ", !list ? "" : told->count > 0 ? ",\n  " : "\n  ");
    json_text(name);
    printf(", ");
}

static void json_end(const struct told *told)
{
    printf("}%s", told->format == TOLD_JSON ? "" : "\n");
}

static void json_answer(struct told *told, const struct told_sample *sample)
{
    json_begin(told, sample->name);
    if (reconstructs(told)) {
        printf("\"difference\": ");
        json_float((float)sample->difference);
    } else {
        answer_json(sample->answer);
    }
    json_end(told);
}

/* ----------------------------------------------------------------------------------------------------------------- CSV
 */

static void csv_begin(const struct told *told)
{
    if (reconstructs(told))
        printf("image,difference,error\n");
    else
        printf("image,%s,error\n", answer_csv_columns(told->run));
}

static void csv_fault(const struct told *told, const char *name, const char *message)
{
    csv_text(name);
    for (const char *at = reconstructs(told) ? "" : answer_csv_columns(told->run); *at; at++)
        if (*at == ',')
            putchar(',');
    printf(",,");
    csv_text(message);
    putchar('\n');
}

static void csv_answer(const struct told *told, const struct told_sample *sample)
{
    if (!reconstructs(told)) {
        answer_csv(sample->answer, sample->name);
        return;
    }
    csv_text(sample->name);
    putchar(',');
    json_float((float)sample->difference);
    printf(",\n");
}

/* ---------------------------------------------------------------------------------------------------------- for people
 */

static void text_answer(const struct told *told, const struct told_sample *sample)
{
    char clean[1024];
    text_clean(sample->name, clean, sizeof clean);
    printf("%s\n", clean);
    if (reconstructs(told))
        printf("  %6.2f %%  off (root mean square)\n", 100 * sample->difference);
    else
        answer_tell(sample->answer);
}

/* ------------------------------------------------------------------------------------------------------- the contract
 */

void told_begin(struct told *told)
{
    if (told->format == TOLD_JSON)
        printf("[");
    if (told->format == TOLD_CSV)
        csv_begin(told);
}

void told_answer(struct told *told, const struct told_sample *sample)
{
    switch (told->format) {
    case TOLD_TEXT:
        text_answer(told, sample);
        break;
    case TOLD_JSON:
    case TOLD_LINES:
        json_answer(told, sample);
        break;
    case TOLD_CSV:
        csv_answer(told, sample);
        break;
    }
    told->count++;
}

void told_fault(struct told *told, const char *name, const char *message)
{
    if (told->format == TOLD_JSON || told->format == TOLD_LINES) {
        json_begin(told, name);
        printf("\"error\": ");
        json_text(message);
        json_end(told);
    }
    if (told->format == TOLD_CSV)
        csv_fault(told, name, message);
    told->count++;
}

void told_end(const struct told *told)
{
    if (told->format == TOLD_JSON)
        printf("\n]\n");
}
