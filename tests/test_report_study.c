/*
 * The page of a study: its numbers are the study's own, whatever lies in it is shown as text, and what is no study
 * leaves no page.
 */
#include "page.h"

#include <math.h>

#include <cradle/report.h>

static struct cr_error err;
static char file[512], page[512];

enum { TRIALS = 14 };

static int set_up(void **state)
{
    int status = fixture_make(state);
    path_in(here.folder, "study.db", file);
    path_in(here.folder, "report.html", page);
    return status;
}

/* The smaller x, the better; trial 5 diverges, trial 7 is pruned. */
static void search(int trials)
{
    struct cr_config *config;
    struct cr_space *space;
    struct cr_study *study;
    const struct cr_study_trial *trial;
    expect_ok(
        cr_config_parse(&config, "x: !log [1e-4, 1]\nc: !choice [\"<b>&\", {y: !uniform [0, 1]}]\n", "t.yaml", &err));
    expect_ok(cr_space_new(&space, config, &err));
    expect_ok(cr_study_open(&study, space,
                            &(struct cr_study_options){.file = file, .sampler = "random", .trials = trials}, &err));
    for (int i = 0; i < trials; i++) {
        expect_ok(cr_study_ask(study, &trial, &err));
        double score = trial->values[0];
        expect_ok(cr_study_report(study, i, 10, 2 * score, NULL, &err));
        expect_ok(cr_study_report(study, i, 20, score, NULL, &err));
        expect_ok(cr_study_tell(study, i,
                                i == 5   ? CR_TRIAL_FAILED
                                : i == 7 ? CR_TRIAL_PRUNED
                                         : CR_TRIAL_COMPLETE,
                                score, i == 5 ? "<script>diverged" : NULL, &err));
    }
    cr_study_free(study);
    cr_space_free(space);
    cr_config_free(config);
}

static cJSON *report(void)
{
    expect_ok(cr_report_write_study(here.folder, NULL, &(struct cr_report_options){.made = "now"}, &err));
    char *text = file_text(page);
    cJSON *data = page_data(text);
    free(text);
    return data;
}

static const cJSON *get(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(object, key);
    assert_non_null(item);
    return item;
}

/* A number; NaN, which is a word there. */
static double number(const cJSON *item)
{
    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void true_numbers(void **state)
{
    (void)state;
    struct cr_study *study;
    const struct cr_study_trial *trials;
    int64_t count;
    float steps[2 * TRIALS], scores[2 * TRIALS];
    search(TRIALS);
    cJSON *data = report();
    const cJSON *told = get(data, "study");
    expect_ok(cr_study_read(&study, file, NULL, &err));
    expect_ok(cr_study_trials(study, &trials, &count, &err));
    assert_int_equal(count, TRIALS);
    assert_int_equal(cJSON_GetArraySize(get(told, "trials")), count);
    page_unpack(get(told, "report_steps"), steps, sizeof steps);
    page_unpack(get(told, "report_values"), scores, sizeof scores);
    for (int i = 0; i < TRIALS; i++) {
        const cJSON *trial = cJSON_GetArrayItem(get(told, "trials"), i);
        assert_true(same(number(get(trial, "score")), trials[i].score));
        for (int d = 0; d < 3; d++)
            assert_true(same(number(cJSON_GetArrayItem(get(trial, "values"), d)), trials[i].values[d]));
        assert_true(get(trial, "reports")->valueint == 2 && steps[2 * i] == 10 && steps[2 * i + 1] == 20);
        assert_true(scores[2 * i + 1] == (float)trials[i].values[0]);
    }
    const cJSON *failed = cJSON_GetArrayItem(get(told, "trials"), 5);
    assert_string_equal(get(failed, "state")->valuestring, "failed");
    assert_string_equal(get(failed, "cause")->valuestring, "<script>diverged");
    assert_string_equal(get(cJSON_GetArrayItem(get(told, "trials"), 7), "state")->valuestring, "pruned");

    const struct cr_study_trial *best = cr_study_best(study, trials, count);
    assert_int_equal(get(told, "best")->valueint, best->number);
    assert_true(number(get(get(told, "difference"), "gain")) == trials[0].score - best->score);
    double importance[3], sum = 0;
    bool known;
    expect_ok(cr_study_importance(study, trials, count, importance, &known, &err));
    assert_true(known);
    for (int d = 0; d < 3; d++) {
        const cJSON *dimension = cJSON_GetArrayItem(get(told, "dimensions"), d);
        assert_true(number(get(dimension, "importance")) == importance[d]);
        sum += importance[d];
    }
    assert_true(fabs(sum - 1) < 1e-9 && importance[0] > 0.5);
    const cJSON *x = cJSON_GetArrayItem(get(told, "dimensions"), 0);
    assert_true(number(get(x, "low")) == 1e-4 && number(get(x, "high")) == 1 && cJSON_IsTrue(get(x, "log")));
    assert_string_equal(
        cJSON_GetArrayItem(get(cJSON_GetArrayItem(get(told, "dimensions"), 1), "labels"), 0)->valuestring, "<b>&");
    cJSON_Delete(data);
    cr_study_free(study);
}

static void few_trials(void **state)
{
    (void)state;
    search(0);
    cJSON *data = report();
    const cJSON *study = get(data, "study");
    assert_int_equal(cJSON_GetArraySize(get(study, "trials")), 0);
    assert_int_equal(cJSON_GetArraySize(get(study, "dimensions")), 3); /* known before the first trial */
    assert_null(cJSON_GetObjectItem(study, "best"));
    cJSON_Delete(data);
    search(1);
    data = report();
    assert_int_equal(get(get(data, "study"), "best")->valueint, 0);
    assert_null(cJSON_GetObjectItem(get(data, "study"), "difference"));
    assert_string_equal(cJSON_GetArrayItem(get(get(data, "study"), "dimensions"), 0)->child->valuestring, "x");
    cJSON_Delete(data);
}

static void no_study(void **state)
{
    (void)state;
    const struct cr_report_options options = {0};
    assert_int_equal(cr_report_write_study(here.folder, NULL, &options, &err), CR_ERROR_IO);
    assert_non_null(strstr(err.message, ": is no study: neither a file nor a folder with study.db in it"));
    file_write(file, "this is text", 12);
    assert_int_equal(cr_report_write_study(here.folder, NULL, &options, &err), CR_ERROR_FORMAT);
    assert_false(path_exists(page));
    assert_int_equal(unlink(file), 0);
    search(1);
    assert_int_equal(cr_report_write_study(file, NULL, &(struct cr_report_options){.out = file}, &err),
                     CR_ERROR_ARGUMENT);
    expect_ok(cr_report_write_study(file, NULL, &options, &err)); /* beside it, by its name */
    assert_true(path_exists(path_in(here.folder, "study.html", page)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(true_numbers, set_up, fixture_free),
        cmocka_unit_test_setup_teardown(few_trials, set_up, fixture_free),
        cmocka_unit_test_setup_teardown(no_study, set_up, fixture_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
