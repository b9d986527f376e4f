/*
 * The babysitter before a training: silence on healthy experiments; each fault named by the right check, with the right
 * change; the range test on curves whose answer is known.
 */
#include "pictures.h"

#include <math.h>

#include <cradle/babysit.h>

#include "babysit/check.h"
#include "babysit/range_test.h"
#include "babysit/stats.h"

static struct cr_error err;

/* ---------------------------------------------------------------------------------------------------- a look at it */

enum { FINDINGS = 16 };

struct seen {
    int passed, skipped, found;
    struct cr_finding finding[FINDINGS];
};

static void see(void *user, const struct cr_outcome *outcome)
{
    struct seen *seen = user;
    assert_non_null(outcome->check);
    assert_true(outcome->text[0] != 0);
    seen->passed += outcome->kind == CR_PASSED;
    seen->skipped += outcome->kind == CR_SKIPPED;
    if (outcome->kind != CR_FOUND)
        return;
    assert_in_range(seen->found, 0, FINDINGS - 1);
    assert_string_equal(outcome->finding->check, outcome->check->name);
    assert_true(outcome->finding->evidence[0] && outcome->finding->causes[0][0] && outcome->finding->remedy[0]);
    seen->finding[seen->found++] = *outcome->finding;
}

static struct seen look(const char *yaml, bool quick)
{
    struct seen seen = {0};
    struct cr_config *config;
    struct cr_experiment *experiment;
    expect_ok(cr_config_parse(&config, yaml, "f", &err));
    expect_ok(cr_experiment_new(&experiment, here.context, config, NULL, &err));
    expect_ok(
        cr_preflight(experiment, &(struct cr_preflight_options){.quick = quick, .tell = see, .user = &seen}, &err));
    cr_experiment_free(experiment);
    cr_config_free(config);
    return seen;
}

static const struct cr_finding *find(const struct seen *seen, const char *check)
{
    for (int i = 0; i < seen->found; i++)
        if (strcmp(seen->finding[i].check, check) == 0)
            return &seen->finding[i];
    return NULL;
}

/* This and nothing else is found. */
static const struct cr_finding *expect_one(const struct seen *seen, const char *check, enum cr_severity severity)
{
    for (int i = 0; i < seen->found; i++)
        if (strcmp(seen->finding[i].check, check) != 0)
            fail_msg("%s found: %s (%s)", seen->finding[i].check, seen->finding[i].symptom, seen->finding[i].evidence);
    const struct cr_finding *finding = find(seen, check);
    if (!finding)
        fail_msg("%s found nothing", check);
    assert_int_equal(finding->severity, severity);
    return finding;
}

/* --------------------------------------------------------------------------------------------------------- healthy */

static void healthy(void **state)
{
    (void)state;
    static const char *const files[] = {
        "{model: [conv: 8, relu, maxpool: 2, dense: 10]}",
        "{model: [dense: 10], train: {optimizer: {sgd: {lr: 0.05, momentum: 0.9}}}}",
        "{model: [dense: 64, relu, dense: 10], train: {optimizer: {adam: {lr: 1e-3}}, batch: 32}}",
        "{model: [conv: 16, batchnorm, relu, maxpool: 2, conv: 16, batchnorm, relu, globalpool, dense: 10]}",
        "{model: [dense: 64, batchnorm, relu, dropout: 0.3, dense: 10], train: {optimizer: {adam: {lr: 3e-3}}}}",
        "{model: [conv: 8, batchnorm, relu, residual: [conv: 8, batchnorm], relu, dense: 10]}",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct seen seen = look(files[i], false);
        for (int k = 0; k < seen.found; k++)
            fail_msg("%s: %s: %s (%s)", files[i], seen.finding[k].check, seen.finding[k].symptom,
                     seen.finding[k].evidence);
        int checks = 0;
        for (const struct cr_entry *const *entry = cr_checks.entries; *entry; entry++)
            checks += ((const struct cr_check *)*entry)->preflight != NULL;
        assert_int_equal(seen.passed + seen.skipped, checks);
        assert_in_range(seen.skipped, 0, 4);
    }
}

