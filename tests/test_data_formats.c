/*
 * Formats: a loop over the registry, the built-in digits, pictures in memory.
 */
#include "sets.h"

#include "data/format.h"

/* -------------------------------------------------------------------------------------------------------- registry */

/* What every dataset promises. */
static void check_dataset(const struct cr_dataset *dataset)
{
    size_t size = cr_sample_size(dataset);
    uint8_t *pixels = malloc(size);
    int64_t *per_class = calloc((size_t)dataset->classes, sizeof *per_class);
    assert_true(dataset->count > 0 && dataset->classes > 1 && size > 0);
    assert_true(strlen(dataset->name) > 0);
    for (int64_t i = 0; i < dataset->count; i++) {
        assert_in_range(dataset->labels[i], 0, dataset->classes - 1);
        per_class[dataset->labels[i]]++;
    }
    for (int64_t c = 0; c < dataset->classes; c++) {
        assert_true(strlen(dataset->class_names[c]) > 0);
        assert_true(per_class[c] > 0);
    }
    for (int64_t i = 0; i < dataset->count; i += 1 + dataset->count / 50) {
        char text[256] = "";
        expect_ok(dataset->get(dataset, i, pixels, &err));
        if (dataset->pixels)
            assert_memory_equal(pixels, dataset->pixels + (size_t)i * size, size);
        dataset->describe(dataset, i, text, sizeof text);
        assert_true(strlen(text) > 0);
    }
    free(pixels);
    free(per_class);
}

static void write_class_folders(void)
{
    uint8_t colour[3] = {200, 100, 0};
    make_folder(here.folder, "pictures");
    make_folder(here.folder, "pictures/train");
    make_folder(here.folder, "pictures/test");
    for (int test = 0; test < 2; test++)
        for (int c = 0; c < 2; c++) {
            char name[64];
            snprintf(name, sizeof name, "pictures/%s/%s", test ? "test" : "train", c ? "dog" : "cat");
            make_folder(here.folder, name);
            strcat(name, "/1.png");
            write_bytes(here.folder, name, png_plain(9, 7, colour));
        }
}

/* A source for every format, so that a new one is asked to have one here. */
static bool source_of(const char *name, char source[1024])
{
    static const char *const on_their_own[] = {"digits", "mnist", "cifar10", "cifar100"};
    for (int i = 0; i < 4; i++)
        if (strcmp(name, on_their_own[i]) == 0) {
            strcpy(source, name);
            return i == 0 || have(name);
        }
    if (strcmp(name, "idx") == 0)
        snprintf(source, 1024,
                 "{idx: {images: %s/a.img, labels: %s/a.lab, test_images: %s/a.img, test_labels: %s/a.lab}}",
                 here.folder, here.folder, here.folder, here.folder);
    else if (strcmp(name, "folder") == 0)
        snprintf(source, 1024, "{folder: {path: %s/pictures, size: 5}}", here.folder);
    else if (strcmp(name, "cifar-bin") == 0)
        snprintf(source, 1024, "{cifar-bin: %s}", here.folder);
    else if (strcmp(name, "npy") == 0 || strcmp(name, "npz") == 0)
        return false; /* test_data_npy.c makes them */
    else if (strcmp(name, "pack") == 0)
        return false; /* test_data_pack.c makes them */
    else if (strcmp(name, "csv") == 0)
        snprintf(source, 1024, "{csv: {path: %s/a.csv, test: %s/a.csv}}", here.folder, here.folder);
    else
        fail_msg("format %s: no source in this test", name);
    return true;
}

