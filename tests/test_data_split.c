/*
 * Splits, subsets, moments, what `data info` counts, and the contact sheet.
 */
#include <math.h>

#include "alloc.h"
#include "data/image.h"
#include "data/split.h"

#include "pictures.h"

static struct cr_error err;

/* Pixels are i, i + 1, ... so that no two samples are equal; one channel of 2x2. */
static struct cr_dataset *make_dataset(const int32_t *labels, int64_t count, int64_t classes)
{
    static uint8_t pixels[4 * 4096];
    struct cr_dataset *dataset;
    assert_in_range(count, 1, 4096);
    for (int64_t i = 0; i < 4 * count; i++)
        pixels[i] = (uint8_t)((i * 7 + i / 256) % 251);
    expect_ok(cr_dataset_from_memory(&dataset, pixels, labels, count, 2, 2, 1, classes, NULL, &err));
    return dataset;
}

static void count_classes(const struct cr_dataset *dataset, const int64_t *indices, int64_t count, int64_t *per_class)
{
    memset(per_class, 0, (size_t)dataset->classes * sizeof *per_class);
    for (int64_t i = 0; i < count; i++) {
        assert_in_range(indices[i], 0, dataset->count - 1);
        assert_true(i == 0 || indices[i] > indices[i - 1]);
        per_class[dataset->labels[indices[i]]]++;
    }
}

/* ----------------------------------------------------------------------------------------------------------- split */

/* The checked-in test part of the digits is what the library itself draws with seed 0. */
static void digits_test_part_is_redrawn(void **state)
{
    (void)state;
    const char *source = getenv("CRADLE_SOURCE");
    if (!source) {
        print_message("CRADLE_SOURCE is not set\n");
        skip();
    }
    char path[512];
    char *lines = file_text(path_in(source, "src/data/digits.csv", path)), *rest = NULL;
    char *expected = file_text(path_in(source, "src/data/digits_test.txt", path));
    int32_t labels[1797];
    int64_t count = 0;
    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        assert_in_range(count, 0, 1796);
        labels[count++] = atoi(strrchr(line, ',') + 1);
    }
    assert_int_equal(count, 1797);
    uint8_t mark[1797] = {0};
    struct cr_quota_bounds bounds = {0};
    expect_ok(cr_draw_stratified(mark, 0, 1, labels, count, 10, 360, bounds, 0, CR_RANDOM_SPLIT, &err));
    char drawn[8192] = "";
    size_t used = 0;
    for (int64_t i = 0; i < count; i++)
        if (mark[i])
            used += (size_t)snprintf(drawn + used, sizeof drawn - used, "%d\n", (int)i);
    assert_string_equal(drawn, expected);
    free(lines);
    free(expected);
}

static void split_keeps_the_proportions(void **state)
{
    (void)state;
    int32_t labels[1000];
    for (int i = 0; i < 1000; i++)
        labels[i] = i % 10 < 5 ? 0 : i % 10 < 8 ? 1 : 2;
    struct cr_dataset *dataset = make_dataset(labels, 1000, 3);
    struct cr_data_section section = {.validation = 0.1};
    struct cr_split *split, *again, *other;
    int64_t per_class[3];
    expect_ok(cr_split_new(&split, dataset, &section, &err));
    assert_int_equal(split->train_count, 900);
    assert_int_equal(split->validation_count, 100);
    count_classes(dataset, split->validation, 100, per_class);
    assert_memory_equal(per_class, ((int64_t[]){50, 30, 20}), sizeof per_class);
    count_classes(dataset, split->train, 900, per_class);
    assert_memory_equal(per_class, ((int64_t[]){450, 270, 180}), sizeof per_class);
    bool seen[1000] = {false};
    for (int64_t i = 0; i < 900; i++)
        seen[split->train[i]] = true;
    for (int64_t i = 0; i < 100; i++)
        assert_false(seen[split->validation[i]]);
    /* the same seed draws the same, another seed something else */
    expect_ok(cr_split_new(&again, dataset, &section, &err));
    assert_memory_equal(again->validation, split->validation, 100 * sizeof *split->validation);
    section.split_seed = 1;
    expect_ok(cr_split_new(&other, dataset, &section, &err));
    assert_int_equal(other->validation_count, 100);
    assert_memory_not_equal(other->validation, split->validation, 100 * sizeof *split->validation);
    cr_split_free(split);
    cr_split_free(again);
    cr_split_free(other);
    cr_split_free(NULL);
    cr_dataset_free(dataset);
}