/* ----------------------------------------------------------------------------------------------------------- model */

static void rate_too_high(void **state)
{
    (void)state;
    struct seen seen = look("{model: [conv: 8, relu, dense: 10], train: {optimizer: {sgd: {lr: 30}}}}", false);
    const struct cr_finding *finding = expect_one(&seen, "learning-rate", CR_FAULT);
    assert_string_equal(finding->path, "train.optimizer.sgd.lr");
    assert_string_equal(finding->from, "30");
    assert_true(atof(finding->to) > 1e-4 && atof(finding->to) < 1);
}

/* The loss falls from its high beginning to that of guessing, and stays: all units are dead. */
static void rate_kills_units(void **state)
{
    (void)state;
    struct seen seen = look("{model: [conv: 8, relu, residual: [conv: 8, relu, conv: 8], relu, dense: 10], "
                            "train: {batch: 16, optimizer: {sgd: {lr: 0.1, momentum: 0.9}}}}",
                            false);
    const struct cr_finding *finding = expect_one(&seen, "first-steps", CR_FAULT);
    assert_non_null(strstr(finding->symptom, "guessing"));
    assert_string_equal(finding->to, "0.01");
}

static void rate_too_low(void **state)
{
    (void)state;
    struct seen seen = look("{model: [dense: 32, relu, dense: 10], train: {optimizer: {adam: {lr: 1e-8}}}}", false);
    const struct cr_finding *finding = expect_one(&seen, "learning-rate", CR_WARNING);
    assert_string_equal(finding->path, "train.optimizer.adam.lr");
    assert_true(atof(finding->to) > 1e-5);
}

static void weights_all_equal(void **state)
{
    (void)state;
    struct seen seen = look("{model: [dense: {units: 32, init: zeros}, relu, dense: 10]}", true);
    assert_non_null(strstr(expect_one(&seen, "initial-weights", CR_FAULT)->symptom, "dense1.weight"));
}

static void weights_too_large(void **state)
{
    (void)state;
    struct seen seen = look("{model: [dense: 32, relu, dense: {units: 10, init: {normal: 8}}]}", true);
    assert_non_null(strstr(find(&seen, "initial-weights")->symptom, "dense2.weight are too large"));
    assert_int_equal(find(&seen, "initial-loss")->severity, CR_WARNING);
    assert_int_equal(seen.found, 2);
}

static void no_activation_between(void **state)
{
    (void)state;
    struct seen seen = look("{model: [conv: 8, batchnorm, maxpool: 2, dense: 32, dropout: 0.5, dense: 10]}", true);
    assert_non_null(strstr(expect_one(&seen, "linear-stack", CR_WARNING)->symptom, "dense1 and dense2"));
    seen = look("{model: [conv: {filters: 1, kernel: 3, groups: depthwise}, conv: 8, relu, dense: 10]}", true);
    assert_int_equal(seen.found, 1);
    seen = look("{model: [conv: 8, relu, conv: {filters: 8, groups: depthwise}, conv: 8, relu, dense: 10]}", true);
    assert_int_equal(seen.found, 0);
}

static void layers_undo_each_other(void **state)
{
    (void)state;
    struct seen seen = look("{model: [conv: {filters: 8, bias: true}, batchnorm, relu, dense: 10]}", true);
    assert_string_equal(expect_one(&seen, "layer-order", CR_WARNING)->symptom,
                        "f:1:35: model[0].conv.bias: a bias before a norm");
    seen = look("{model: [conv: 8, relu, residual: [dropout: 0.5, batchnorm, relu, conv: 8], dense: 10]}", true);
    assert_non_null(strstr(expect_one(&seen, "layer-order", CR_WARNING)->symptom, "dropout before a batch norm"));
    seen = look("{model: [dense: 16, relu, dense: 10, sigmoid]}", true);
    assert_string_equal(expect_one(&seen, "layer-order", CR_WARNING)->symptom,
                        "f:1:38: model[3]: an activation between the last layer and the loss");
}

