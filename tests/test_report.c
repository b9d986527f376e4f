/*
 * Reports: logs as they are read (whole, cut off, damaged, resumed), the summary, what is counted of answers, and
 * the page: its data in one place, everything from files escaped.
 */
#include "page.h"

#include <math.h>

#include <cradle/report.h>

#include "base/json.h"
#include "report/judge.h"
#include "report/mosaic.h"
#include "report/pack.h"

static struct cr_error err;

/* A run folder with a config and this event log; NULL: without one. */
static char *make_run(const char *events)
{
    char path[512];
    const char *config = "data: {source: digits}\nmodel: [dense: 10]\ntrain: {epochs: 2}\n";
    char *folder = folder_make();
    file_write(path_in(folder, "config.yaml", path), config, strlen(config));
    if (events)
        file_write(path_in(folder, "events.jsonl", path), events, strlen(events));
    return folder;
}

/* ------------------------------------------------------------------------------------------------------------ log
 */

static const char whole[] =
    "{\"event\":\"start\",\"step\":0,\"epoch\":0,\"epochs\":2,\"steps_per_epoch\":2,\"seconds\":0}\n"
    "{\"event\":\"step\",\"step\":1,\"epoch\":0,\"loss\":2.5,\"accuracy\":0.25,\"seconds\":1}\n"
    "{\"event\":\"step\",\"step\":2,\"epoch\":0,\"loss\":1.5,\"accuracy\":0.5,\"lr\":0.1,\"seconds\":2}\n"
    "{\"event\":\"epoch\",\"step\":2,\"epoch\":1,\"loss\":2,\"accuracy\":0.375,\"validation_loss\":1.25,"
    "\"validation_accuracy\":0.75,\"scores\":{\"accuracy\":0.75,\"f1\":0.5},\"seconds\":3}\n"
    "{\"event\":\"checkpoint\",\"step\":2,\"epoch\":1,\"seconds\":3}\n";

static void test_whole(void **state)
{
    (void)state;
    struct cr_run_log *log;
    char *folder = make_run(whole);
    expect_ok(cr_run_log_open(&log, folder, &err));
    assert_int_equal(log->steps.count, 2);
    assert_int_equal(log->epochs.count, 1);
    assert_int_equal(log->note_count, 0);
    assert_false(log->cut_off);
    const double *loss = cr_run_log_column(&log->steps, "loss"), *lr = cr_run_log_column(&log->steps, "lr");
    assert_true(loss[0] == 2.5 && loss[1] == 1.5);
    assert_true(isnan(lr[0]) && lr[1] == 0.1);
    assert_null(cr_run_log_column(&log->steps, "nonsense"));
    assert_true(cr_run_log_column(&log->epochs, "scores.f1")[0] == 0.5);
    assert_null(cr_run_log_column(&log->epochs, "f1"));
    assert_int_equal(log->record_count, 2);
    assert_string_equal(log->records[1].event, "checkpoint");
    assert_int_equal(log->records[1].line, 5);
    assert_int_equal(log->records[1].step, 2);
    cr_run_log_free(log);
    folder_remove(folder);
}

static void test_cut_off(void **state)
{
    (void)state;
    struct cr_run_log *log;
    char text[sizeof whole + 64], expected[600];
    snprintf(text, sizeof text, "%s\n[1]\n{\"step\":3}\n{\"event\":\"step\",\"step\":3,\"lo", whole);
    char *folder = make_run(text);
    expect_ok(cr_run_log_open(&log, folder, &err));
    assert_int_equal(log->steps.count, 2);
    assert_true(log->cut_off);
    assert_int_equal(log->note_count, 3);
    snprintf(expected, sizeof expected, "%s/events.jsonl:7: is no JSON object; left out", folder);
    assert_string_equal(log->notes[0], expected);
    snprintf(expected, sizeof expected, "%s/events.jsonl:8: has no \"event\"; left out", folder);
    assert_string_equal(log->notes[1], expected);
    snprintf(expected, sizeof expected,
             "%s/events.jsonl:9: the last line is not whole (the run was killed, or is still being written); left out",
             folder);
    assert_string_equal(log->notes[2], expected);
    cr_run_log_free(log);
    folder_remove(folder);
}

