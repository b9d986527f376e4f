/*
 * Mixed samples: what comes out of two is their mixture at the share that the targets tell, the shares are Beta's, and
 * batches are the same by any number of workers. Then a training on them, which learns.
 */
#include "support.h"

#include <math.h>

#include <cradle/experiment.h>

enum { COUNT = 21, SIDE = 8, CHANNELS = 3, SIZE = SIDE * SIDE * CHANNELS, CLASSES = 4 };

static struct cr_error err;
static uint8_t pixels[COUNT * SIZE];
static float numbers[COUNT * SIZE];
static int32_t labels[COUNT];
static struct cr_dataset *dataset, *table;

static int set_up(void **state)
{
    (void)state;
    static float targets[COUNT * CLASSES];
    for (int i = 0; i < COUNT; i++)
        labels[i] = i * 3 % CLASSES;
    for (int i = 0; i < COUNT * SIZE; i++) {
        pixels[i] = (uint8_t)(i * 37 + i / SIZE * 11);
        numbers[i] = (float)i / 100 - 3;
    }
    for (int i = 0; i < COUNT * CLASSES; i++)
        targets[i] = (float)(i % 7);
    if (cr_dataset_from_memory(&dataset, pixels, labels, COUNT, SIDE, SIDE, CHANNELS, CLASSES, NULL, &err) != CR_OK)
        return -1;
    return cr_dataset_with_targets(&table, numbers, true, targets, COUNT, 1, 1, SIZE, CLASSES, NULL, &err);
}

static int tear_down(void **state)
{
    (void)state;
    cr_dataset_free(dataset);
    cr_dataset_free(table);
    return 0;
}

static struct cr_loader *make(const struct cr_dataset *from, int64_t count, struct cr_loader_options options)
{
    struct cr_loader *loader;
    int64_t all[COUNT];
    for (int i = 0; i < COUNT; i++)
        all[i] = i;
    expect_ok(cr_loader_new(&loader, from, all, count, &options, &err));
    return loader;
}

/* The first batch of an epoch. */
static const struct cr_batch *first(struct cr_loader *loader, int64_t epoch)
{
    const struct cr_batch *batch;
    expect_ok(cr_loader_seek(loader, epoch, 0, &err));
    expect_ok(cr_loader_next(loader, &batch, &err));
    assert_non_null(batch);
    return batch;
}

/* The share of the sample in row `i` of the one paired with it, told by the targets; -1: both are of one class. */
static double share_of(const struct cr_batch *batch, int64_t i)
{
    int32_t own = labels[batch->indices[i]], other = labels[batch->indices[batch->count - 1 - i]];
    const float *row = batch->targets + i * CLASSES;
    float sum = 0;
    for (int k = 0; k < CLASSES; k++) {
        assert_true(row[k] == 0 || k == own || k == other);
        sum += row[k];
    }
    assert_true(fabsf(sum - 1) < 1e-6f);
    return own == other ? -1 : (double)row[own];
}

static void pictures_are_blended(void **state)
{
    (void)state;
    struct cr_loader *loader =
        make(dataset, COUNT,
             (struct cr_loader_options){.batch = 10, .shuffle = true, .seed = 4, .mix = {.mixup = 1, .p = 1}});
    assert_true(cr_loader_has_targets(loader));
    for (int epoch = 0; epoch < 50; epoch++) {
        const struct cr_batch *batch = first(loader, epoch);
        assert_null(batch->labels);
        for (int64_t i = 0; i < batch->count; i++) {
            double share = share_of(batch, i);
            const uint8_t *a = pixels + batch->indices[i] * SIZE;
            const uint8_t *b = pixels + batch->indices[batch->count - 1 - i] * SIZE;
            for (int p = 0; share >= 0 && p < SIZE; p++)
                assert_true(fabs(share * a[p] + (1 - share) * b[p] - batch->pixels[i * SIZE + p]) < 0.51);
        }
    }
    cr_loader_free(loader);
}

static void boxes_are_exchanged(void **state)
{
    (void)state;
    struct cr_loader *loader =
        make(dataset, COUNT,
             (struct cr_loader_options){.batch = 10, .shuffle = true, .seed = 4, .mix = {.cutmix = 1, .p = 1}});
    int parts = 0;
    for (int epoch = 0; epoch < 50; epoch++) {
        const struct cr_batch *batch = first(loader, epoch);
        for (int64_t i = 0; i < batch->count; i++) {
            const uint8_t *a = pixels + batch->indices[i] * SIZE;
            const uint8_t *b = pixels + batch->indices[batch->count - 1 - i] * SIZE;
            int own = 0;
            for (int p = 0; p < SIDE * SIDE; p++) {
                const uint8_t *is = batch->pixels + i * SIZE + p * CHANNELS;
                bool of_a = memcmp(is, a + p * CHANNELS, CHANNELS) == 0;
                assert_true(of_a || memcmp(is, b + p * CHANNELS, CHANNELS) == 0);
                own += of_a;
            }
            double share = share_of(batch, i);
            if (share >= 0)
                assert_true(fabs(share - own / (double)(SIDE * SIDE)) < 1e-6);
            parts += share > 0 && share < 1;
        }
    }
    assert_true(parts > 100);
    cr_loader_free(loader);
}