static void schedule_is_too_long(void **state)
{
    (void)state;
    static const char *const schedules[] = {"{step: {at: [3, 9]}}", "{cosine: {restart: 8}}", "plateau"};
    for (int i = 0; i < 3; i++) {
        char yaml[256];
        snprintf(yaml, sizeof yaml, "{model: [dense: 10], train: {epochs: 5, schedule: %s}}", schedules[i]);
        struct seen seen = look(yaml, true);
        assert_non_null(strstr(expect_one(&seen, "schedule-length", CR_WARNING)->symptom, "longer than the training"));
    }
}

static void learns_nothing(void **state)
{
    (void)state;
    struct seen seen = look("{model: [dense: 32, relu, dense: {units: 10, init: zeros}, relu, dense: 10]}", false);
    assert_non_null(find(&seen, "initial-weights"));
    assert_null(find(&seen, "first-steps")); /* no more than the same again */
    assert_null(find(&seen, "gradient"));
}

/* ------------------------------------------------------------------------------------------------------------ data */

enum { SIDE = 6, PER_CLASS = 60, CLASSES = 4, COUNT = PER_CLASS * CLASSES };

struct data {
    uint8_t pixels[COUNT][SIDE][SIDE];
    uint8_t labels[COUNT];
};

/* A bright line, whose place is the class, on noise; `seed` picks the noise. */
static void draw(struct data *data, uint32_t seed)
{
    for (int n = 0; n < COUNT; n++) {
        data->labels[n] = (uint8_t)(n % CLASSES);
        for (int i = 0; i < SIDE; i++)
            for (int j = 0; j < SIDE; j++) {
                seed = seed * 1664525 + 1013904223;
                data->pixels[n][i][j] = (uint8_t)((seed >> 24) / 2 + (i == 1 + data->labels[n] ? 120 : 0));
            }
    }
}

static void write_part(const char *name, const struct data *data, int count)
{
    static uint8_t file[16 + sizeof data->pixels];
    char path[512], full[64];
    put_big_endian(file, 0x803);
    put_big_endian(file + 4, (uint32_t)count);
    put_big_endian(file + 8, SIDE);
    put_big_endian(file + 12, SIDE);
    memcpy(file + 16, data->pixels, (size_t)count * SIDE * SIDE);
    snprintf(full, sizeof full, "%s-images", name);
    file_write(path_in(here.folder, full, path), file, 16 + (size_t)count * SIDE * SIDE);
    put_big_endian(file, 0x801);
    memcpy(file + 8, data->labels, (size_t)count);
    snprintf(full, sizeof full, "%s-labels", name);
    file_write(path_in(here.folder, full, path), file, 8 + (size_t)count);
}

/* What is seen of a small network on the two parts. */
static struct seen look_at(const struct data *train, int count, const struct data *test)
{
    char yaml[2400];
    write_part("train", train, count);
    write_part("test", test, COUNT);
    snprintf(yaml, sizeof yaml,
             "data: {source: {idx: {images: %s/train-images, labels: %s/train-labels, test_images: %s/test-images, "
             "test_labels: %s/test-labels}}}\nmodel: [dense: 16, relu, dense: %d]\n"
             "train: {optimizer: {sgd: {lr: 0.05, momentum: 0.9}}, batch: 20}\n",
             here.folder, here.folder, here.folder, here.folder, CLASSES);
    return look(yaml, false);
}

static void data_without_fault(void **state)
{
    (void)state;
    struct data train, test;
    draw(&train, 1);
    draw(&test, 2);
    assert_int_equal(look_at(&train, COUNT, &test).found, 0);
}

