/*
 * Schedules: each of the registry is positive, finite and at most 1, and warms up; values at some times; messages.
 */
#include "training.h"

#include <math.h>

#include "train/optimizer.h"
#include "train/schedule.h"

static struct cr_error err;

struct made {
    struct cr_config *config;
    struct cr_schedule_use *schedule;
};

static enum cr_status make(struct made *made, const char *text)
{
    char yaml[256];
    *made = (struct made){0};
    snprintf(yaml, sizeof yaml, "schedule: %s\n", text);
    expect_ok(cr_config_parse(&made->config, yaml, "f", &err));
    err = (struct cr_error){0};
    return cr_schedule_new(&made->schedule, made->config, cr_node_get(cr_config_root(made->config), "schedule"), &err);
}

static void let_go(struct made *made)
{
    cr_schedule_free(made->schedule);
    cr_config_free(made->config);
}

/* With what an entry needs at least. */
static void text_of(const struct cr_entry *entry, const char *more, char text[128])
{
    const char *needed = strcmp(entry->name, "step") == 0 ? "at: [3, 6]" : "";
    snprintf(text, 128, "{%s: {%s%s%s}}", entry->name, needed, needed[0] && more[0] ? ", " : "", more);
}

static void all_are_sound(void **state)
{
    (void)state;
    enum { EPOCHS = 9, TIMES = 100 };
    for (int i = 0; cr_schedules.entries[i]; i++) {
        char text[128];
        struct made plain, warm;
        text_of(cr_schedules.entries[i], "", text);
        assert_int_equal(make(&plain, text), CR_OK);
        text_of(cr_schedules.entries[i], "warmup: 2.5", text);
        assert_int_equal(make(&warm, text), CR_OK);
        double before = 0;
        for (int n = 0; n < EPOCHS * TIMES; n++) {
            double time = (double)n / TIMES;
            double factor = cr_schedule_factor(plain.schedule, time, EPOCHS);
            double warmed = cr_schedule_factor(warm.schedule, time, EPOCHS);
            assert_true(isfinite(factor) && factor > 0 && factor <= 1);
            double share = time < 2.5 ? 0.01 + 0.99 * time / 2.5 : 1;
            assert_float_equal(warmed, factor * share, 1e-15);
            if (time < 1.2)
                assert_true(warmed > before);
            before = warmed;
        }
        double first = strcmp(cr_schedules.entries[i]->name, "one-cycle") == 0 ? 0.04 : 1;
        assert_float_equal(cr_schedule_factor(plain.schedule, 0, EPOCHS), first, 0);
        assert_float_equal(cr_schedule_factor(warm.schedule, 0, EPOCHS), 0.01 * first, 0);
        let_go(&plain);
        let_go(&warm);
    }
}

static const struct {
    const char *text;
    double epochs, time, factor;
} values[] = {
    {"constant", 10, 7.25, 1},
    {"constant: {warmup: 4}", 10, 1, 0.2575},
    {"constant: {warmup: 4}", 10, 4, 1},
    {"step: {at: [6, 3], gamma: 0.5}", 10, 2.999, 1},
    {"step: {at: [6, 3], gamma: 0.5}", 10, 3, 0.5},
    {"step: {at: [6, 3], gamma: 0.5}", 10, 9, 0.25},
    {"step: 5", 10, 5, 0.1},
    {"step: {every: 2, gamma: 0.5, warmup: 1}", 10, 0.5, 0.505},
    {"step: {every: 2, gamma: 0.5, warmup: 1}", 10, 7.9, 0.125},
    {"exponential: 0.9", 10, 2, 0.81},
    {"exponential: {gamma: 0.25, warmup: 1}", 10, 0.5, 0.5 * 0.505},
    {"inverse", 10, 10, 0.5},
    {"inverse: {decay: 2}", 10, 1.5, 0.25},
    {"cosine", 8, 2, 0.85355339059327373},
    {"cosine", 8, 4, 0.5},
    {"cosine", 8, 8, 0},
    {"cosine: {final: 0.2, warmup: 4}", 8, 2, 0.505 * (0.2 + 0.8 * 0.85355339059327373)},
    {"cosine: 0.5", 8, 8, 0.5},
    {"cosine: {restart: 2}", 8, 7, 0.5},
    {"cosine: {restart: 2, multiply: 3}", 30, 5, 0.5},
    {"linear: {final: 0.5}", 8, 2, 0.875},
    {"one-cycle: {peak: 0.5, first: 0.25, shape: linear}", 8, 2, 0.625},
    {"one-cycle: {peak: 0.5, first: 0.25}", 8, 4, 1},
    {"plateau", 10, 7, 1},
};

