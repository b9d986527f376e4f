/*
 * Metrics: each against figures worked out by hand, and what holds for all of them.
 */
#include "support.h"

#include <math.h>

#include "model/metric.h"

enum { MOST_SUMS = 64 };

struct samples {
    int64_t count, classes;
    const float *outputs, *targets; /* [count][classes] */
    const int32_t *labels;          /* NULL: by targets */
};

static double measure(const struct cr_metric *metric, const struct samples *samples)
{
    double sums[MOST_SUMS] = {0};
    struct cr_tensor outputs = {.rank = 2, .dims = {samples->count, samples->classes}}, targets = outputs;
    outputs.data = (void *)samples->outputs;
    targets.data = (void *)samples->targets;
    assert_in_range(metric->sums + metric->by_class * samples->classes, 1, MOST_SUMS);
    for (int64_t i = 0; i < samples->count; i++) {
        struct cr_answer answer = cr_answer_at(&outputs, samples->labels, &targets, i);
        metric->add(sums, &answer);
    }
    return metric->value(sums, samples->classes);
}

static void expect(const char *name, const struct samples *samples, double expected)
{
    const struct cr_entry *entry = cr_registry_find(&cr_metrics, name);
    assert_non_null(entry);
    double found = measure((const struct cr_metric *)entry, samples);
    if (!(fabs(found - expected) < 1e-7) && !(isnan(found) && isnan(expected)))
        fail_msg("%s is %.9g, expected %.9g", name, found, expected);
}

static void of_classes(void **state)
{
    (void)state;
    /* Answers 0, 0, 1, 0 (equal: the lower), and a NaN, which is never right. */
    static const float outputs[5][3] = {
        {.8f, .1f, .1f}, {.5f, .3f, .2f}, {.1f, .8f, .1f}, {.4f, .4f, .2f}, {NAN, .2f, .1f}};
    static const int32_t labels[5] = {0, 1, 1, 0, 1};
    struct samples samples = {5, 3, outputs[0], NULL, labels};
    expect("accuracy", &samples, 3 / 5.0);
    /* Class 0: 2 hits, 2 false alarms (the NaN is at class 0); class 1: 1 hit, 2 misses; class 2 is left out. */
    expect("f1", &samples, (4 / 6.0 + 2 / 4.0) / 2);
    expect("top5", &samples, 1); /* of three classes; it is left out where it says nothing */
}

static void of_many_classes(void **state)
{
    (void)state;
    static const float outputs[2][7] = {{7, 6, 5, 4, 3, 2, 1}, {7, 6, 5, 4, 3, 2, 1}};
    static const int32_t labels[2] = {4, 5};
    struct samples samples = {2, 7, outputs[0], NULL, labels};
    expect("top5", &samples, 1 / 2.0);
    expect("accuracy", &samples, 0);
}

/* Of rows of targets the label is the first of the largest: mixed pictures. */
static void of_soft_classes(void **state)
{
    (void)state;
    static const float outputs[2][3] = {{.2f, .5f, .3f}, {.2f, .5f, .3f}};
    static const float targets[2][3] = {{0, .7f, .3f}, {.5f, .5f, 0}};
    expect("accuracy", &(struct samples){2, 3, outputs[0], targets[0], NULL}, 1 / 2.0);
}

static void of_answers(void **state)
{
    (void)state;
    /* A half is no. */
    static const float outputs[3][3] = {{.9f, .2f, .5f}, {.6f, .7f, .1f}, {.1f, .1f, .9f}};
    static const float targets[3][3] = {{1, 0, 0}, {1, 0, 0}, {0, 1, 1}};
    struct samples samples = {3, 3, outputs[0], targets[0], NULL};
    expect("hamming", &samples, 7 / 9.0);
    expect("subset-accuracy", &samples, 1 / 3.0);
    expect("f1-micro", &samples, 6 / 8.0); /* 3 hits, 1 false alarm, 1 miss */
    static const float nothing[3][3] = {{0}}, none[3][3] = {{NAN, NAN, NAN}};
    expect("f1-micro", &(struct samples){3, 3, nothing[0], nothing[0], NULL}, 1);
    expect("hamming", &(struct samples){1, 3, none[0], targets[0], NULL}, 0);
}