static void test_pictures_were_learned(void **state)
{
    (void)state;
    struct data train, test;
    draw(&train, 1);
    draw(&test, 2);
    memcpy(test.pixels[7], train.pixels[3], 20 * sizeof test.pixels[0]);
    struct seen seen = look_at(&train, COUNT, &test);
    const struct cr_finding *finding = expect_one(&seen, "duplicates", CR_FAULT);
    assert_non_null(strstr(finding->symptom, "test pictures"));
    assert_non_null(strstr(finding->evidence, "of 240 test pictures"));
}

static void labels_contradict(void **state)
{
    (void)state;
    struct data train, test;
    draw(&train, 1);
    draw(&test, 2);
    for (int i = 0; i < 8; i++)
        memcpy(train.pixels[2 * i], train.pixels[2 * i + 1], sizeof train.pixels[0]);
    struct seen seen = look_at(&train, COUNT, &test);
    assert_non_null(find(&seen, "duplicates"));
}

static void labels_are_shuffled(void **state)
{
    (void)state;
    struct data train, test;
    draw(&train, 1);
    draw(&test, 2);
    uint32_t seed = 5;
    for (int n = COUNT - 1; n > 0; n--) {
        seed = seed * 1664525 + 1013904223;
        int other = (int)((seed >> 16) % (uint32_t)(n + 1));
        uint8_t label = train.labels[n];
        train.labels[n] = train.labels[other];
        train.labels[other] = label;
    }
    struct seen seen = look_at(&train, COUNT, &test);
    for (int i = 0; i < seen.found; i++)
        assert_true(strcmp(seen.finding[i].check, "first-steps") == 0 ||
                    strcmp(seen.finding[i].check, "input-used") == 0 ||
                    strcmp(seen.finding[i].check, "learning-rate") == 0);
}

static void classes_out_of_balance(void **state)
{
    (void)state;
    struct data train, test;
    draw(&train, 1);
    draw(&test, 2);
    for (int n = 0; n < COUNT; n++)
        train.labels[n] = n % CLASSES == 2 && n > 12 ? 1 : train.labels[n];
    struct seen seen = look_at(&train, COUNT, &test);
    assert_non_null(strstr(find(&seen, "balance")->symptom, "class 2 is"));
}

static void pictures_of_one_colour(void **state)
{
    (void)state;
    struct data train, test;
    draw(&train, 1);
    draw(&test, 2);
    for (int n = 0; n < COUNT; n += 10)
        memset(train.pixels[n], 40, sizeof train.pixels[n]);
    struct seen seen = look_at(&train, COUNT, &test);
    assert_int_equal(find(&seen, "constant-pictures")->severity, CR_WARNING);
}

/* -------------------------------------------------------------------------------------------------- the range test */

/* Flat until `begin`, falling to `low` at `bottom`, then rising; noise of `noise` to both sides in turn. */
static struct cr_range_test range(double begin, double bottom, double low, double noise)
{
    struct cr_range_test test = {.count = CR_RANGE_STEPS};
    for (int i = 0; i < test.count; i++) {
        double at = -6 + 7.0 * i / (CR_RANGE_STEPS - 1), share = (at - log10(begin)) / (log10(bottom) - log10(begin));
        test.rate[i] = pow(10, at);
        test.loss[i] = share < 0 ? 2.3 : share < 1 ? 2.3 - (2.3 - low) * share : low + pow(10 * (share - 1), 2);
        test.loss[i] += i % 2 ? noise : -noise;
    }
    return test;
}

static void range_test_finds_the_edge(void **state)
{
    (void)state;
    struct cr_range_test test = range(1e-3, 0.3, 0.5, 0.02);
    cr_range_test_judge(&test);
    assert_true(test.edge > 0.3 && test.edge < 2);
    assert_true(test.pick > 1e-3 && test.pick < 0.3);
    assert_true(test.confidence == 1);
}