/* Many damaged lines: some are named, the others counted. */
static void test_damaged(void **state)
{
    (void)state;
    struct cr_run_log *log;
    char text[2 * 50 + 1], expected[600];
    for (int i = 0; i < 50; i++)
        memcpy(text + 2 * i, "x\n", 3);
    char *folder = make_run(text);
    expect_ok(cr_run_log_open(&log, folder, &err));
    assert_int_equal(log->note_count, 20);
    snprintf(expected, sizeof expected, "%s/events.jsonl: 31 more lines that cannot be read", folder);
    assert_string_equal(log->notes[19], expected);
    cr_run_log_free(log);
    folder_remove(folder);
}

static void test_resumed(void **state)
{
    (void)state;
    struct cr_run_log *log;
    char text[2 * sizeof whole];
    snprintf(text, sizeof text, "%s%s%s", whole, "{\"event\":\"start\",\"step\":2,\"epoch\":1,\"seconds\":0}\n",
             "{\"event\":\"step\",\"step\":3,\"epoch\":1,\"loss\":\"nan\",\"seconds\":0.5}\n");
    char *folder = make_run(text);
    expect_ok(cr_run_log_open(&log, folder, &err));
    assert_true(cr_run_log_column(&log->steps, "seconds")[2] == 3.5);
    assert_true(isnan(cr_run_log_column(&log->steps, "loss")[2]));
    cr_run_log_free(log);
    folder_remove(folder);
}

static void test_foreign(void **state)
{
    (void)state;
    struct cr_run_log *log;
    char expected[1200], path[512];
    expect_error(cr_run_log_open(&log, "nowhere", &err), CR_ERROR_IO, "nowhere: there is no such folder");
    assert_null(log);
    char *folder = folder_make(), typed[512], meant[512];
    assert_int_equal(mkdir(path_in(folder, "digits", meant), 0777), 0);
    snprintf(expected, sizeof expected, "%s: there is no such folder; did you mean %s?",
             path_in(folder, "dgits", typed), meant);
    expect_error(cr_run_log_open(&log, typed, &err), CR_ERROR_IO, expected);
    snprintf(expected, sizeof expected, "%s: is no run: there is neither config.yaml nor events.jsonl in it", folder);
    expect_error(cr_run_log_open(&log, folder, &err), CR_ERROR_IO, expected);
    folder_remove(folder);

    folder = make_run(NULL);
    expect_ok(cr_run_log_open(&log, folder, &err));
    snprintf(expected, sizeof expected, "%s/events.jsonl: is not there", folder);
    assert_string_equal(log->notes[0], expected);
    cr_run_log_free(log);
    file_write(path_in(folder, "events.jsonl", path), "", 0);
    expect_ok(cr_run_log_open(&log, folder, &err));
    snprintf(expected, sizeof expected, "%s/events.jsonl: is empty: the run has not begun", folder);
    assert_string_equal(log->notes[0], expected);
    cr_run_log_free(log);
    folder_remove(folder);
}

/* A folder of runs stands for those, in the order of their numbers; what is none stands for itself. */
static void test_list(void **state)
{
    (void)state;
    const char *const inside[] = {"seed=1", "seed=2", "seed=10"};
    char run[512], config[512 + 16];
    char *folder = folder_make();
    mkdir(path_in(folder, "other", run), 0777);
    for (int i = 0; i < 3; i++) {
        mkdir(path_in(folder, inside[i], run), 0777);
        snprintf(config, sizeof config, "%s/config.yaml", run);
        file_write(config, "", 0);
    }
    struct cr_run_list *list;
    expect_ok(cr_run_list_new(&list, (const char *const[]){folder, run, "nowhere"}, 3, &err));
    assert_int_equal(list->count, 5);
    for (int i = 0; i < 3; i++)
        assert_string_equal(list->folders[i], path_in(folder, inside[i], run));
    assert_string_equal(list->folders[3], run);
    assert_string_equal(list->folders[4], "nowhere");
    cr_run_list_free(list);
    folder_remove(folder);
}

