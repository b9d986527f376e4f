/*
 * IDX with every way in which its files can be wrong, and MNIST, which is made of them.
 */
#include "sets.h"

/* ------------------------------------------------------------------------------------------------------------- IDX */

static enum cr_status open_idx(struct cr_dataset **dataset, enum cr_part part, const char *images, const char *labels)
{
    return open_source(dataset, here.context, part, &err,
                       "{idx: {images: %s/%s, labels: %s/%s, test_images: %s/b.img.gz, test_labels: %s/b.lab.gz}}",
                       here.folder, images, here.folder, labels, here.folder, here.folder);
}

static void idx_is_read(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    write_pairs();
    expect_ok(open_idx(&dataset, CR_PART_TRAIN, "a.img", "a.lab"));
    assert_int_equal(dataset->count, 4);
    assert_int_equal(dataset->height, 2);
    assert_int_equal(dataset->width, 3);
    assert_int_equal(dataset->channels, 1);
    assert_int_equal(dataset->classes, 3);
    assert_memory_equal(dataset->pixels, content, sizeof content);
    assert_memory_equal(dataset->labels, ((int32_t[]){0, 2, 1, 0}), 16);
    close_dataset(dataset);
    /* gzip, and as many classes as the training part has */
    expect_ok(open_idx(&dataset, CR_PART_TEST, "a.img", "a.lab"));
    assert_int_equal(dataset->count, 3);
    assert_int_equal(dataset->classes, 3);
    assert_memory_equal(dataset->pixels, content, 18);
    close_dataset(dataset);
    /* gzip under a plain name, and colour */
    write_idx("c.img", 0x804, (uint32_t[]){4, 1, 2, 3}, 4, content, 24, true);
    expect_ok(open_idx(&dataset, CR_PART_TRAIN, "c.img", "a.lab"));
    assert_int_equal(dataset->channels, 3);
    assert_memory_equal(dataset->pixels, content, sizeof content);
    close_dataset(dataset);
    expect_error(open_source(&dataset, here.context, CR_PART_TEST, &err, "{idx: {images: a, labels: b}}"),
                 CR_ERROR_UNSUPPORTED, "idx has no test part: set test_images and test_labels to its two files");
}

#define expect_idx_failure(images, labels, status, format, ...)                                                     \
    do {                                                                                                            \
        struct cr_dataset *dataset_ = NULL;                                                                         \
        expect_failure(open_idx(&dataset_, CR_PART_TRAIN, images, labels), status, "a.yaml:1:9: source: %s" format, \
                       __VA_ARGS__);                                                                                \
        assert_null(dataset_);                                                                                      \
    } while (0)

static void idx_missing_or_unreadable(void **state)
{
    (void)state;
    char path[512];
    write_pairs();
    expect_idx_failure("none", "a.lab", CR_ERROR_IO, "/none: cannot open: No such file or directory", here.folder);
    expect_idx_failure("a.img", "none", CR_ERROR_IO, "/none: cannot open: No such file or directory", here.folder);
    expect_idx_failure("", "a.lab", CR_ERROR_IO, "/: is a folder, expected an IDX file", here.folder);
    if (geteuid() == 0) {
        print_message("run as root, who may read everything: unreadable files are not tested\n");
        return;
    }
    chmod(path_in(here.folder, "a.img", path), 0);
    expect_idx_failure("a.img", "a.lab", CR_ERROR_IO, "/a.img: cannot open: Permission denied", here.folder);
    unlink(path);
}