static void range_test_is_not_fooled_by_a_spike(void **state)
{
    (void)state;
    struct cr_range_test plain = range(1e-3, 0.3, 0.5, 0.02), spike = plain;
    spike.loss[12] = 900;
    spike.loss[13] = (double)NAN;
    spike.loss[40] = -50;
    cr_range_test_judge(&plain);
    cr_range_test_judge(&spike);
    assert_true(spike.pick > plain.pick / 2 && spike.pick < plain.pick * 2);
    assert_true(spike.edge > plain.edge / 2 && spike.edge < plain.edge * 2);
}

static void range_test_of_a_loss_that_never_falls(void **state)
{
    (void)state;
    struct cr_range_test test = range(1e3, 1e4, 0.5, 0.05);
    cr_range_test_judge(&test);
    assert_true(test.confidence < 0.3);
    assert_true(isfinite(test.pick) && test.pick > 0);
}

static void range_test_of_a_loss_that_never_rises(void **state)
{
    (void)state;
    struct cr_range_test test = range(1e-3, 10, 0.2, 0.02);
    cr_range_test_judge(&test);
    assert_true(isinf(test.edge));
    assert_true(test.pick > 1e-2 && test.pick <= 10);
}

static void statistics(void **state)
{
    (void)state;
    const double values[] = {3, (double)NAN, 1, 2};
    assert_true(cr_median(values, 4) == 2.5);
    assert_true(cr_median(values, 3) == 3);
    struct cr_mean a = cr_mean_of((const double[]){1, 2, 3}, 3), b = cr_mean_of((const double[]){0, 0, 0}, 3);
    assert_true(a.mean == 2 && fabs(a.error - 1 / sqrt(3)) < 1e-15);
    assert_true(fabs(cr_welch(a, b) - 2 * sqrt(3)) < 1e-12);
    assert_true(cr_welch(a, (struct cr_mean){(double)NAN, 0}) < 0 && cr_welch((struct cr_mean){INFINITY, 0}, a) > 0);
}

static bool stop(void *user, const char *what, int64_t done, int64_t total)
{
    (void)what, (void)done, (void)total;
    ++*(int *)user;
    return false;
}

static void can_be_stopped(void **state)
{
    (void)state;
    int calls = 0;
    struct cr_config *config;
    struct cr_experiment *experiment;
    expect_ok(cr_config_parse(&config, "model: [dense: 10]", "f", &err));
    expect_ok(cr_experiment_new(&experiment, here.context, config, NULL, &err));
    assert_int_equal(cr_preflight(experiment, &(struct cr_preflight_options){.progress = stop, .user = &calls}, &err),
                     CR_ERROR_STOPPED);
    assert_int_equal(calls, 1);
    cr_experiment_free(experiment);
    cr_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthy),
        cmocka_unit_test(rate_too_high),
        cmocka_unit_test(rate_kills_units),
        cmocka_unit_test(rate_too_low),
        cmocka_unit_test(weights_all_equal),
        cmocka_unit_test(weights_too_large),
        cmocka_unit_test(no_activation_between),
        cmocka_unit_test(layers_undo_each_other),
        cmocka_unit_test(schedule_is_too_long),
        cmocka_unit_test(learns_nothing),
        cmocka_unit_test(data_without_fault),
        cmocka_unit_test(test_pictures_were_learned),
        cmocka_unit_test(labels_contradict),
        cmocka_unit_test(labels_are_shuffled),
        cmocka_unit_test(classes_out_of_balance),
        cmocka_unit_test(pictures_of_one_colour),
        cmocka_unit_test(range_test_finds_the_edge),
        cmocka_unit_test(range_test_is_not_fooled_by_a_spike),
        cmocka_unit_test(range_test_of_a_loss_that_never_falls),
        cmocka_unit_test(range_test_of_a_loss_that_never_rises),
        cmocka_unit_test(statistics),
        cmocka_unit_test(can_be_stopped),
    };
    return cmocka_run_group_tests(tests, fixture_make, fixture_free);
}