static void of_numbers(void **state)
{
    (void)state;
    static const float outputs[2][2] = {{1, 3}, {2, 6}}, targets[2][2] = {{1, 2}, {3, 6}};
    struct samples samples = {2, 2, outputs[0], targets[0], NULL};
    expect("mae", &samples, 2 / 4.0);
    expect("rmse", &samples, sqrt(2 / 4.0));
    expect("r2", &samples, 1 - 2 / 14.0); /* the targets' mean is 3, their spread 4 + 1 + 0 + 9 */
    static const float same[2][2] = {{3, 3}, {3, 3}};
    expect("r2", &(struct samples){2, 2, same[0], same[0], NULL}, 1);
    expect("r2", &(struct samples){2, 2, outputs[0], same[0], NULL}, 0);
    /* With labels the targets are one-hot. */
    static const int32_t labels[2] = {0, 1};
    expect("mae", &(struct samples){2, 2, outputs[0], NULL, labels}, (0 + 3 + 2 + 5) / 4.0);
}

/* Nothing of no samples; of perfect answers 1, or no error. */
static void all(void **state)
{
    (void)state;
    static const float yes_or_no[2][8] = {{0, 1}, {1}};
    for (const struct cr_entry *const *entry = cr_metrics.entries; *entry; entry++) {
        bool error = strcmp((*entry)->name, "mae") == 0 || strcmp((*entry)->name, "rmse") == 0;
        expect((*entry)->name, &(struct samples){0, 8, yes_or_no[0], yes_or_no[0], NULL}, NAN);
        expect((*entry)->name, &(struct samples){2, 8, yes_or_no[0], yes_or_no[0], NULL}, error ? 0 : 1);
        assert_true(strlen((*entry)->help) > 0);
    }
}

/* Each loss names its own; the first fits what the trainer keeps. A metric that says nothing of so few is left out. */
static void of_losses(void **state)
{
    (void)state;
    static const char *const expected[][2] = {{"cross-entropy", "accuracy f1 "},
                                              {"hinge", "accuracy f1 "},
                                              {"sigmoid-cross-entropy", "hamming subset-accuracy f1-micro "},
                                              {"mse", "r2 mae rmse "},
                                              {"huber", "r2 mae rmse "}};
    struct cr_error err;
    struct cr_context *context;
    struct cr_model *model;
    expect_ok(cr_context_new(&context, NULL, &err));
    expect_ok(cr_model_new(&model, &err));
    expect_ok(cr_model_add(model, &err, "dense: 3"));
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct cr_config *config;
        struct cr_network *network;
        struct cr_meter *meter;
        char yaml[64], names[128] = "";
        int count;
        snprintf(yaml, sizeof yaml, "loss: %s", expected[i][0]);
        expect_ok(cr_config_parse(&config, yaml, "test", &err));
        struct cr_network_options options = {
            .height = 1, .width = 1, .channels = 2, .loss = cr_node_get(cr_config_root(config), "loss")};
        expect_ok(cr_network_new(&network, context, model, &options, &err));
        expect_ok(cr_meter_new(&meter, network, &err));
        const struct cr_score *scores = cr_meter_scores(meter, &count);
        for (int k = 0; k < count; k++) {
            strcat(strcat(names, scores[k].metric), " ");
            assert_true(isnan(scores[k].value));
        }
        assert_string_equal(names, expected[i][1]);
        assert_in_range(cr_metric_first(network)->sums, 1, CR_FIRST_SUMS);
        assert_int_equal(cr_metric_first(network)->by_class, 0);
        cr_meter_free(meter);
        cr_network_free(network);
        cr_config_free(config);
    }
    cr_model_free(model);
    cr_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_classes), cmocka_unit_test(of_many_classes), cmocka_unit_test(of_soft_classes),
        cmocka_unit_test(of_answers), cmocka_unit_test(of_numbers),      cmocka_unit_test(all),
        cmocka_unit_test(of_losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
