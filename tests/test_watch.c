/*
 * The babysitter in a training: silence on healthy ones, each fault named by the right check with the right change, the
 * same findings from the log and after a resume; and that nothing of it changes the weights.
 */
#include "watching.h"

static const char *const healthy[] = {
    DATA MLP "train: {optimizer: {sgd: {lr: 0.1}}, epochs: 15, batch: 32}\n",
    DATA MLP "train: {optimizer: {adam: {lr: 0.003}}, epochs: 15, batch: 32}\n",
    DATA "model: [dense: 10]\ntrain: {optimizer: {sgd: {lr: 0.1}}, epochs: 15, batch: 32}\n",
    DATA "model: [conv: 8, batchnorm, relu, maxpool: 2, dense: 10]\n"
         "train: {optimizer: {sgd: {lr: 0.1}}, schedule: cosine, epochs: 12, batch: 32}\n",
    DATA "model: [dense: 32, tanh, dense: 32, tanh, dropout: 0.2, dense: 10]\n"
         "train: {optimizer: {sgd: {lr: 0.1, momentum: 0.9}}, epochs: 12, batch: 32}\n",
};

static void silence_on_healthy_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof healthy / sizeof *healthy; i++) {
        struct seen seen = {0};
        train(healthy[i], NULL, &seen);
        for (int j = 0; j < seen.count; j++)
            if (seen.finding[j].severity > CR_NOTE)
                fail_msg("%s: %s: %s", healthy[i], seen.finding[j].check, seen.finding[j].evidence);
    }
}

static const struct {
    const char *yaml, *check, *path; /* NULL: any */
} faults[] = {
    {DATA MLP "train: {optimizer: {sgd: {lr: 1e-6}}, epochs: 12, batch: 32}\n", "not-learning",
     "train.optimizer.sgd.lr"},
    {DATA MLP "train: {optimizer: {sgd: {lr: 2e-4, momentum: 0}}, epochs: 12, batch: 32}\n", "slow",
     "train.optimizer.sgd.lr"},
    {DATA "model: [dense: 32, sigmoid, dense: 10]\ntrain: {optimizer: {sgd: {lr: 900}}, epochs: 12, batch: 32}\n",
     "diverging", "train.optimizer.sgd.lr"},
    {DATA "model: [dense: 32, dense: 10]\ntrain: {optimizer: {sgd: {lr: 1000}}, epochs: 12, batch: 32}\n", "not-finite",
     "train.optimizer.sgd.lr"},
    {DATA "model: [dense: 32, sigmoid, dense: 32, sigmoid, dense: 32, sigmoid, dense: 32, sigmoid, dense: 32, sigmoid, "
          "dense: 32, sigmoid, dense: 10]\ntrain: {optimizer: {sgd: {lr: 0.05}}, epochs: 12, batch: 32}\n",
     "vanishing", "model[1]"},
    {DATA "model: [dense: {units: 32, init: {normal: 3}}, tanh, dense: 32, tanh, dense: 10]\n"
          "train: {optimizer: {sgd: {lr: 1e-4}}, epochs: 12, batch: 32}\n",
     "saturation", ""},
    {DATA MLP "train: {optimizer: {sgd: {lr: 0.1, weight_decay: 3}}, epochs: 12, batch: 32}\n", "not-learning",
     "train.optimizer.sgd.weight_decay"},
    {DATA MLP "train: {optimizer: {sgd: {lr: 0.1}}, epochs: 12, batch: 32, clip: {norm: 1e-5}}\n", "clipping",
     "train.clip.norm"},
    {DATA "model: [dense: 32, relu, dropout: 0.95, dense: 10]\ntrain: {epochs: 1, batch: 32}\n", "dropout",
     "model[2].dropout"},
    {DATA "model: [conv: 8, batchnorm, relu, dense: 10]\ntrain: {epochs: 1, batch: 4}\n", "norm-batch", "train.batch"},
    {DATA "model: [dense: 2, tanh, dense: 10]\ntrain: {optimizer: {sgd: {lr: 0.05}}, epochs: 12, batch: 32}\n"
          "babysit: {checks: {underfitting: {left: 0.1, gap: 0.3}}}\n",
     "underfitting", NULL},
};