/* Every sample validates in one fold; folds differ by one sample at most, in all and of each class. */
static void folds_are_parts(void **state)
{
    (void)state;
    enum { COUNT = 103, FOLDS = 4 };
    int32_t labels[COUNT];
    for (int i = 0; i < COUNT; i++)
        labels[i] = i < 10 ? 0 : i % 2 + 1;
    struct cr_dataset *dataset = make_dataset(labels, COUNT, 3);
    int seen[COUNT] = {0};
    int64_t least[3] = {COUNT, COUNT, COUNT}, most[3] = {0};
    for (int fold = 0; fold < FOLDS; fold++) {
        struct cr_data_section section = {.folds = FOLDS, .fold = fold};
        struct cr_split *split;
        int64_t per_class[3];
        expect_ok(cr_split_new(&split, dataset, &section, &err));
        assert_int_equal(split->train_count + split->validation_count, COUNT);
        assert_in_range(split->validation_count, COUNT / FOLDS, COUNT / FOLDS + 1);
        count_classes(dataset, split->validation, split->validation_count, per_class);
        for (int c = 0; c < 3; c++) {
            least[c] = per_class[c] < least[c] ? per_class[c] : least[c];
            most[c] = per_class[c] > most[c] ? per_class[c] : most[c];
        }
        for (int64_t i = 0; i < split->validation_count; i++)
            seen[split->validation[i]]++;
        for (int64_t i = 0; i < split->train_count; i++)
            for (int64_t j = 0; j < split->validation_count; j++)
                assert_int_not_equal(split->train[i], split->validation[j]);
        cr_split_free(split);
    }
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(seen[i], 1);
    for (int c = 0; c < 3; c++)
        assert_true(most[c] - least[c] <= 1);
    static const struct {
        int64_t folds, fold;
        const char *message;
    } bad[] = {{1, 0, "data.folds: one part leaves nothing to train with: set 2 or more"},
               {4, 4, "data.fold: there is no part 4 of 4; they count from 0"},
               {104, 0, "data.folds: 104 parts of 103 samples: set fewer"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cr_data_section section = {.folds = bad[i].folds, .fold = bad[i].fold};
        struct cr_split *split;
        expect_error(cr_split_new(&split, dataset, &section, &err), CR_ERROR_CONFIG, bad[i].message);
    }
    cr_dataset_free(dataset);
}

static void split_without_validation(void **state)
{
    (void)state;
    struct cr_dataset *dataset = make_dataset((int32_t[]){0, 1, 1}, 3, 2);
    struct cr_data_section section = {0};
    struct cr_split *split;
    expect_ok(cr_split_new(&split, dataset, &section, &err));
    assert_int_equal(split->train_count, 3);
    assert_int_equal(split->validation_count, 0);
    assert_memory_equal(split->train, ((int64_t[]){0, 1, 2}), 24);
    cr_split_free(split);
    cr_dataset_free(dataset);
}

/* At least one of each class trains, whatever the share. */
static void split_leaves_every_class(void **state)
{
    (void)state;
    int32_t labels[40];
    for (int i = 0; i < 40; i++)
        labels[i] = i < 2 ? 0 : i < 5 ? 1 : 2;
    struct cr_dataset *dataset = make_dataset(labels, 40, 3);
    for (int share = 1; share <= 9; share++) {
        struct cr_data_section section = {.validation = share / 10.0};
        struct cr_split *split;
        int64_t train[3], held[3];
        expect_ok(cr_split_new(&split, dataset, &section, &err));
        count_classes(dataset, split->train, split->train_count, train);
        count_classes(dataset, split->validation, split->validation_count, held);
        assert_int_equal(split->validation_count, share * 4);
        assert_int_equal(split->train_count + split->validation_count, 40);
        assert_true(train[0] >= 1 && train[1] >= 1 && train[2] >= 1);
        assert_true(labs(held[2] - lround(share * 3.5)) <= 2);
        cr_split_free(split);
    }
    cr_dataset_free(dataset);
}

static void limit_keeps_the_proportions(void **state)
{
    (void)state;
    int32_t labels[1000];
    for (int i = 0; i < 1000; i++)
        labels[i] = i % 10 < 5 ? 0 : i % 10 < 8 ? 1 : 2;
    struct cr_dataset *dataset = make_dataset(labels, 1000, 3);
    struct cr_data_section section = {.validation = 0.2, .limit = 100};
    struct cr_split *split;
    int64_t per_class[3];
    expect_ok(cr_split_new(&split, dataset, &section, &err));
    assert_int_equal(split->train_count, 80);
    assert_int_equal(split->validation_count, 20);
    count_classes(dataset, split->train, 80, per_class);
    assert_memory_equal(per_class, ((int64_t[]){40, 24, 16}), sizeof per_class);
    cr_split_free(split);
    section = (struct cr_data_section){.limit = 3};
    expect_ok(cr_split_new(&split, dataset, &section, &err));
    count_classes(dataset, split->train, split->train_count, per_class);
    assert_memory_equal(per_class, ((int64_t[]){1, 1, 1}), sizeof per_class);
    cr_split_free(split);
    section.limit = 5000;
    expect_ok(cr_split_new(&split, dataset, &section, &err));
    assert_int_equal(split->train_count, 1000);
    cr_split_free(split);
    section.limit = 2;
    expect_error(cr_split_new(&split, dataset, &section, &err), CR_ERROR_CONFIG,
                 "data.limit: 2 is too few for 3 classes of which each needs 1: set 3 or more");
    section = (struct cr_data_section){.limit = 5, .validation = 0.5};
    expect_error(cr_split_new(&split, dataset, &section, &err), CR_ERROR_CONFIG,
                 "data.limit: 5 is too few for 3 classes of which each needs 2: set 6 or more");
    assert_null(split);
    cr_dataset_free(dataset);
}

static void classes_with_too_few_samples(void **state)
{
    (void)state;
    struct cr_split *split;
    struct cr_data_section section = {.validation = 0.1};
    struct cr_dataset *dataset = make_dataset((int32_t[]){0, 0, 1, 2, 2}, 5, 3);
    expect_error(cr_split_new(&split, dataset, &section, &err), CR_ERROR_FORMAT,
                 "memory: class 1 has one sample, too few to hold one out: add samples or set data.validation=0");
    cr_dataset_free(dataset);
    dataset = make_dataset((int32_t[]){0, 0, 2}, 3, 3);
    section.validation = 0;
    expect_error(cr_split_new(&split, dataset, &section, &err), CR_ERROR_FORMAT,
                 "memory: class 1 has no sample to train with");
    cr_dataset_free(dataset);
}

static void section_defaults(void **state)
{
    (void)state;
    struct cr_data_section section;
    struct cr_config *config;
    cr_options_default(cr_data_section_options, &section);
    assert_null(section.source);
    assert_float_equal(section.validation, 0.1, 0);
    assert_int_equal(section.limit, 0);
    assert_int_equal(section.split_seed, 0);
    assert_int_equal(section.standardize, CR_STANDARDIZE_CHANNEL);
    expect_ok(cr_config_parse(&config, "{validation: 0.95}", "a.yaml", &err));
    expect_error(cr_bind(config, cr_data_section_options, cr_config_root(config), &section, &err), CR_ERROR_CONFIG,
                 "a.yaml:1:14: validation: 0.95 is out of range (float 0..0.9)");
    cr_config_free(config);
}

/* --------------------------------------------------------------------------------------------------------- moments */

static void moments_by_channel(void **state)
{
    (void)state;
    /* three samples of 1x2x2; channel 0: 0 255 0 255 | 51 51, channel 1: all 102 */
    static const uint8_t pixels[] = {0, 102, 255, 102, 0, 102, 255, 102, 51, 102, 51, 102};
    struct cr_dataset *dataset;
    double mean[2], deviation[2];
    static const int32_t labels[] = {0, 0, 1};
    expect_ok(cr_dataset_from_memory(&dataset, pixels, labels, 3, 1, 2, 2, 2, NULL, &err));
    expect_ok(cr_dataset_moments(dataset, (int64_t[]){0, 1}, 2, mean, deviation, &err));
    assert_float_equal(mean[0], 0.5, 1e-15);
    assert_float_equal(deviation[0], 0.5, 1e-15);
    assert_float_equal(mean[1], 0.4, 1e-15);
    assert_float_equal(deviation[1], 0, 0);
    expect_ok(cr_dataset_moments(dataset, NULL, 0, mean, deviation, &err));
    assert_float_equal(mean[0], 0.4, 1e-15);
    assert_float_equal(deviation[0], sqrt(2.08 / 6 - 0.16), 1e-15);
    cr_dataset_free(dataset);
}

/* ------------------------------------------------------------------------------------------------------------ info */

static void info_counts(void **state)
{
    (void)state;
    static const uint8_t pixels[] = {9, 1, 2, 9, 1, 3, 9, 1, 2, 7, 7, 7, 9, 1, 2, 9, 1, 3};
    struct cr_dataset *dataset;
    struct cr_data_info *info;
    static const int32_t labels[] = {0, 0, 1, 2, 0, 0};
    expect_ok(cr_dataset_from_memory(&dataset, pixels, labels, 6, 1, 1, 3, 3, NULL, &err));
    expect_ok(cr_data_info_new(&info, dataset, &err));
    assert_int_equal(info->count, 6);
    assert_int_equal(info->classes, 3);
    assert_int_equal(info->height * 100 + info->width * 10 + info->channels, 113);
    assert_memory_equal(info->per_class, ((int64_t[]){4, 1, 1}), 24);
    assert_true(info->spread[0].minimum == 7 && info->spread[2].minimum == 2);
    assert_true(info->spread[0].maximum == 9);
    assert_float_equal(info->spread[0].mean, 52 / 6.0 / 255, 1e-15);
    assert_int_equal(info->duplicates, 3); /* 2, 4 and 5 */
    assert_int_equal(info->conflicts, 1);  /* 2 */
    assert_int_equal(info->first_duplicate[0], 0);
    assert_int_equal(info->first_duplicate[1], 2);
    cr_data_info_free(info);
    cr_dataset_free(dataset);
    dataset = make_dataset((int32_t[]){0, 1}, 2, 2);
    expect_ok(cr_data_info_new(&info, dataset, &err));
    assert_int_equal(info->duplicates, 0);
    assert_int_equal(info->first_duplicate[0], -1);
    cr_data_info_free(info);
    cr_dataset_free(dataset);
}

/* ----------------------------------------------------------------------------------------------------------- sheet */

static void sheet_shows_a_row_a_class(void **state)
{
    (void)state;
    /* 16x16, plain: class 0 has 10 and 20, class 1 has 30 */
    static uint8_t pixels[3 * 256];
    for (int i = 0; i < 3; i++)
        memset(pixels + 256 * i, 10 * (i + 1), 256);
    struct cr_dataset *dataset;
    char path[512];
    static const int32_t labels[] = {0, 0, 1};
    expect_ok(cr_dataset_from_memory(&dataset, pixels, labels, 3, 16, 16, 1, 2, NULL, &err));
    expect_ok(cr_data_sheet(dataset, 2, path_in(here.folder, "sheet.png", path), &err));
    enum { SIDE = 2 * (32 + 2) + 2 };
    uint8_t sheet[SIDE][SIDE];
    expect_ok(cr_image_load(path, SIDE, SIDE, 1, &sheet[0][0], &err));
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            bool gap = y % 34 < 2 || x % 34 < 2;
            int expected = gap ? 224 : y < 34 ? (x < 34 ? 10 : 20) : x < 34 ? 30 : 224;
            assert_int_equal(sheet[y][x], expected);
        }
    expect_error(cr_data_sheet(dataset, 0, path, &err), CR_ERROR_ARGUMENT, "a sheet of 0 columns: expected 1..1000");
    cr_dataset_free(dataset);
}