/* ------------------------------------------------------------------------------------------------------------ summary
 */

static struct cr_run_summary summarize(const char *more)
{
    struct cr_run_log *log;
    struct cr_run_summary summary;
    char text[4 * sizeof whole];
    snprintf(text, sizeof text, "%s%s", whole, more);
    char *folder = make_run(text);
    expect_ok(cr_run_log_open(&log, folder, &err));
    cr_run_summarize(&summary, log);
    cr_run_log_free(log);
    folder_remove(folder);
    return summary;
}

static void test_summary(void **state)
{
    (void)state;
    struct cr_run_summary summary = summarize("");
    assert_int_equal(summary.state, CR_RUN_UNENDED);
    assert_int_equal(summary.best_epoch, 1);
    assert_true(summary.validated && summary.best_accuracy == 0.75 && summary.best_loss == 1.25);
    assert_true(summary.best_training_accuracy == 0.375 && summary.seconds == 3);
    assert_string_equal(summary.headline, "Not ended (killed, or still training) after 1 of 2 epochs; best validation "
                                          "accuracy 0.7500 in epoch 1");

    /* Equal accuracy: the lower loss is better; the end says how it ended. */
    summary = summarize("{\"event\":\"epoch\",\"step\":4,\"epoch\":2,\"accuracy\":1,\"validation_loss\":1.5,"
                        "\"validation_accuracy\":0.75}\n"
                        "{\"event\":\"end\",\"step\":4,\"epoch\":2,\"finished\":true}\n");
    assert_int_equal(summary.state, CR_RUN_FINISHED);
    assert_int_equal(summary.best_epoch, 1);
    assert_int_equal(summary.epochs, 2);
    summary = summarize("{\"event\":\"end\",\"step\":2,\"epoch\":1,\"finished\":true,\"stopped_early\":true}\n");
    assert_int_equal(summary.state, CR_RUN_STOPPED_EARLY);
    summary = summarize("{\"event\":\"end\",\"step\":2,\"epoch\":1,\"finished\":false}\n");
    assert_int_equal(summary.state, CR_RUN_STOPPED);
}

static void test_diverged(void **state)
{
    (void)state;
    struct cr_run_summary summary =
        summarize("{\"event\":\"step\",\"step\":3,\"epoch\":1,\"loss\":\"inf\"}\n"
                  "{\"event\":\"finding\",\"step\":3,\"epoch\":1,\"severity\":\"fault\",\"symptom\":\"s\"}\n"
                  "{\"event\":\"finding\",\"step\":3,\"epoch\":1,\"severity\":\"warning\",\"symptom\":\"s\"}\n");
    assert_int_equal(summary.diverged, 3);
    assert_int_equal(summary.faults, 1);
    assert_int_equal(summary.warnings, 1);
    assert_int_equal(summary.notes, 0);
    assert_non_null(strstr(summary.headline, "the loss is no number from step 3 on"));
}

/* ------------------------------------------------------------------------------------------------------------ answers
 */

