/*
 * What an epoch is made of: counts of samples and classes with every kind of sampling, over the epoch and in every
 * batch; an epoch does not depend on those before it.
 */
#include "support.h"

#include "data/lineup.h"

enum { CLASSES = 5, COUNT = 180, MOST = 1000 };

static struct cr_error err;
static const int sizes[CLASSES] = {100, 50, 0, 7, 23};
static uint8_t pixels[COUNT];
static int32_t labels[COUNT];
static int64_t all[COUNT];
static struct cr_dataset *dataset;

static int set_up(void **state)
{
    (void)state;
    int at = 0;
    for (int c = 0; c < CLASSES; c++)
        for (int i = 0; i < sizes[c]; i++, at++) {
            all[at] = at * 7 % COUNT;
            labels[all[at]] = c;
        }
    return cr_dataset_from_memory(&dataset, pixels, labels, COUNT, 1, 1, 1, CLASSES, NULL, &err);
}

static int tear_down(void **state)
{
    (void)state;
    cr_dataset_free(dataset);
    return 0;
}

static struct cr_lineup *make(enum cr_sampling sampling, double oversample)
{
    struct cr_lineup *lineup;
    struct cr_loader_options options = {
        .batch = 10, .shuffle = true, .seed = 3, .sampling = (int)sampling, .oversample = oversample};
    expect_ok(cr_lineup_new(&lineup, dataset, all, COUNT, &options, &err));
    return lineup;
}

/* How often each class and each sample comes in a stretch of an order. */
static void count(const int64_t *order, int64_t length, int64_t *classes, int64_t *samples)
{
    memset(classes, 0, CLASSES * sizeof *classes);
    memset(samples, 0, COUNT * sizeof *samples);
    for (int64_t i = 0; i < length; i++) {
        assert_in_range(order[i], 0, COUNT - 1);
        classes[labels[order[i]]]++;
        samples[order[i]]++;
    }
}

/* Each sample as often as the others of its class, but for one. */
static void check_even(const int64_t *samples, const int64_t *classes)
{
    for (int i = 0; i < COUNT; i++) {
        int64_t least = classes[labels[i]] / sizes[labels[i]];
        assert_in_range(samples[i], least, least + (classes[labels[i]] % sizes[labels[i]] != 0));
    }
}

static void oversampled(void **state)
{
    (void)state;
    static const struct {
        double share;
        int64_t expected[CLASSES];
    } cases[] = {{0, {100, 50, 0, 7, 23}},
                 {0.3, {100, 50, 0, 30, 30}},
                 {0.505, {100, 51, 0, 51, 51}},
                 {1, {100, 100, 0, 100, 100}}};
    for (int sampling = 0; sampling <= CR_SAMPLING_STRATIFIED; sampling++)
        for (int i = 0; i < 4; i++) {
            int64_t order[MOST], classes[CLASSES], samples[COUNT], total = 0;
            struct cr_lineup *lineup = make((enum cr_sampling)sampling, cases[i].share);
            for (int c = 0; c < CLASSES; c++)
                total += cases[i].expected[c];
            assert_int_equal(cr_lineup_count(lineup), total);
            for (int epoch = 0; epoch < 5; epoch++) {
                cr_lineup_order(lineup, epoch, order);
                count(order, total, classes, samples);
                assert_memory_equal(classes, cases[i].expected, sizeof classes);
                check_even(samples, classes);
            }
            cr_lineup_free(lineup);
        }
}

/* Any stretch of the epoch holds of each class what is due to it, but for two. */
static void stratified(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        struct cr_lineup *lineup = make(CR_SAMPLING_STRATIFIED, over * 0.4);
        int64_t order[MOST], whole[CLASSES], classes[CLASSES], samples[COUNT], total = cr_lineup_count(lineup);
        for (int epoch = 0; epoch < 5; epoch++) {
            cr_lineup_order(lineup, epoch, order);
            count(order, total, whole, samples);
            for (int64_t begin = 0; begin < total; begin++)
                for (int64_t end = begin + 1; end <= total; end += 7) {
                    count(order + begin, end - begin, classes, samples);
                    for (int c = 0; c < CLASSES; c++) {
                        double due = (double)(whole[c] * (end - begin)) / (double)total;
                        assert_true((double)classes[c] > due - 2.1 && (double)classes[c] < due + 2.1);
                    }
                }
        }
        cr_lineup_free(lineup);
    }
}