/* Mean 1/2 and variance 1 / (4 (2 alpha + 1)), read off the targets of many epochs. */
static void shares_are_of_beta(void **state)
{
    (void)state;
    static const double alphas[] = {0.05, 0.2, 1, 4};
    enum { DRAWS = 20000 };
    for (int a = 0; a < 4; a++) {
        double sum = 0, squares = 0, expected = 1 / (4 * (2 * alphas[a] + 1));
        struct cr_loader *loader =
            make(dataset, 2, (struct cr_loader_options){.batch = 2, .seed = 1, .mix = {.mixup = alphas[a], .p = 1}});
        for (int epoch = 0; epoch < DRAWS; epoch++) {
            double share = share_of(first(loader, epoch), 0) - 0.5;
            sum += share;
            squares += share * share;
        }
        assert_true(fabs(sum / DRAWS) < 0.015);
        assert_true(fabs(squares / DRAWS - expected) < 0.03 * expected);
        cr_loader_free(loader);
    }
}

static void some_batches_are_mixed(void **state)
{
    (void)state;
    int mixed = 0, cut = 0;
    struct cr_loader *loader =
        make(dataset, 2, (struct cr_loader_options){.batch = 2, .seed = 1, .mix = {.mixup = 1, .cutmix = 1, .p = 0.6}});
    for (int epoch = 0; epoch < 1000; epoch++) {
        const struct cr_batch *batch = first(loader, epoch);
        if (memcmp(batch->pixels, pixels, SIZE) == 0)
            continue;
        mixed++;
        bool blended = false;
        for (int p = 0; p < SIZE; p++)
            blended = blended || (batch->pixels[p] != pixels[p] && batch->pixels[p] != pixels[SIZE + p]);
        cut += !blended;
    }
    assert_in_range(mixed, 520, 640); /* 600, less boxes without a pixel */
    assert_in_range(cut, 210, 350);
    cr_loader_free(loader);
}

/* Numbers and rows of targets alike; the odd one in the middle stays as it is. */
static void tables_are_mixed(void **state)
{
    (void)state;
    struct cr_loader_options options = {.batch = COUNT, .seed = 1, .mix = {.mixup = 1, .p = 1}};
    struct cr_loader *loader = make(table, COUNT, options);
    const struct cr_batch *batch = first(loader, 3);
    const float *found = (const float *)(const void *)batch->pixels;
    double share = ((double)found[0] - numbers[20 * SIZE]) / ((double)numbers[0] - numbers[20 * SIZE]);
    for (int i = 0; i < COUNT; i++) {
        int j = COUNT - 1 - i;
        for (int p = 0; p < SIZE; p++)
            assert_true(
                fabs(found[i * SIZE + p] - share * numbers[i * SIZE + p] - (1 - share) * numbers[j * SIZE + p]) < 1e-4);
        for (int k = 0; k < CLASSES; k++)
            assert_true(fabs(batch->targets[i * CLASSES + k] - share * ((i * CLASSES + k) % 7) -
                             (1 - share) * ((j * CLASSES + k) % 7)) < 1e-4);
    }
    cr_loader_free(loader);
    options.mix = (struct cr_mix){.cutmix = 1, .p = 1};
    expect_error(cr_loader_new(&loader, table, (int64_t[]){0, 1}, 2, &options, &err), CR_ERROR_CONFIG,
                 "memory: cutmix is of pictures, and these are rows of numbers: use mixup");
}

static void soft_targets_of_labels(void **state)
{
    (void)state;
    struct cr_loader *loader = make(dataset, COUNT, (struct cr_loader_options){.batch = COUNT, .soft = true});
    const struct cr_batch *batch = first(loader, 0);
    assert_memory_equal(batch->labels, labels, sizeof labels);
    assert_memory_equal(batch->pixels, pixels, sizeof pixels);
    for (int i = 0; i < COUNT * CLASSES; i++)
        assert_true(batch->targets[i] == (float)(i % CLASSES == labels[i / CLASSES]));
    cr_loader_free(loader);
}

enum { EPOCHS = 6 };

