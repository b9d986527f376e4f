/*
 * Answers. Of several at once those above a half are yes.
 */
#include "answer.h"

#include <stdio.h>

#include "json.h"
#include "screen.h"

/* The k most probable classes, ties to the lower number; how many there are. */
static int64_t find_best(const struct answer *answer, int64_t top[ANSWER_TOP_MAX])
{
    int64_t classes = answer->run->classes, count = answer->top < classes ? answer->top : classes;
    for (int64_t i = 0; i < count; i++) {
        top[i] = -1;
        for (int64_t c = 0; c < classes; c++) {
            bool taken = false;
            for (int64_t j = 0; j < i; j++)
                taken = taken || top[j] == c;
            if (!taken && (top[i] < 0 || answer->outputs[c] > answer->outputs[top[i]]))
                top[i] = c;
        }
    }
    return count;
}

static bool is_unsure(const struct answer *answer, int64_t best)
{
    return (double)answer->outputs[best] < answer->sure;
}

static int64_t find_yes(const struct answer *answer, int64_t after)
{
    do
        after++;
    while (after < answer->run->classes && !(answer->outputs[after] > 0.5f));
    return after;
}

/* ------------------------------------------------------------------------------------------------------- for people */

static void tell_probability(const struct answer *answer, int64_t class, const char *remark)
{
    char clean[1024];
    text_clean(answer->run->class_names[class], clean, sizeof clean);
    printf("  %6.2f %%  %s%s\n", 100 * (double)answer->outputs[class], clean, remark);
}

static void tell_yes(const struct answer *answer)
{
    int64_t classes = answer->run->classes, first = find_yes(answer, -1);
    if (first == classes)
        printf("  none of %lld labels is above 50 %%\n", (long long)classes);
    for (int64_t k = first; k < classes; k = find_yes(answer, k))
        tell_probability(answer, k, "");
}

static void tell_numbers(const struct answer *answer)
{
    char clean[1024];
    for (int64_t k = 0; k < answer->run->classes; k++) {
        text_clean(answer->run->class_names[k], clean, sizeof clean);
        printf("  %12.6g  %s\n", (double)answer->outputs[k], clean);
    }
}

void answer_tell(const struct answer *answer)
{
    int64_t top[ANSWER_TOP_MAX], count;
    switch (answer->run->network->task) {
    case CR_TASK_CLASS:
        count = find_best(answer, top);
        for (int64_t i = 0; i < count; i++)
            tell_probability(answer, top[i], i == 0 && is_unsure(answer, top[i]) ? "  (unsure)" : "");
        break;
    case CR_TASK_ANSWERS:
        tell_yes(answer);
        break;
    case CR_TASK_NUMBERS:
        tell_numbers(answer);
        break;
    }
}

/* ------------------------------------------------------------------------------------------------------------- JSON */

static void json_probability(const struct answer *answer, int64_t class, const char *what)
{
    printf("{\"%s\": ", what);
    json_text(answer->run->class_names[class]);
    printf(", \"probability\": ");
    json_float(answer->outputs[class]);
    printf("}");
}

static void json_best(const struct answer *answer)
{
    int64_t top[ANSWER_TOP_MAX], count = find_best(answer, top);
    printf("\"top\": [");
    for (int64_t i = 0; i < count; i++) {
        printf("%s", i ? ", " : "");
        json_probability(answer, top[i], "class");
    }
    printf("]%s", is_unsure(answer, top[0]) ? ", \"unsure\": true" : "");
}

static void json_yes(const struct answer *answer)
{
    int64_t classes = answer->run->classes, first = find_yes(answer, -1);
    printf("\"labels\": [");
    for (int64_t k = first; k < classes; k = find_yes(answer, k)) {
        printf("%s", k > first ? ", " : "");
        json_probability(answer, k, "label");
    }
    printf("]");
}

static void json_numbers(const struct answer *answer)
{
    printf("\"numbers\": {");
    for (int64_t k = 0; k < answer->run->classes; k++) {
        printf("%s", k ? ", " : "");
        json_text(answer->run->class_names[k]);
        printf(": ");
        json_float(answer->outputs[k]);
    }
    printf("}");
}

void answer_json(const struct answer *answer)
{
    switch (answer->run->network->task) {
    case CR_TASK_CLASS:
        json_best(answer);
        break;
    case CR_TASK_ANSWERS:
        json_yes(answer);
        break;
    case CR_TASK_NUMBERS:
        json_numbers(answer);
        break;
    }
}

/* -------------------------------------------------------------------------------------------------------------- CSV */

const char *answer_csv_columns(const struct cr_run *run)
{
    switch (run->network->task) {
    case CR_TASK_CLASS:
        return "rank,class,probability,unsure";
    case CR_TASK_ANSWERS:
        return "label,probability";
    case CR_TASK_NUMBERS:
        return "name,number";
    }
    return "";
}

static void csv_best(const struct answer *answer, const char *name)
{
    int64_t top[ANSWER_TOP_MAX], count = find_best(answer, top);
    for (int64_t i = 0; i < count; i++) {
        csv_text(name);
        printf(",%lld,", (long long)i + 1);
        csv_text(answer->run->class_names[top[i]]);
        putchar(',');
        json_float(answer->outputs[top[i]]);
        printf(",%d,\n", is_unsure(answer, top[0]));
    }
}

static void csv_row(const struct answer *answer, const char *name, int64_t k)
{
    csv_text(name);
    putchar(',');
    csv_text(answer->run->class_names[k]);
    putchar(',');
    json_float(answer->outputs[k]);
    printf(",\n");
}

/* A sample without labels has a row without one. */
static void csv_yes(const struct answer *answer, const char *name)
{
    int64_t classes = answer->run->classes, first = find_yes(answer, -1);
    if (first == classes) {
        csv_text(name);
        printf(",,,\n");
    }
    for (int64_t k = first; k < classes; k = find_yes(answer, k))
        csv_row(answer, name, k);
}

void answer_csv(const struct answer *answer, const char *name)
{
    switch (answer->run->network->task) {
    case CR_TASK_CLASS:
        csv_best(answer, name);
        break;
    case CR_TASK_ANSWERS:
        csv_yes(answer, name);
        break;
    case CR_TASK_NUMBERS:
        for (int64_t k = 0; k < answer->run->classes; k++)
            csv_row(answer, name, k);
        break;
    }
}