static void faults_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct seen seen = {0};
        train(faults[i].yaml, NULL, &seen);
        struct cr_finding *finding = find(&seen, faults[i].check);
        if (!finding)
            fail_msg("%s: found %s, not %s", faults[i].yaml, seen.count ? seen.finding[0].check : "nothing",
                     faults[i].check);
        if (faults[i].path)
            assert_string_equal(finding->path, faults[i].path);
    }
}

/* The log says the same as the training did, and so does a training that was stopped half-way. */
static void from_the_log(void **state)
{
    (void)state;
    struct seen whole = {0}, read = {0}, half = {.stop = 50}, rest = {0};
    struct cr_babysitter *babysitter;
    train(faults[0].yaml, in_folder("whole"), &whole);
    assert_true(whole.count > 0);
    expect_ok(cr_babysitter_read(&babysitter, in_folder("whole"), &err));
    const struct cr_finding *findings = cr_babysitter_findings(babysitter, &read.count);
    memcpy(read.finding, findings, (size_t)read.count * sizeof *findings);
    expect_the_same(&whole, &read);
    cr_babysitter_free(babysitter);

    train(faults[0].yaml, in_folder("half"), &half);
    train(NULL, in_folder("half"), &rest);
    for (int i = 0; i < rest.count; i++)
        half.finding[half.count++] = rest.finding[i];
    expect_the_same(&whole, &half);
    assert_true(whole.weights == rest.weights);
}

static void weights_stay_the_same(void **state)
{
    (void)state;
    static const char *const settings[] = {"babysit: {observe: off, compare: false, preflight: false}\n",
                                           "babysit: {observe: 1}\n"};
    struct seen usual = {0};
    train(healthy[3], NULL, &usual);
    for (int i = 0; i < 2; i++) {
        char yaml[1024];
        struct seen other = {0};
        snprintf(yaml, sizeof yaml, "%s%s", healthy[3], settings[i]);
        train(yaml, NULL, &other);
        assert_true(usual.weights == other.weights);
    }
}

/* The change that was proposed helps, and a wrong one does not; the run stays as it is. */
static void confirming(void **state)
{
    (void)state;
    const struct cr_confirm_options options = {.steps = 100};
    struct cr_confirmation result;
    struct cr_babysitter *babysitter;
    struct seen seen = {0};
    int count;
    train(faults[0].yaml, in_folder("slow"), &seen);
    expect_ok(cr_babysitter_read(&babysitter, in_folder("slow"), &err));
    struct cr_finding finding = *cr_babysitter_findings(babysitter, &count);
    expect_ok(cr_confirm(&result, here.context, in_folder("slow"), &finding, &options, &err));
    assert_true(result.confirmed && !result.from_checkpoint && result.gain > 10 * result.error && result.validated);
    assert_true(result.loss[1] < 0.8 * result.loss[0] && result.accuracy[1] > result.accuracy[0]);
    snprintf(finding.to, sizeof finding.to, "1e-7");
    expect_ok(cr_confirm(&result, here.context, in_folder("slow"), &finding, &options, &err));
    assert_false(result.confirmed);
    finding.path[0] = 0;
    assert_int_equal(cr_confirm(&result, here.context, in_folder("slow"), &finding, &options, &err), CR_ERROR_ARGUMENT);
    cr_babysitter_free(babysitter);
}

/* A check that is off says nothing. */
static void off(void **state)
{
    (void)state;
    char yaml[1024];
    struct seen seen = {0};
    snprintf(yaml, sizeof yaml, "%sbabysit: {checks: {not-learning: off}}\n", faults[0].yaml);
    train(yaml, NULL, &seen);
    assert_null(find(&seen, "not-learning"));
    assert_int_equal(cr_babysitter_read(&(struct cr_babysitter *){NULL}, in_folder("none"), &err), CR_ERROR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_on_healthy_ones),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(from_the_log),
        cmocka_unit_test(confirming),
        cmocka_unit_test(weights_stay_the_same),
        cmocka_unit_test(off),
    };
    return cmocka_run_group_tests_name("watch", tests, fixture_make, fixture_free);
}
