/*
 * The event log: every line is JSON with the right keys, whatever the numbers and the locale; it is cut back to a step;
 * it is on the disk before the checkpoint; a full disk is told.
 */
#include "alloc.h"

#include <math.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include <cjson/cJSON.h>

#include "training.h"

#include "train/event_log.h"

static struct cr_error err;

static void run(const char *path, struct training *t, double poison)
{
    struct cr_event_log *log;
    expect_ok(cr_event_log_open(&log, path, -1, -1, &err));
    cr_event_log_set_workers(log, 3);
    struct cr_observer observer = cr_event_log_observer(log);
    struct training_options options = {.layers = {"dense: 10"},
                                       .limit = 100,
                                       .epochs = 2,
                                       .batch = 40,
                                       .validation = 0.2,
                                       .threads = 2,
                                       .observers = &observer,
                                       .observer_count = 1};
    expect_ok(training_make(t, &options, &err));
    if (poison != 0)
        ((float *)t->network->params->values)[0] = (float)poison;
    expect_ok(cr_trainer_run(t->trainer, &err));
    cr_event_log_free(log);
}

/* The next line of a text as JSON; NULL at its end. */
static cJSON *next_line(const char **text)
{
    const char *end = strchr(*text, '\n');
    if (!end) {
        assert_int_equal(**text, 0);
        return NULL;
    }
    cJSON *line = cJSON_ParseWithLength(*text, (size_t)(end - *text));
    assert_non_null(line);
    *text = end + 1;
    return line;
}

static double number(const cJSON *line, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(line, key);
    if (!cJSON_IsNumber(item))
        fail_msg("%s is no number", key);
    return item->valuedouble;
}

static const char *word(const cJSON *line, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(line, key);
    if (!cJSON_IsString(item))
        fail_msg("%s is no text", key);
    return item->valuestring;
}

static void keys_are(const cJSON *line, const char *expected)
{
    char keys[512] = "";
    for (const cJSON *item = line->child; item; item = item->next)
        snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s%s", keys[0] ? " " : "", item->string);
    assert_string_equal(keys, expected);
}

static void check_log(const char *path, struct training *t)
{
    char *content = file_text(path);
    const char *text = content;
    static const char *const kinds[] = {"start", "step", "step",  "epoch",      "checkpoint",
                                        "step",  "step", "epoch", "checkpoint", "end"};
    static const int steps[] = {0, 1, 2, 2, 2, 3, 4, 4, 4, 4}, epochs[] = {0, 0, 0, 1, 1, 1, 1, 2, 2, 2};
    for (int i = 0; i < 10; i++) {
        cJSON *line = next_line(&text);
        assert_non_null(line);
        assert_string_equal(word(line, "event"), kinds[i]);
        assert_int_equal((int)number(line, "step"), steps[i]);
        assert_int_equal((int)number(line, "epoch"), epochs[i]);
        assert_true(number(line, "seconds") >= 0);
        if (i == 0) {
            keys_are(
                line,
                "event step epoch epochs steps_per_epoch resumed seed observe threads workers cpu version seconds");
            assert_int_equal((int)number(line, "threads"), 2);
            assert_int_equal((int)number(line, "workers"), 3);
            assert_int_equal((int)number(line, "seed"), 1);
            assert_true(cr_cpu_available(word(line, "cpu")));
            assert_string_equal(word(line, "version"), cr_version());
        } else if (i == 1) {
            keys_are(line, "event step epoch loss accuracy lr images_per_second seconds");
            assert_float_equal(number(line, "lr"), 0.1, 0);
            assert_true(number(line, "loss") > 0 && number(line, "loss") != floor(number(line, "loss")));
        } else if (i == 3) {
            keys_are(line, "event step epoch loss accuracy validation_loss validation_accuracy scores answers lr best "
                           "images_per_second seconds");
            assert_true(cJSON_IsTrue(cJSON_GetObjectItem(line, "best")));
        } else if (i == 4) {
            keys_are(line, "event step epoch seconds");
        } else if (i == 9) {
            keys_are(line, "event step epoch finished observing seconds");
            assert_true(cJSON_IsTrue(cJSON_GetObjectItem(line, "finished")));
        }
        cJSON_Delete(line);
    }
    assert_null(next_line(&text));
    assert_ptr_equal(cr_trainer_network(t->trainer), t->network);
    free(content);
}

static void lines_are_right(void **state)
{
    (void)state;
    char path[512];
    struct training t;
    run(path_in(here.folder, "events", path), &t, 0);
    check_log(path, &t);
    training_free(&t);
}

static void german_lines(void **state)
{
    (void)state;
    char path[512];
    locale_german();
    struct training t;
    run(path_in(here.folder, "events", path), &t, 0);
    locale_back();
    check_log(path, &t);
    training_free(&t);
}