/* Four classes have samples: each comes once in every four. */
static void balanced(void **state)
{
    (void)state;
    struct cr_lineup *lineup = make(CR_SAMPLING_BALANCED, 0);
    int64_t order[MOST], classes[CLASSES], samples[COUNT], together[COUNT] = {0};
    assert_int_equal(cr_lineup_count(lineup), COUNT);
    for (int epoch = 0; epoch < 40; epoch++) {
        cr_lineup_order(lineup, epoch, order);
        for (int64_t begin = 0; begin < COUNT; begin += 4) {
            count(order + begin, 4, classes, samples);
            for (int c = 0; c < CLASSES; c++)
                assert_int_equal(classes[c], sizes[c] > 0);
        }
        count(order, COUNT, classes, samples);
        for (int i = 0; i < COUNT; i++) {
            assert_true(samples[i] <= (classes[labels[i]] + sizes[labels[i]] - 1) / sizes[labels[i]] + 1);
            together[i] += samples[i];
        }
    }
    for (int i = 0; i < COUNT; i++) /* over the epochs, none is left out: 18 of 40 is the mean of the largest class */
        assert_true(together[i] >= 6);
    cr_lineup_free(lineup);
}

static void epochs_stand_alone(void **state)
{
    (void)state;
    for (int sampling = 0; sampling <= CR_SAMPLING_BALANCED; sampling++) {
        int64_t before[4][MOST], order[MOST];
        double over = sampling == CR_SAMPLING_BALANCED ? 0 : 0.7;
        struct cr_lineup *lineup = make((enum cr_sampling)sampling, over);
        size_t size = (size_t)cr_lineup_count(lineup) * sizeof *order;
        for (int epoch = 0; epoch < 4; epoch++)
            cr_lineup_order(lineup, epoch, before[epoch]);
        for (int epoch = 3; epoch >= 0; epoch--) {
            cr_lineup_order(lineup, epoch, order);
            assert_memory_equal(order, before[epoch], size);
            assert_memory_not_equal(order, before[(epoch + 1) % 4], size);
        }
        cr_lineup_free(lineup);
        lineup = make((enum cr_sampling)sampling, over);
        cr_lineup_order(lineup, 2, order);
        assert_memory_equal(order, before[2], size);
        cr_lineup_free(lineup);
    }
}

static void wrong_options(void **state)
{
    (void)state;
    struct cr_lineup *lineup;
    struct cr_dataset rows = *dataset;
    struct cr_loader_options options = {.batch = 1, .shuffle = true, .sampling = CR_SAMPLING_BALANCED, .oversample = 1};
    expect_error(
        cr_lineup_new(&lineup, dataset, all, COUNT, &options, &err), CR_ERROR_CONFIG,
        "data.oversample has no effect with data.sampling=balanced, which draws all classes equally often: set "
        "one of them");
    options.oversample = 2;
    expect_error(cr_lineup_new(&lineup, dataset, all, COUNT, &options, &err), CR_ERROR_ARGUMENT,
                 "oversample 2: expected 0..1");
    options.oversample = 0;
    rows.labels = NULL;
    expect_error(cr_lineup_new(&lineup, &rows, all, COUNT, &options, &err), CR_ERROR_CONFIG,
                 "data.sampling and data.oversample go by classes, and memory has rows of targets instead");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oversampled),        cmocka_unit_test(stratified),    cmocka_unit_test(balanced),
        cmocka_unit_test(epochs_stand_alone), cmocka_unit_test(wrong_options),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