static void test_judge(void **state)
{
    (void)state;
    enum { CLASSES = 4 };
    int64_t counts[3 * CLASSES] = {0};
    int32_t confusion[CLASSES * CLASSES] = {0};
    struct cr_judgement judgement = {.classes = CLASSES,
                                     .true_count = counts,
                                     .answered = counts + CLASSES,
                                     .hits = counts + 2 * CLASSES,
                                     .confusion = confusion};
    const float right[CLASSES] = {0.1f, 0.7f, 0.15f, 0.05f}, wrong[CLASSES] = {0.96f, 0.02f, 0.01f, 0.01f};
    cr_judge_add(&judgement, 10, 1, right);
    cr_judge_add(&judgement, 11, 2, right);
    cr_judge_add(&judgement, 12, 3, wrong);
    assert_int_equal(judgement.count, 3);
    assert_int_equal(judgement.right, 1);
    assert_int_equal(confusion[1 * CLASSES + 1], 1);
    assert_int_equal(confusion[2 * CLASSES + 1], 1);
    assert_int_equal(confusion[3 * CLASSES + 0], 1);
    assert_int_equal(judgement.hits[1], 1);
    assert_int_equal(judgement.answered[1], 2);
    /* 0.7 lies in bin 10 of 15, 0.96 in the last. */
    assert_int_equal(judgement.bins[10].count, 2);
    assert_int_equal(judgement.bins[10].right, 1);
    assert_int_equal(judgement.bins[14].count, 1);
    /* The right answer is none of the worst; the larger loss comes first. */
    assert_int_equal(judgement.worst_count, 2);
    assert_int_equal(judgement.worst[0].index, 12);
    assert_true(fabs(judgement.worst[0].loss + log(0.01)) < 1e-6);
    assert_int_equal(judgement.worst[1].index, 11);
    const int32_t top[CR_JUDGE_TOP] = {1, 2, 0};
    assert_memory_equal(judgement.worst[1].top, top, sizeof top);
    assert_true(judgement.worst[1].probability[1] == 0.15f);
    /* No more than the table holds, and the worst of all. */
    for (int i = 0; i < 2 * CR_JUDGE_WORST; i++) {
        float p = 0.5f - 0.01f * (float)i;
        const float row[CLASSES] = {1 - p, p, 0, 0};
        cr_judge_add(&judgement, 100 + i, 1, row);
    }
    assert_int_equal(judgement.worst_count, CR_JUDGE_WORST);
    assert_int_equal(judgement.worst[0].index, 12);
    assert_int_equal(judgement.worst[1].index, 100 + 2 * CR_JUDGE_WORST - 1);
}

/* ---------------------------------------------------------------------------------------------------------- pictures
 */

static void test_mosaic(void **state)
{
    (void)state;
    struct cr_mosaic mosaic;
    const uint8_t picture[4 * 4] = {0, 4, 10, 10, 4, 0, 10, 10, 1, 1, 7, 9, 1, 1, 9, 7};
    expect_ok(cr_mosaic_new(&mosaic, 4, 4, 1, 2, 2, 1, &err));
    assert_int_equal(mosaic.height, 2);
    cr_mosaic_put(&mosaic, 0, 1, picture, 4, 1);
    const uint8_t expected[] = {128, 128, 2, 10, 128, 128, 1, 8};
    assert_memory_equal(mosaic.pixels, expected, sizeof expected);
    cr_mosaic_free(&mosaic);
}

/* ---------------------------------------------------------------------------------------------------------- the page
 */

static cJSON *report_on(const char *const *folders, int count, const char *out)
{
    struct cr_context *context;
    expect_ok(cr_context_new(&context, NULL, &err));
    expect_ok(cr_report_write(context, folders, count, &(struct cr_report_options){.out = out, .quick = true}, &err));
    cr_context_free(context);
    char *page = file_text(out);
    cJSON *data = page_data(page);
    free(page);
    return data;
}

static void test_page(void **state)
{
    (void)state;
    char out[512];
    char *folder = make_run(whole);
    cJSON *data = report_on((const char *const[]){folder}, 1, path_in(folder, "page.html", out));
    const cJSON *run = cJSON_GetArrayItem(cJSON_GetObjectItem(data, "runs"), 0);
    const cJSON *steps = cJSON_GetObjectItem(cJSON_GetObjectItem(run, "steps"), "columns");
    float loss[2];
    int32_t step[2];
    page_unpack(cJSON_GetObjectItem(steps, "loss"), loss, sizeof loss);
    assert_true(loss[0] == 2.5f && loss[1] == 1.5f);
    page_unpack(cJSON_GetObjectItem(steps, "step"), step, sizeof step); /* as differences */
    assert_true(step[0] == 1 && step[1] == 1);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(run, "checkpoints")), 1);
    /* There are no weights: said, and everything else is there. */
    const cJSON *notes = cJSON_GetObjectItem(run, "notes");
    assert_int_equal(cJSON_GetArraySize(notes), 1);
    assert_non_null(strstr(cJSON_GetArrayItem(notes, 0)->valuestring, "the network: left out: "));
    assert_non_null(strstr(cJSON_GetObjectItem(run, "config")->valuestring, "source: digits"));
    cJSON_Delete(data);
    folder_remove(folder);
}