static void every_format_opens(void **state)
{
    (void)state;
    char path[512];
    write_pairs();
    write_class_folders();
    for (int i = 1; i <= 5; i++) {
        char name[32];
        snprintf(name, sizeof name, "data_batch_%d.bin", i);
        write_cifar(name, 10, 0);
    }
    write_cifar("test_batch.bin", 10, 0);
    file_write(path_in(here.folder, "a.csv", path), "x,kind\n0.5,a\n2,b\n", 17);
    for (int i = 0; cr_formats.entries[i]; i++) {
        const char *name = cr_formats.entries[i]->name;
        char source[1024];
        if (!source_of(name, source)) {
            print_message("%s: its data are missing, not tested\n", name);
            continue;
        }
        for (enum cr_part part = CR_PART_TRAIN; part <= CR_PART_TEST; part++) {
            struct cr_dataset *dataset = NULL;
            expect_ok(open_source(&dataset, here.context, part, &err, "%s", source));
            check_dataset(dataset);
            cr_dataset_free(dataset);
        }
    }
}

static void names_are_found_or_guessed(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    expect_error(open_source(&dataset, here.context, CR_PART_TRAIN, &err, "mnits"), CR_ERROR_CONFIG,
                 "a.yaml:1:9: source: unknown format mnits; did you mean mnist?");
    assert_null(dataset);
    expect_error(open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{folder: {size: 3}}"), CR_ERROR_CONFIG,
                 "a.yaml:1:18: source.folder: path is missing (text: folder of the class folders, or of train/ "
                 "and test/)");
}

/* ----------------------------------------------------------------------------------------------- digits and memory */

static void digits_are_built_in(void **state)
{
    (void)state;
    struct cr_dataset *train, *test;
    expect_ok(cr_dataset_open(&train, here.context, NULL, NULL, CR_PART_TRAIN, NULL, &err));
    expect_ok(cr_dataset_open(&test, here.context, NULL, NULL, CR_PART_TEST, NULL, &err));
    assert_string_equal(train->name, "digits");
    assert_int_equal(train->count, 1437);
    assert_int_equal(test->count, 360);
    assert_int_equal(train->height * 100 + train->width * 10 + train->channels, 881);
    assert_int_equal(train->classes, 10);
    assert_string_equal(train->class_names[7], "7");
    /* the first line of the file trains: 0 0 5 13 9 1 0 0, label 0 */
    assert_memory_equal(train->pixels, ((uint8_t[]){0, 0, 80, 207, 143, 16, 0, 0}), 8);
    assert_int_equal(train->labels[0], 0);
    int64_t sum = 0, labels = 0;
    for (int64_t i = 0; i < train->count * 64; i++)
        sum += (train->pixels[i] * 16 + 127) / 255;
    for (int64_t i = 0; i < test->count * 64; i++)
        sum += (test->pixels[i] * 16 + 127) / 255;
    for (int64_t i = 0; i < train->count; i++)
        labels += train->labels[i];
    for (int64_t i = 0; i < test->count; i++)
        labels += test->labels[i];
    assert_int_equal(sum, 561718); /* of the values 0..16 in the file */
    assert_int_equal(labels, 8070);
    cr_dataset_free(train);
    cr_dataset_free(test);
}

static void from_memory(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    const char *const names[] = {"left", "right"};
    static const int32_t labels[] = {0, 1, 0, 1};
    expect_ok(cr_dataset_from_memory(&dataset, content, labels, 4, 1, 2, 3, 2, names, &err));
    check_dataset(dataset);
    assert_string_equal(dataset->class_names[1], "right");
    assert_ptr_equal(dataset->pixels, content);
    close_dataset(dataset);
    expect_error(cr_dataset_from_memory(&dataset, content, (int32_t[]){0, 2, 0, 1}, 4, 1, 2, 3, 2, NULL, &err),
                 CR_ERROR_ARGUMENT, "label 2 of item 1 (from 0) is out of range 0..1");
    expect_error(cr_dataset_from_memory(&dataset, content, NULL, 0, 1, 2, 3, 2, NULL, &err), CR_ERROR_ARGUMENT,
                 "0 pictures of 1x2x3 in 2 classes: each number must be 1 or more");
    assert_null(dataset);
    cr_dataset_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(every_format_opens),
        fixture_test(names_are_found_or_guessed),
        fixture_test(digits_are_built_in),
        fixture_test(from_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