static void no_numbers(void **state)
{
    (void)state;
    char path[512];
    struct training t;
    run(path_in(here.folder, "events", path), &t, NAN);
    char *content = file_text(path);
    const char *text = content;
    cJSON_Delete(next_line(&text));
    cJSON *line = next_line(&text);
    assert_string_equal(word(line, "loss"), "nan");
    assert_float_equal(number(line, "accuracy"), 0, 0);
    cJSON_Delete(line);
    free(content);
    training_free(&t);

    struct cr_event_log *log;
    struct cr_verdict verdict;
    struct cr_event event = {.kind = CR_EVENT_STEP, .loss = INFINITY, .accuracy = -INFINITY};
    expect_ok(cr_event_log_open(&log, path, -1, -1, &err));
    struct cr_observer observer = cr_event_log_observer(log);
    expect_ok(observer.event(observer.user, &event, &verdict, &err));
    cr_event_log_free(log);
    content = file_text(path);
    assert_string_equal(content, "{\"event\":\"step\",\"step\":0,\"epoch\":0,\"loss\":\"inf\",\"accuracy\":\"-inf\","
                                 "\"lr\":0,\"images_per_second\":0,\"seconds\":0}\n");
    free(content);
}

#define STEP(step, epoch) "{\"event\":\"step\",\"step\":" #step ",\"epoch\":" #epoch "}\n"

static void cutting_back(void **state)
{
    (void)state;
    static const char lines[] = STEP(1, 0) STEP(2, 0) "no JSON\n"
                                                      "{\"step\":1,\"epoch\":0}\n"
                                                      "{\"event\":\"epoch\",\"step\":2,\"epoch\":1}\n" STEP(
                                                          3, 1) "{\"event\":\"step\",\"step\":\"1\",\"epoch\":0}\n"
                                                                "{\"event\":\"st";
    static const struct {
        int64_t step, epoch;
        const char *kept;
    } cuts[] = {
        {-1, -1, ""},
        {1, 0, STEP(1, 0)},
        {2, 0, STEP(1, 0) STEP(2, 0)},
        {2, 1, STEP(1, 0) STEP(2, 0) "{\"event\":\"epoch\",\"step\":2,\"epoch\":1}\n"},
        {99, 99, STEP(1, 0) STEP(2, 0) "{\"event\":\"epoch\",\"step\":2,\"epoch\":1}\n" STEP(3, 1)},
    };
    char path[512];
    path_in(here.folder, "events", path);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct cr_event_log *log;
        file_write(path, lines, sizeof lines - 1);
        expect_ok(cr_event_log_open(&log, path, cuts[i].step, cuts[i].epoch, &err));
        cr_event_log_free(log);
        char *text = file_text(path);
        assert_string_equal(text, cuts[i].kept);
        free(text);
    }
}

/* What was told before a checkpoint lies in the file when the next observer hears of it. */
static enum cr_status at_checkpoint(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                                    struct cr_error *error)
{
    (void)verdict, (void)error;
    if (event->kind != CR_EVENT_CHECKPOINT)
        return CR_OK;
    char expected[64], *text = file_text(user);
    snprintf(expected, sizeof expected, "{\"event\":\"checkpoint\",\"step\":%d,", (int)event->step);
    assert_non_null(strstr(text, expected));
    free(text);
    return CR_OK;
}

static void before_the_checkpoint(void **state)
{
    (void)state;
    char path[512];
    struct cr_event_log *log;
    struct training t;
    expect_ok(cr_event_log_open(&log, path_in(here.folder, "events", path), -1, -1, &err));
    struct cr_observer observers[] = {cr_event_log_observer(log), {path, at_checkpoint}};
    struct training_options options = {.layers = {"dense: 10"},
                                       .limit = 100,
                                       .epochs = 2,
                                       .batch = 10,
                                       .checkpoint = 3,
                                       .observers = observers,
                                       .observer_count = 2};
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_run(t.trainer, &err));
    cr_event_log_free(log);
    training_free(&t);
}

static void full_disk(void **state)
{
    (void)state;
    char path[512], message[600];
    struct cr_event_log *log;
    struct training t;
    struct rlimit before;
    expect_ok(cr_event_log_open(&log, path_in(here.folder, "events", path), -1, -1, &err));
    struct cr_observer observer = cr_event_log_observer(log);
    struct training_options options = {
        .layers = {"dense: 10"}, .limit = 100, .epochs = 2, .batch = 10, .observers = &observer, .observer_count = 1};
    expect_ok(training_make(&t, &options, &err));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit limit = {500, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    enum cr_status status = cr_trainer_run(t.trainer, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    snprintf(message, sizeof message, "%s: cannot write: File too large", path);
    assert_string_equal(err.message, message);
    assert_int_equal(status, CR_ERROR_IO);
    cr_event_log_free(log);
    training_free(&t);

    snprintf(message, sizeof message, "%s/none/events: cannot write: No such file or directory", here.folder);
    snprintf(path, sizeof path, "%s/none/events", here.folder);
    expect_error(cr_event_log_open(&log, path, -1, -1, &err), CR_ERROR_IO, message);
}

static enum cr_status open_and_cut(void *user, struct cr_error *error)
{
    static const char lines[] = STEP(1, 0) STEP(2, 0);
    struct cr_event_log *log;
    int file = open(user, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    assert_int_equal(write(file, lines, sizeof lines - 1), sizeof lines - 1);
    close(file);
    CR_TRY(cr_event_log_open(&log, user, 1, 0, error));
    cr_event_log_free(log);
    return CR_OK;
}

static void lost_memory(void **state)
{
    (void)state;
    alloc_need();
    char path[512];
    assert_true(alloc_each(open_and_cut, (void *)path_in(here.folder, "events", path)) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(lines_are_right), fixture_test(german_lines),          fixture_test(no_numbers),
        fixture_test(cutting_back),    fixture_test(before_the_checkpoint), fixture_test(full_disk),
        fixture_test(lost_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