/* All samples and targets of some epochs. */
static void collect(int workers, uint8_t *samples, float *targets)
{
    struct cr_loader_options options = {
        .batch = 4, .workers = workers, .shuffle = true, .seed = 9, .mix = {.mixup = 0.4, .cutmix = 1, .p = 0.9}};
    struct cr_loader *loader = make(dataset, COUNT, options);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        const struct cr_batch *batch = first(loader, epoch);
        while (batch) {
            memcpy(samples, batch->pixels, (size_t)batch->count * SIZE);
            memcpy(targets, batch->targets, (size_t)batch->count * CLASSES * sizeof *targets);
            samples += batch->count * SIZE;
            targets += batch->count * CLASSES;
            expect_ok(cr_loader_next(loader, &batch, &err));
        }
    }
    cr_loader_free(loader);
}

static void the_same_by_any_workers(void **state)
{
    (void)state;
    static uint8_t expected[EPOCHS * COUNT * SIZE], found[EPOCHS * COUNT * SIZE];
    static float expected_targets[EPOCHS * COUNT * CLASSES], targets[EPOCHS * COUNT * CLASSES];
    collect(0, expected, expected_targets);
    for (int workers = 1; workers <= 3; workers++) {
        collect(workers, found, targets);
        assert_memory_equal(found, expected, sizeof found);
        assert_memory_equal(targets, expected_targets, sizeof targets);
    }
}

/* ----------------------------------------------------------------------------------------------------------- training
 */

static double validation;

static enum cr_status watch(void *user, const struct cr_event *event, struct cr_verdict *verdict,
                            struct cr_error *error)
{
    (void)user, (void)verdict, (void)error;
    if (event->kind == CR_EVENT_EPOCH)
        validation = event->validation_accuracy;
    return CR_OK;
}

static enum cr_status train(const char *yaml)
{
    struct cr_context *context;
    struct cr_config *config;
    struct cr_experiment *experiment = NULL;
    struct cr_observer observer = {NULL, watch};
    expect_ok(cr_context_new(&context, NULL, &err));
    expect_ok(cr_config_parse(&config, yaml, "f", &err));
    enum cr_status status =
        cr_experiment_new(&experiment, context, config,
                          &(struct cr_experiment_options){.observers = &observer, .observer_count = 1}, &err);
    if (status == CR_OK)
        status = cr_experiment_run(experiment, &err);
    cr_experiment_free(experiment);
    cr_config_free(config);
    cr_context_free(context);
    return status;
}

static void a_training_learns(void **state)
{
    (void)state;
    static const char *const losses[] = {"{cross-entropy: {label_smoothing: 0.1}}", "sigmoid-cross-entropy", "mse"};
    for (int i = 0; i < 3; i++) {
        char yaml[400];
        snprintf(
            yaml, sizeof yaml,
            "data: {limit: 600, validation: 0.3}\nmodel: [dense: 64, relu, dense: 10]\ntrain: {epochs: 15, batch: 32, "
            "loss: %s, optimizer: {adam: 0.003}, mix: {mixup: 0.3, cutmix: 1}}\n",
            losses[i]);
        expect_ok(train(yaml));
        print_message("%s: validation %.3f\n", losses[i], validation);
        assert_true(validation > (i < 2 ? 0.85 : 0.3)); /* of mse: R^2 */
    }
}

static void wrong_options(void **state)
{
    (void)state;
    static const char head[] = "data: {limit: 100}\nmodel: [dense: 10]\ntrain: ";
    static const struct {
        const char *train, *message;
    } mistakes[] = {
        {"{mix: {mixup: 0}}", "f:3:14: train.mix: expected `mixup: 0.2`, `cutmix: 1` or both: neither is above 0"},
        {"{mix: {mixap: 0}}", "f:3:15: train.mix.mixap: unknown key; did you mean mixup?"},
        {"{mix: -1}", "f:3:14: train.mix: -1 is out of range (float 0..100)"},
        {"{loss: hinge, mix: 0.2}",
         "f:3:15: train.loss: the loss hinge needs labels; rows of targets, and mixed samples (train.mix), have none"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        char yaml[256];
        snprintf(yaml, sizeof yaml, "%s%s\n", head, mistakes[i].train);
        err = (struct cr_error){0};
        assert_int_not_equal(train(yaml), CR_OK);
        assert_string_equal(err.message, mistakes[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_blended),    cmocka_unit_test(boxes_are_exchanged),
        cmocka_unit_test(shares_are_of_beta),      cmocka_unit_test(some_batches_are_mixed),
        cmocka_unit_test(tables_are_mixed),        cmocka_unit_test(soft_targets_of_labels),
        cmocka_unit_test(the_same_by_any_workers), cmocka_unit_test(a_training_learns),
        cmocka_unit_test(wrong_options),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
