/*
 * Datasets with rows of targets instead of labels, and of numbers instead of bytes: loaded with any number of workers,
 * split, measured; messages.
 */
#include "support.h"

#include <math.h>

#include <cradle/data.h>

#include "data/dataset.h"

enum { COUNT = 23, WIDTH = 3, TARGETS = 2, BATCH = 5 };

static struct cr_error err;
static float samples[COUNT][WIDTH], targets[COUNT][TARGETS];

static struct cr_dataset *make(void)
{
    static const char *const names[] = {"height", "weight"};
    struct cr_dataset *dataset;
    for (int i = 0; i < COUNT; i++) {
        for (int c = 0; c < WIDTH; c++)
            samples[i][c] = (float)(i * 10 + c) - 100.5F;
        for (int k = 0; k < TARGETS; k++)
            targets[i][k] = (float)i * 0.5F - (float)k;
    }
    expect_ok(cr_dataset_with_targets(&dataset, samples, true, targets[0], COUNT, 1, 1, WIDTH, TARGETS, names, &err));
    return dataset;
}

static void rows_are_loaded(void **state)
{
    (void)state;
    struct cr_dataset *dataset = make();
    struct cr_split *split;
    assert_null(dataset->labels);
    assert_int_equal(cr_sample_size(dataset), WIDTH * sizeof(float));
    assert_string_equal(dataset->class_names[1], "weight");
    expect_ok(cr_split_new(&split, dataset, &(struct cr_data_section){.validation = 0.2, .limit = 20}, &err));
    assert_int_equal(split->train_count, 16);
    assert_int_equal(split->validation_count, 4);
    for (int workers = 0; workers < 3; workers++) {
        struct cr_loader *loader;
        const struct cr_batch *batch;
        int64_t seen = 0;
        expect_ok(cr_loader_new(&loader, dataset, split->train, split->train_count,
                                &(struct cr_loader_options){.batch = BATCH, .workers = workers, .shuffle = true},
                                &err));
        for (;;) {
            expect_ok(cr_loader_next(loader, &batch, &err));
            if (!batch)
                break;
            assert_null(batch->labels);
            for (int64_t i = 0; i < batch->count; i++, seen++) {
                int64_t index = batch->indices[i];
                assert_memory_equal(batch->targets + i * TARGETS, targets[index], sizeof targets[0]);
                assert_memory_equal(batch->pixels + i * WIDTH * (int64_t)sizeof(float), samples[index],
                                    sizeof samples[0]);
            }
        }
        assert_int_equal(seen, split->train_count);
        cr_loader_free(loader);
    }
    cr_split_free(split);
    cr_dataset_free(dataset);
}

static void numbers_are_measured(void **state)
{
    (void)state;
    double mean[WIDTH], deviation[WIDTH];
    const int64_t some[] = {1, 2, 4};
    struct cr_dataset *dataset = make();
    struct cr_data_info *info;
    expect_ok(cr_dataset_moments(dataset, some, 3, mean, deviation, &err));
    for (int c = 0; c < WIDTH; c++) {
        assert_float_equal(mean[c], 70 / 3.0 + c - 100.5, 1e-12);
        assert_float_equal(deviation[c], 10 * sqrt(14 / 9.0), 1e-12);
    }
    expect_ok(cr_data_info_new(&info, dataset, &err));
    assert_float_equal(info->spread[0].mean, 9.5, 1e-12);
    assert_float_equal(info->spread[0].deviation, 10 * sqrt((COUNT * COUNT - 1) / 12.0), 1e-12);
    assert_true(info->spread[1].minimum == -99.5 && info->spread[1].maximum == 120.5);
    assert_float_equal(info->targets[1].mean, 4.5, 1e-12);
    assert_true(info->targets[1].minimum == -1 && info->targets[1].maximum == 10);
    assert_int_equal(info->duplicates, 0);
    cr_data_info_free(info);
    expect_error(cr_data_sheet(dataset, 3, "sheet.png", &err), CR_ERROR_UNSUPPORTED,
                 "memory: holds numbers, no pictures");
    cr_dataset_free(dataset);
}

static void mistakes_are_told(void **state)
{
    (void)state;
    struct cr_dataset *dataset = make();
    struct cr_split *split;
    cr_dataset_free(dataset);
    targets[3][1] = NAN;
    expect_error(cr_dataset_with_targets(&dataset, samples, true, targets[0], COUNT, 1, 1, WIDTH, TARGETS, NULL, &err),
                 CR_ERROR_ARGUMENT, "target 1 of item 3 (both from 0) is no finite number");
    expect_ok(cr_dataset_with_targets(&dataset, samples, true, targets[0], 1, 1, 1, WIDTH, TARGETS, NULL, &err));
    expect_error(cr_split_new(&split, dataset, &(struct cr_data_section){.validation = 0.2}, &err), CR_ERROR_FORMAT,
                 "memory: has one sample, too few to hold one out: set data.validation=0");
    cr_dataset_free(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_loaded),
        cmocka_unit_test(numbers_are_measured),
        cmocka_unit_test(mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