static void values_hold(void **state)
{
    (void)state;
    struct cr_schedule_use *schedule;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct made made;
        char text[128];
        snprintf(text, sizeof text, strchr(values[i].text, ':') ? "{%s}" : "%s", values[i].text);
        assert_int_equal(make(&made, text), CR_OK);
        double factor = cr_schedule_factor(made.schedule, values[i].time, values[i].epochs);
        if (fabs(factor - values[i].factor) > 1e-15)
            fail_msg("%s at %g: %.17g", values[i].text, values[i].time, factor);
        let_go(&made);
    }
    expect_ok(cr_schedule_new(&schedule, NULL, NULL, &err));
    assert_float_equal(cr_schedule_factor(schedule, 3, 5), 1, 0);
    expect_ok(cr_schedule_check(schedule, 1, &err));
    cr_schedule_free(schedule);
}

static const struct {
    const char *text, *message;
} mistakes[] = {
    {"cosinus", "f:1:11: schedule: unknown schedule cosinus; did you mean cosine?"},
    {"step", "f:1:11: schedule: step: expected one of `at: [60, 80]` and `every: 30`, found neither"},
    {"{step: {at: 3, every: 2}}", "f:1:11: schedule: step: expected one of `at: [60, 80]` and `every: 30`, found both"},
    {"{cosine: {multiply: 2}}", "f:1:11: schedule: cosine: multiply: 2 needs `restart`, the epochs of the first wave"},
    {"{step: {at: [3, -1]}}", "f:1:27: schedule.step.at[1]: -1 is out of range (list of numbers 0..1000000)"},
    {"{cosine: {warmup: -1}}", "f:1:29: schedule.cosine.warmup: -1 is out of range (float 0..1000000)"},
    {"{exponential: {gamma: 2}}", "f:1:33: schedule.exponential.gamma: 2 is out of range (float 0.001..1)"},
};

static void mistakes_are_told(void **state)
{
    (void)state;
    struct made made;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        assert_int_equal(make(&made, mistakes[i].text), CR_ERROR_CONFIG);
        assert_string_equal(err.message, mistakes[i].message);
        let_go(&made);
    }
    assert_int_equal(make(&made, "{cosine: {warmup: 5}}"), CR_OK);
    expect_ok(cr_schedule_check(made.schedule, 6, &err));
    expect_error(cr_schedule_check(made.schedule, 5, &err), CR_ERROR_CONFIG,
                 "f:1:11: schedule: cosine: a warmup of 5 epochs leaves nothing of the training's 5");
    let_go(&made);
}

/* A training of one step an epoch: the momentum of its last step is that of the schedule, not the optimizer's. */
static void momentum_moves(void **state)
{
    (void)state;
    struct training t;
    struct training_options options = {.layers = {"dense: 10"},
                                       .optimizer = "{sgd: {lr: 0.1, momentum: 0.3}}",
                                       .schedule = "{one-cycle: {peak: 0.5, shape: linear, momentum: [0.5, 0.9]}}",
                                       .limit = 100,
                                       .epochs = 4,
                                       .batch = 100};
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_run(t.trainer, &err));
    const struct cr_sgd_rates *rates = t.optimizer->rates;
    assert_true(fabs(rates->momentum - 0.7) < 1e-12); /* from 0.9 to 0.5 and half of the way back */
    assert_true(fabs(rates->lr - 0.1 * (1 + 4e-6) / 2) < 1e-9);
    training_free(&t);
    options.optimizer = "{adam: {beta1: 0.3}}";
    expect_ok(training_make(&t, &options, &err));
    expect_ok(cr_trainer_run(t.trainer, &err));
    assert_true(fabs(((const struct cr_adam_rates *)t.optimizer->rates)->beta1 - 0.7) < 1e-12);
    training_free(&t);
    options.optimizer = "adagrad";
    expect_error(training_make(&t, &options, &err), CR_ERROR_CONFIG,
                 "the schedule moves the momentum, and adagrad has none");
    training_free(&t);
    options.optimizer = "{sgd: {momentum: 0}}";
    expect_error(training_make(&t, &options, &err), CR_ERROR_CONFIG,
                 "the schedule moves the momentum: train.optimizer.sgd.momentum must be above 0");
    training_free(&t);
    options.schedule = "{one-cycle: {momentum: [0.9, 0.5]}}";
    expect_error(training_make(&t, &options, &err), CR_ERROR_CONFIG,
                 "test:2:11: schedule: one-cycle: momentum: expected the lowest and the highest, [0.85, 0.95]");
    training_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_sound),
        cmocka_unit_test(values_hold),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(momentum_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
