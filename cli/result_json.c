/*
 * A test as one JSON object. Shares are fractions; what has no value (a precision of no answers) is "nan".
 */
#include "result.h"

#include <stdio.h>
#include <string.h>

#include "json.h"

/* One more key of an object that has some already. */
static void key(const char *name)
{
    printf(", \"%s\": ", name);
}

static void number(const char *name, double value)
{
    key(name);
    json_number(value);
}

static void integer(const char *name, int64_t value)
{
    key(name);
    printf("%lld", (long long)value);
}

/* "f1-micro" is told as f1_micro. */
static void scores(const struct cr_test_result *test)
{
    for (int i = 0; i < test->score_count; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s", test->scores[i].metric);
        for (char *at = name; *at; at++)
            *at = *at == '-' ? '_' : *at;
        number(name, test->scores[i].value);
    }
}

static void classes(const struct result *result)
{
    key("classes");
    for (int64_t c = 0; c < result->test->classes; c++) {
        const struct cr_class_result *one = &result->test->by_class[c];
        printf("%s{\"name\": ", c ? ", " : "[");
        json_text(result->run->class_names[c]);
        integer("count", one->count);
        integer("answered", one->answered);
        integer("hits", one->hits);
        number("precision", one->precision);
        number("recall", one->recall);
        number("f1", one->f1);
        printf("}");
    }
    printf("]");
}

static void confusion(const struct cr_test_result *test)
{
    key("confusion");
    for (int64_t row = 0; row < test->classes; row++) {
        printf("%s[", row ? ", " : "[");
        for (int64_t column = 0; column < test->classes; column++)
            printf("%s%lld", column ? ", " : "", (long long)test->confusion[row * test->classes + column]);
        printf("]");
    }
    printf("]");
}

static void calibration(const struct cr_test_result *test)
{
    number("temperature", test->temperature);
    number("calibration_error", test->calibration.error);
    key("calibration");
    for (int b = 0; b < CR_CALIBRATION_BINS; b++) {
        const struct cr_calibration_bin *bin = &test->calibration.bins[b];
        printf("%s{\"count\": %lld", b ? ", " : "[", (long long)bin->count);
        number("confidence", bin->confidence);
        number("accuracy", bin->accuracy);
        printf("}");
    }
    printf("]");
}

static void object(const struct result *result)
{
    const struct cr_test_result *test = result->test;
    printf("{\"run\": ");
    json_text(result->folder);
    key("data");
    json_text(result->dataset->name);
    integer("count", test->count);
    scores(test);
    number("loss", test->loss);
    if (result->times > 0)
        integer("tests", result->times);
    if (result->tta) {
        key("tta");
        json_text(result->tta);
        integer("views", result->views);
    }
    if (test->right) {
        integer("right", test->right_count);
        number("low", test->low);
        number("high", test->high);
        classes(result);
    }
    if (test->confusion) {
        calibration(test);
        confusion(test);
    }
    printf("}");
}

static void comparison_of(const struct cr_comparison *comparison)
{
    printf("\"comparison\": {\"both\": %lld", (long long)comparison->both);
    integer("first", comparison->first);
    integer("second", comparison->second);
    integer("neither", comparison->neither);
    number("p_exact", comparison->exact);
    number("p_mid", comparison->middle);
    printf("}");
}

/* {"rule": ..., "members": [...], "best": ..., "comparison": ...}: the ensemble is the first there. */
static void ensemble(const struct result_members *members)
{
    printf("{\"rule\": ");
    json_text(members->ensemble->rule_name);
    key("members");
    for (int64_t m = 0; m < members->ensemble->count; m++) {
        printf("%s{\"run\": ", m ? ", " : "[");
        json_text(members->ensemble->names[m]);
        number("weight", members->ensemble->weights[m]);
        number("accuracy", members->members[m]->accuracy);
        number("loss", members->members[m]->loss);
        printf("}");
    }
    printf("]");
    key("best");
    json_text(members->ensemble->names[members->best]);
    printf(", ");
    comparison_of(&members->comparison);
    printf("}");
}

void result_json(const struct result *result, const struct result_members *members)
{
    if (members)
        printf("{\"ensemble\": ");
    object(result);
    if (members) {
        printf(", \"of\": ");
        ensemble(members);
        printf("}");
    }
    printf("\n");
}

void result_json_both(const struct result *both, const struct cr_comparison *comparison)
{
    printf("{\"runs\": [");
    object(&both[0]);
    printf(", ");
    object(&both[1]);
    printf("], ");
    comparison_of(comparison);
    printf("}\n");
}