static void idx_wrong_header(void **state)
{
    (void)state;
    char path[512];
    write_pairs();
    file_write(path_in(here.folder, "x", path), "", 0);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: the file is empty, expected IDX", here.folder);
    file_write(path, "\0\0\10\3\0\0", 6);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: cut off within the IDX header", here.folder);
    file_write(path, "\0\0", 2);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: cut off within the IDX header", here.folder);
    file_write(path, "P5 28 28 255", 12);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x: begins with 0x50352032, expected 0x00000803 (IDX, pictures in bytes)", here.folder);
    expect_idx_failure("a.img", "x", CR_ERROR_FORMAT,
                       "/x: begins with 0x50352032, expected 0x00000801 (IDX, labels in bytes)", here.folder);
    expect_idx_failure("a.lab", "a.lab", CR_ERROR_FORMAT,
                       "/a.lab: holds labels, expected pictures: are the two files swapped?", here.folder);
    expect_idx_failure("a.img", "a.img", CR_ERROR_FORMAT,
                       "/a.img: holds pictures, expected labels: are the two files swapped?", here.folder);
    write_idx("x", 0x803, (uint32_t[]){0, 2, 3}, 3, content, 0, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: holds no pictures", here.folder);
    write_idx("x", 0x803, (uint32_t[]){4, 0, 3}, 3, content, 0, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: announces pictures of 0x3, expected sides of 1..16384",
                       here.folder);
    write_idx("x", 0x804, (uint32_t[]){4, 1, 3, 2}, 4, content, 24, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: announces 2 channels, expected 1 or 3", here.folder);
}

static void idx_truncated_or_too_long(void **state)
{
    (void)state;
    char path[512];
    write_pairs();
    write_idx("x", 0x803, (uint32_t[]){4, 2, 3}, 3, content, 23, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x: cut off: the header announces 4 pictures of 2x3 (24 bytes), but only 23 bytes follow",
                       here.folder);
    write_idx("x", 0x803, (uint32_t[]){4, 2, 3}, 3, content, 23, true);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x: cut off: the header announces 4 pictures of 2x3 (24 bytes), but only 23 bytes follow",
                       here.folder);
    write_idx("x", 0x803, (uint32_t[]){3, 2, 3}, 3, content, 19, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x has 3 pictures, but %s/a.lab has 4 labels: they do not belong together", here.folder,
                       here.folder);
    write_idx("x", 0x803, (uint32_t[]){4, 1, 3}, 3, content, 13, true);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x: goes on behind the 4 pictures of 1x3 that the header announces (12 bytes)", here.folder);
    write_idx("x", 0x801, (uint32_t[]){4}, 1, content, 5, false);
    expect_idx_failure("a.img", "x", CR_ERROR_FORMAT,
                       "/x: goes on behind the 4 labels that the header announces (4 bytes)", here.folder);
    /* Memory is not taken on the word of a header. */
    write_idx("x", 0x803, (uint32_t[]){4000000000, 16384, 16384}, 3, content, 24, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x: the header announces 4000000000 pictures of 16384x16384, but the file has only 40 bytes",
                       here.folder);
    write_idx("x", 0x801, (uint32_t[]){4000000000}, 1, content, 24, true);
    struct stat info;
    assert_int_equal(stat(path_in(here.folder, "x", path), &info), 0);
    expect_idx_failure("a.img", "x", CR_ERROR_FORMAT,
                       "/x: the header announces 4000000000 labels, but the file has only %d bytes", here.folder,
                       (int)info.st_size);
    /* gzip that is cut off, and gzip that is damaged */
    char *zipped = file_text(path_in(here.folder, "b.img.gz", path));
    assert_int_equal(stat(path, &info), 0);
    file_write(path_in(here.folder, "x", path), zipped, (size_t)info.st_size - 12);
    assert_int_equal(open_idx(&(struct cr_dataset *){NULL}, CR_PART_TRAIN, "x", "a.lab"), CR_ERROR_FORMAT);
    zipped[info.st_size - 6] ^= 1; /* its checksum */
    file_write(path, zipped, (size_t)info.st_size);
    write_idx("y", 0x801, (uint32_t[]){3}, 1, (uint8_t[]){1, 1, 0}, 3, false);
    expect_idx_failure("x", "y", CR_ERROR_FORMAT, "/x: damaged gzip data (%s: incorrect data check)", here.folder,
                       path_in(here.folder, "x", path));
    free(zipped);
}

static void idx_labels_out_of_range(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    write_pairs();
    expect_failure(open_source(&dataset, here.context, CR_PART_TRAIN, &err,
                               "{idx: {images: %s/a.img, labels: %s/a.lab, classes: 2}}", here.folder, here.folder),
                   CR_ERROR_FORMAT, "a.yaml:1:9: source: %s/a.lab: label 2 of item 1 (from 0) is out of range 0..1",
                   here.folder);
    write_idx("b.lab.gz", 0x801, (uint32_t[]){3}, 1, (uint8_t[]){1, 1, 200}, 3, true);
    expect_failure(open_idx(&dataset, CR_PART_TEST, "a.img", "a.lab"), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/b.lab.gz: label 200 of item 2 (from 0) is out of range 0..2", here.folder);
}

/* ----------------------------------------------------------------------------------------------------------- MNIST */

static void mnist_is_what_it_was(void **state)
{
    (void)state;
    if (!have("mnist")) {
        print_message("%s\n", err.message);
        skip();
    }
    static const struct {
        int64_t count;
        uint32_t pixels, labels; /* CRC-32 */
        double mean, deviation;
    } parts[] = {{60000, 0xf3639b56, 0xba07e8ef, 0.1307, 0.3081}, {10000, 0xe4ca5f57, 0xee8604d9, 0.1325, 0.3105}};
    for (enum cr_part part = CR_PART_TRAIN; part <= CR_PART_TEST; part++) {
        struct cr_dataset *dataset;
        expect_ok(open_source(&dataset, here.context, part, &err, "mnist"));
        assert_string_equal(dataset->name, "mnist");
        assert_int_equal(dataset->count, parts[part].count);
        assert_int_equal(dataset->classes, 10);
        assert_int_equal(crc32(0, dataset->pixels, (unsigned)(dataset->count * 784)), parts[part].pixels);
        uint8_t *labels = malloc((size_t)dataset->count);
        for (int64_t i = 0; i < dataset->count; i++)
            labels[i] = (uint8_t)dataset->labels[i];
        assert_int_equal(crc32(0, labels, (unsigned)dataset->count), parts[part].labels);
        free(labels);
        double mean, deviation;
        expect_ok(cr_dataset_moments(dataset, NULL, 0, &mean, &deviation, &err));
        assert_float_equal(mean, parts[part].mean, 5e-5);
        assert_float_equal(deviation, parts[part].deviation, 5e-5);
        close_dataset(dataset);
    }
}

static void mnist_missing(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char *before = strdup(getenv("CRADLE_DATA") ? getenv("CRADLE_DATA") : "");
    expect_failure(open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{mnist: %s}", here.folder), CR_ERROR_IO,
                   "a.yaml:1:9: source: %s: has neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz",
                   here.folder);
    setenv("CRADLE_DATA", "/none:/nowhere", 1);
    expect_error(open_source(&dataset, here.context, CR_PART_TRAIN, &err, "mnist"), CR_ERROR_IO,
                 "a.yaml:1:9: source: mnist: not found in /none:/nowhere; set CRADLE_DATA to the folders that hold it, "
                 "with : between");
    expect_error(
        open_source(&dataset, here.context, CR_PART_TRAIN, &err, "cifar10"), CR_ERROR_IO,
        "a.yaml:1:9: source: cifar10: not found in /none:/nowhere; set CRADLE_DATA to the folders that hold it, "
        "with : between; `make data` unpacks CIFAR-10");
    if (before[0])
        setenv("CRADLE_DATA", before, 1);
    else
        unsetenv("CRADLE_DATA");
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(idx_is_read),
        fixture_test(idx_missing_or_unreadable),
        fixture_test(idx_wrong_header),
        fixture_test(idx_truncated_or_too_long),
        fixture_test(idx_labels_out_of_range),
        fixture_test(mnist_is_what_it_was),
        fixture_test(mnist_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