/* ---------------------------------------------------------------------------------------------------------- memory */

static enum cr_status work(void *user, struct cr_error *error)
{
    const struct cr_dataset *dataset = user;
    struct cr_data_section section = {.validation = 0.2, .limit = 20};
    struct cr_split *split;
    struct cr_data_info *info;
    double mean, deviation;
    CR_TRY(cr_split_new(&split, dataset, &section, error));
    cr_split_free(split);
    CR_TRY(cr_data_info_new(&info, dataset, error));
    cr_data_info_free(info);
    return cr_dataset_moments(dataset, NULL, 0, &mean, &deviation, error);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_need();
    int32_t labels[100];
    for (int i = 0; i < 100; i++)
        labels[i] = i % 3;
    struct cr_dataset *dataset = make_dataset(labels, 100, 3);
    assert_in_range(alloc_each(work, dataset), 15, 100);
    cr_dataset_free(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_test_part_is_redrawn),
        cmocka_unit_test(split_keeps_the_proportions),
        cmocka_unit_test(folds_are_parts),
        cmocka_unit_test(split_without_validation),
        cmocka_unit_test(split_leaves_every_class),
        cmocka_unit_test(limit_keeps_the_proportions),
        cmocka_unit_test(classes_with_too_few_samples),
        cmocka_unit_test(section_defaults),
        cmocka_unit_test(moments_by_channel),
        cmocka_unit_test(info_counts),
        fixture_test(sheet_shows_a_row_a_class),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
