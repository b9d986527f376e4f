/*
 * CIFAR-10 and CIFAR-100, in their binary files and as pictures.
 */
#include "sets.h"

static void cifar_bin(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char path[512];
    write_cifar("test_batch.bin", 3, 4);
    expect_ok(open_source(&dataset, here.context, CR_PART_TEST, &err, "{cifar-bin: %s}", here.folder));
    assert_int_equal(dataset->count, 3);
    assert_memory_equal(dataset->labels, ((int32_t[]){4, 5, 6}), 12);
    assert_string_equal(dataset->class_names[3], "cat");
    /* planes in the file, pixels in memory */
    assert_memory_equal(dataset->pixels, ((uint8_t[]){0, 80, 160, 1, 81, 161}), 6);
    assert_memory_equal(dataset->pixels + 2 * 3072, ((uint8_t[]){2, 82, 162}), 3);
    close_dataset(dataset);
    file_write(path_in(here.folder, "batches.meta.txt", path), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n", 21);
    expect_ok(open_source(&dataset, here.context, CR_PART_TEST, &err, "{cifar10: {path: %s}}", here.folder));
    assert_string_equal(dataset->class_names[3], "d");
    close_dataset(dataset);
}

static void cifar_bin_failures(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char path[512];
    for (int i = 1; i <= 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "data_batch_%d.bin", i);
        write_cifar(name, 2, 0);
    }
    expect_failure(open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{cifar-bin: %s}", here.folder),
                   CR_ERROR_IO, "a.yaml:1:9: source: %s/data_batch_5.bin: cannot open: No such file or directory",
                   here.folder);
    write_cifar("data_batch_5.bin", 2, 9);
    expect_failure(
        open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{cifar10: %s}", here.folder), CR_ERROR_FORMAT,
        "a.yaml:1:9: source: %s/data_batch_5.bin: label 10 of item 1 (from 0) is out of range 0..9", here.folder);
    file_write(path_in(here.folder, "data_batch_5.bin", path), content, sizeof content);
    expect_failure(open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{cifar-bin: %s}", here.folder),
                   CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/data_batch_5.bin: has 24 bytes, expected a multiple of 3073 (one picture "
                   "with its label)",
                   here.folder);
    expect_failure(
        open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{cifar-bin: %s/none}", here.folder), CR_ERROR_IO,
        "a.yaml:1:9: source: %s/none: no such folder, expected one with data_batch_1.bin and so on", here.folder);
    expect_failure(
        open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{cifar10: %s/none}", here.folder), CR_ERROR_IO,
        "a.yaml:1:9: source: %s/none: holds neither data_batch_1.bin nor train/: `make data` unpacks CIFAR-10",
        here.folder);
}

/* Two records: coarse labels 3 and 19, fine labels 7 and 99. */
static void write_cifar100(const char *name, uint8_t coarse, uint8_t fine)
{
    static uint8_t records[2][3074];
    char path[512];
    for (int i = 0; i < 2; i++) {
        records[i][0] = i ? coarse : 3;
        records[i][1] = i ? fine : 7;
        for (int p = 0; p < 3072; p++)
            records[i][2 + p] = (uint8_t)(p % 1024 + 80 * (p / 1024) + i);
    }
    file_write(path_in(here.folder, name, path), records, sizeof records);
}

static void cifar100(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char path[512], names[100] = "";
    write_cifar100("train.bin", 19, 99);
    write_cifar100("test.bin", 4, 8);
    expect_ok(open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{cifar-bin: %s}", here.folder));
    assert_int_equal(dataset->count, 2);
    assert_int_equal(dataset->classes, 100);
    assert_memory_equal(dataset->labels, ((int32_t[]){7, 99}), 8);
    assert_string_equal(dataset->class_names[99], "99");
    assert_memory_equal(dataset->pixels, ((uint8_t[]){0, 80, 160, 1, 81, 161}), 6);
    assert_memory_equal(dataset->pixels + 3072, ((uint8_t[]){1, 81, 161}), 3);
    close_dataset(dataset);
    for (int i = 0; i < 20; i++)
        snprintf(names + 2 * i, 3, "%c\n", 'a' + i);
    file_write(path_in(here.folder, "coarse_label_names.txt", path), names, 40);
    expect_ok(open_source(&dataset, here.context, CR_PART_TEST, &err, "{cifar-bin: {path: %s, labels: coarse}}",
                          here.folder));
    assert_int_equal(dataset->classes, 20);
    assert_memory_equal(dataset->labels, ((int32_t[]){3, 4}), 8);
    assert_string_equal(dataset->class_names[19], "t");
    close_dataset(dataset);
    expect_ok(
        open_source(&dataset, here.context, CR_PART_TEST, &err, "{cifar100: {path: %s, labels: coarse}}", here.folder));
    assert_string_equal(dataset->name, "cifar100");
    assert_int_equal(dataset->classes, 20);
    close_dataset(dataset);
}

static void cifar100_failures(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char path[512];
    write_cifar100("train.bin", 20, 100);
    expect_failure(open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{cifar-bin: %s}", here.folder),
                   CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/train.bin: label 100 of item 1 (from 0) is out of range 0..99", here.folder);
    expect_failure(open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{cifar-bin: {path: %s, labels: coarse}}",
                               here.folder),
                   CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/train.bin: label 20 of item 1 (from 0) is out of range 0..19", here.folder);
    file_write(path_in(here.folder, "train.bin", path), content, sizeof content);
    expect_failure(open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{cifar-bin: %s}", here.folder),
                   CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/train.bin: has 24 bytes, expected a multiple of 3074 (one picture with its "
                   "labels)",
                   here.folder);
    write_cifar("test_batch.bin", 2, 0);
    expect_failure(
        open_source(&dataset, here.context, CR_PART_TEST, &err, "{cifar-bin: {path: %s, labels: coarse}}", here.folder),
        CR_ERROR_ARGUMENT, "a.yaml:1:9: source: %s: coarse labels are CIFAR-100's, but CIFAR-10's files are there",
        here.folder);
    expect_failure(open_source(&dataset, here.context, CR_PART_TEST, &err, "{cifar100: %s}", here.folder),
                   CR_ERROR_FORMAT, "a.yaml:1:9: source: %s: holds CIFAR-10, not CIFAR-100", here.folder);
}

static void cifar10_from_jpeg(void **state)
{
    (void)state;
    if (!have("cifar10")) {
        print_message("%s\n", err.message);
        skip();
    }
    struct cr_dataset *dataset;
    expect_ok(open_source(&dataset, here.context, CR_PART_TEST, &err, "cifar10"));
    assert_string_equal(dataset->name, "cifar10");
    assert_int_equal(dataset->count, 10000);
    assert_int_equal(dataset->height * 1000 + dataset->width * 10 + dataset->channels, 32323);
    assert_int_equal(dataset->classes, 10);
    assert_string_equal(dataset->class_names[0], "airplane");
    assert_string_equal(dataset->class_names[9], "truck");
    double mean[3], deviation[3];
    expect_ok(cr_dataset_moments(dataset, NULL, 0, mean, deviation, &err));
    assert_float_equal(mean[0], 0.494, 5e-3); /* 0.4942 0.4851 0.4504 in the published files */
    assert_float_equal(mean[1], 0.485, 5e-3);
    assert_float_equal(mean[2], 0.450, 5e-3);
    close_dataset(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(cifar_bin),         fixture_test(cifar_bin_failures), fixture_test(cifar100),
        fixture_test(cifar100_failures), fixture_test(cifar10_from_jpeg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
