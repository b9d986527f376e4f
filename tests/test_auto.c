/*
 * The babysitter acts: a rate that is far too high ends near the healthy accuracy, what is healthy stays the same to
 * the last bit, and a run that was killed anywhere and resumed does the same.
 */
#include "watching.h"

#define FULL     "data: {source: digits}\n"
#define ADAM(lr) "train: {optimizer: {adam: {lr: " lr "}}, epochs: 12, batch: 32}\n"
#define SGD(lr)  "train: {optimizer: {sgd: {lr: " lr ", momentum: 0.9}}, epochs: 12, batch: 32}\n"
#define AUTO     "babysit: {auto: true}\n"

static double healthy;

static void healthy_ones_stay_the_same(void **state)
{
    (void)state;
    struct seen without = {0}, with = {0};
    train(FULL MLP SGD("0.03"), NULL, &without);
    train(FULL MLP SGD("0.03") AUTO, in_folder("healthy"), &with);
    assert_int_equal(with.changes, 0);
    assert_true(with.weights == without.weights);
    healthy = with.best;
    assert_true(healthy > 0.85);
}

/* 30 and 1000 times too high, with Adam, and too low. */
static const char *const broken[] = {FULL MLP SGD("0.9") AUTO, FULL MLP SGD("30") AUTO, FULL MLP ADAM("3") AUTO,
                                     FULL MLP SGD("3e-5") AUTO};

static void broken_ones_are_saved(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct seen seen = {0};
        train(broken[i], NULL, &seen);
        if (seen.changes == 0 || seen.best < healthy - 0.06)
            fail_msg("%s: %d changes, accuracy %g of %g", broken[i], seen.changes, seen.best, healthy);
    }
}

/* Stopped before the change, soon after it, and later. */
static void resumed(void **state)
{
    (void)state;
    static const int64_t stops[] = {20, 160, 420};
    char name[32];
    struct seen whole = {0}, read = {0};
    struct cr_babysitter *babysitter;
    train(broken[1], in_folder("whole"), &whole);
    assert_true(whole.changes > 0 && whole.change.number == whole.changes);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        struct seen half = {.stop = stops[i]}, rest = {0};
        snprintf(name, sizeof name, "half%zu", i);
        train(broken[1], in_folder(name), &half);
        train(NULL, in_folder(name), &rest);
        if (whole.weights != rest.weights)
            fail_msg("stopped after step %d: other weights", (int)stops[i]);
        expect_ok(cr_babysitter_read(&babysitter, in_folder(name), &err));
        const struct cr_finding *findings = cr_babysitter_findings(babysitter, &read.count);
        memcpy(read.finding, findings, (size_t)read.count * sizeof *findings);
        cr_babysitter_free(babysitter);
        expect_the_same(&whole, &read);
    }
}

/* A run whose process died at its first change, before anything of it was kept. */
static enum cr_status die(void *user, const struct cr_event *event, struct cr_verdict *verdict, struct cr_error *error)
{
    (void)verdict;
    if (event->kind == *(enum cr_event_kind *)user)
        return cr_fail(error, CR_ERROR_IO, "killed");
    return CR_OK;
}

static void killed_at_the_change(void **state)
{
    (void)state;
    struct seen whole = {0}, rest = {0};
    struct cr_config *config;
    struct cr_babysitter *babysitter;
    struct cr_experiment *experiment;
    enum cr_event_kind kind = CR_EVENT_CHANGE;
    train(broken[3], NULL, &whole);
    assert_true(whole.changes > 0);
    expect_ok(cr_babysitter_new(&babysitter, &err));
    const struct cr_observer observers[] = {cr_babysitter_observer(babysitter), {&kind, die}};
    struct cr_experiment_options options = {.run = in_folder("killed"),
                                            .observers = observers,
                                            .observer_count = 2,
                                            .prepare = cr_babysitter_prepare,
                                            .prepare_user = babysitter};
    expect_ok(cr_config_parse(&config, broken[3], "f", &err));
    expect_ok(cr_experiment_new(&experiment, here.context, config, &options, &err));
    assert_int_equal(cr_experiment_run(experiment, &err), CR_ERROR_IO);
    cr_experiment_free(experiment);
    cr_babysitter_free(babysitter);
    cr_config_free(config);
    train(NULL, in_folder("killed"), &rest);
    assert_true(whole.weights == rest.weights);
}

/* What gets no better ends, and what nothing saves ends with its last good state; both are finished. */
static void ends(void **state)
{
    (void)state;
    static const char *const yaml[] = {
        "data: {limit: 300}\n" MLP "train: {optimizer: {sgd: {lr: 0.3, momentum: 0.9}}, epochs: 60, batch: 32}\n" AUTO,
        DATA "model: [repeat: {times: 8, layers: [dense: {units: 32, init: {normal: 1e6}}]}, dense: 10]\n" SGD("0.1")
            AUTO};
    for (size_t i = 0; i < sizeof yaml / sizeof *yaml; i++) {
        struct seen seen = {0}, again = {0};
        train(yaml[i], in_folder(i ? "hopeless" : "long"), &seen);
        assert_int_equal(seen.changes, 1);
        assert_true(seen.change.finished && seen.change.back == (i == 1) && seen.change.why[0]);
        train(NULL, in_folder(i ? "hopeless" : "long"), &again);
        assert_int_equal(again.count + again.changes, 0);
        assert_true(again.weights == 0); /* nothing was left to do */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthy_ones_stay_the_same),
        cmocka_unit_test(broken_ones_are_saved),
        cmocka_unit_test(resumed),
        cmocka_unit_test(killed_at_the_change),
        cmocka_unit_test(ends),
    };
    return cmocka_run_group_tests_name("auto", tests, fixture_make, fixture_free);
}