static void test_hostile(void **state)
{
    (void)state;
    char out[512], text[2 * sizeof whole];
    const char *evil = "</script><script>alert(1)</script><!--&\\u003c";
    snprintf(text, sizeof text,
             "%s{\"event\":\"finding\",\"step\":2,\"severity\":\"fault\",\"symptom\":\"%s\"}\n"
             "{\"event\":\"step\",\"step\":3,\"epoch\":1,\"loss\":1,\"<img src=x>\":1}\n",
             whole, evil);
    char *folder = make_run(text);
    cJSON *data = report_on((const char *const[]){folder}, 1, path_in(folder, "page.html", out));
    const cJSON *run = cJSON_GetArrayItem(cJSON_GetObjectItem(data, "runs"), 0);
    const cJSON *finding = cJSON_GetArrayItem(cJSON_GetObjectItem(run, "findings"), 0);
    assert_string_equal(cJSON_GetObjectItem(finding, "symptom")->valuestring,
                        "</script><script>alert(1)</script><!--&<");
    const cJSON *columns = cJSON_GetObjectItem(cJSON_GetObjectItem(run, "steps"), "columns");
    assert_non_null(cJSON_GetObjectItem(columns, "<img src=x>"));
    cJSON_Delete(data);
    folder_remove(folder);
}

static void test_page_bad(void **state)
{
    (void)state;
    struct cr_context *context;
    const char *const twice[] = {"a", "a"};
    expect_ok(cr_context_new(&context, NULL, &err));
    expect_error(cr_report_write(context, twice, 0, NULL, &err), CR_ERROR_ARGUMENT,
                 "a report on 0 runs: expected 1..64; name some of them");
    expect_error(cr_report_write(context, twice, 2, NULL, &err), CR_ERROR_ARGUMENT,
                 "a report on several runs needs the name of the file to write");
    expect_error(cr_report_write(context, twice, 2, &(struct cr_report_options){.out = "x"}, &err), CR_ERROR_ARGUMENT,
                 "a: is there twice");
    cr_context_free(context);
}

/* Out of each bucket of a column the least and the largest are kept. */
static void test_thinned(void **state)
{
    (void)state;
    enum { COUNT = 1000, BUCKET = 100 };
    double step[COUNT], loss[COUNT];
    const struct cr_run_log_column columns[] = {{"step", step}, {"loss", loss}};
    for (int i = 0; i < COUNT; i++) {
        step[i] = i + 1;
        loss[i] = i == 555 ? 9 : i == 556 ? -9 : sin(i);
    }
    struct cr_run_log log = {.steps = {.count = COUNT, .columns = 2, .column = columns}};
    const struct cr_run_log *logs[] = {&log};
    assert_int_equal(cr_report_thinning(logs, 1), 1);
    log.steps.count = 100000000;
    assert_true(cr_report_thinning(logs, 1) > 50);
    log.steps.count = COUNT;

    struct cr_report report = {.thinned = BUCKET};
    struct cr_report_run run = {.log = &log};
    char *text;
    size_t size;
    cr_json_object(&report.json, NULL);
    expect_ok(cr_report_tables(&report, &run, &err));
    cr_json_end(&report.json);
    expect_ok(cr_json_take(&report.json, &text, &size, &err));
    cJSON *data = cJSON_ParseWithLength(text, size);
    const cJSON *packed = cJSON_GetObjectItem(cJSON_GetObjectItem(data, "steps"), "columns");
    float kept[2 * COUNT / BUCKET];
    page_unpack(cJSON_GetObjectItem(packed, "loss"), kept, sizeof kept);
    assert_true(kept[10] == 9 && kept[11] == -9);
    cJSON_Delete(data);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),    cmocka_unit_test(test_cut_off), cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_resumed),  cmocka_unit_test(test_foreign), cmocka_unit_test(test_summary),
        cmocka_unit_test(test_diverged), cmocka_unit_test(test_judge),   cmocka_unit_test(test_mosaic),
        cmocka_unit_test(test_page),     cmocka_unit_test(test_hostile), cmocka_unit_test(test_page_bad),
        cmocka_unit_test(test_thinned),  cmocka_unit_test(test_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
