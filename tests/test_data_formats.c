/*
 * Formats: a loop over the registry, the built-in digits, IDX with every way in which its files can be wrong, MNIST,
 * CIFAR-10.
 */
#include <zlib.h>

#include "base/file.h"
#include "data/dataset.h"
#include "data/format.h"

#include "pictures.h"

static struct cr_error err;
static struct cr_context *context;
static char *folder;

static int set_up(void **state)
{
    (void)state;
    folder = folder_make();
    return cr_context_new(&context, NULL, &err);
}

static int tear_down(void **state)
{
    (void)state;
    cr_context_free(context);
    folder_remove(folder);
    return 0;
}

/* Whether CRADLE_DATA has it. */
static bool have(const char *name)
{
    char *path = NULL;
    enum cr_status status = cr_data_find(name, &path, &err);
    free(path);
    return status == CR_OK;
}

static void close_dataset(struct cr_dataset *dataset)
{
    assert_non_null(dataset);
    cr_dataset_free(dataset);
}

/* ------------------------------------------------------------------------------------------------------------ registry
 */

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

static void write_idx(const char *name, uint32_t magic, const uint32_t *dimensions, int rank, const uint8_t *content,
                      size_t size, bool zipped)
{
    uint8_t header[20];
    char path[512];
    put_big_endian(header, magic);
    for (int i = 0; i < rank; i++)
        put_big_endian(header + 4 + 4 * i, dimensions[i]);
    gzFile file = gzopen(path_in(folder, name, path), zipped ? "wb" : "wbT");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, header, (unsigned)(4 + 4 * rank)), 4 + 4 * rank);
    if (size)
        assert_int_equal(gzwrite(file, content, (unsigned)size), size);
    assert_int_equal(gzclose(file), Z_OK);
}

/* Four pictures of 2x3 with the labels 0 2 1 0 as a.img and a.lab, and three as b.img.gz and b.lab.gz. */
static const uint8_t content[24] = {0,  1,  2,  3,  4,  5,  10, 11, 12, 13, 14, 15,
                                    20, 21, 22, 23, 24, 25, 30, 31, 32, 33, 34, 35};

static void write_pairs(void)
{
    write_idx("a.img", 0x803, (uint32_t[]){4, 2, 3}, 3, content, 24, false);
    write_idx("a.lab", 0x801, (uint32_t[]){4}, 1, (uint8_t[]){0, 2, 1, 0}, 4, false);
    write_idx("b.img.gz", 0x803, (uint32_t[]){3, 2, 3}, 3, content, 18, true);
    write_idx("b.lab.gz", 0x801, (uint32_t[]){3}, 1, (uint8_t[]){1, 1, 0}, 3, true);
}

static enum cr_status open_idx(struct cr_dataset **dataset, enum cr_part part, const char *images, const char *labels)
{
    return open_source(dataset, context, part, &err,
                       "{idx: {images: %s/%s, labels: %s/%s, test_images: %s/b.img.gz, test_labels: %s/b.lab.gz}}",
                       folder, images, folder, labels, folder, folder);
}

static void write_cifar(const char *name, int count, uint8_t first_label)
{
    uint8_t record[3073];
    char path[512];
    FILE *file = fopen(path_in(folder, name, path), "wb");
    assert_non_null(file);
    for (int i = 0; i < count; i++) {
        record[0] = (uint8_t)(first_label + i);
        for (int c = 0; c < 3; c++)
            for (int p = 0; p < 1024; p++)
                record[1 + c * 1024 + p] = (uint8_t)(p + 80 * c + i);
        assert_int_equal(fwrite(record, 1, sizeof record, file), sizeof record);
    }
    fclose(file);
}

static void write_class_folders(void)
{
    uint8_t colour[3] = {200, 100, 0};
    make_folder(folder, "pictures");
    make_folder(folder, "pictures/train");
    make_folder(folder, "pictures/test");
    for (int test = 0; test < 2; test++)
        for (int c = 0; c < 2; c++) {
            char name[64];
            snprintf(name, sizeof name, "pictures/%s/%s", test ? "test" : "train", c ? "dog" : "cat");
            make_folder(folder, name);
            strcat(name, "/1.png");
            write_bytes(folder, name, png_plain(9, 7, colour));
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
                 "{idx: {images: %s/a.img, labels: %s/a.lab, test_images: %s/a.img, test_labels: %s/a.lab}}", folder,
                 folder, folder, folder);
    else if (strcmp(name, "folder") == 0)
        snprintf(source, 1024, "{folder: {path: %s/pictures, size: 5}}", folder);
    else if (strcmp(name, "cifar-bin") == 0)
        snprintf(source, 1024, "{cifar-bin: %s}", folder);
    else if (strcmp(name, "npy") == 0 || strcmp(name, "npz") == 0)
        return false; /* test_data_npy.c makes them */
    else if (strcmp(name, "pack") == 0)
        return false; /* test_data_pack.c makes them */
    else if (strcmp(name, "csv") == 0)
        snprintf(source, 1024, "{csv: {path: %s/a.csv, test: %s/a.csv}}", folder, folder);
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
    file_write(path_in(folder, "a.csv", path), "x,kind\n0.5,a\n2,b\n", 17);
    for (int i = 0; cr_formats.entries[i]; i++) {
        const char *name = cr_formats.entries[i]->name;
        char source[1024];
        if (!source_of(name, source)) {
            print_message("%s: its data are missing, not tested\n", name);
            continue;
        }
        for (enum cr_part part = CR_PART_TRAIN; part <= CR_PART_TEST; part++) {
            struct cr_dataset *dataset = NULL;
            expect_ok(open_source(&dataset, context, part, &err, "%s", source));
            check_dataset(dataset);
            cr_dataset_free(dataset);
        }
    }
}

static void names_are_found_or_guessed(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    expect_error(open_source(&dataset, context, CR_PART_TRAIN, &err, "mnits"), CR_ERROR_CONFIG,
                 "a.yaml:1:9: source: unknown format mnits; did you mean mnist?");
    assert_null(dataset);
    expect_error(open_source(&dataset, context, CR_PART_TRAIN, &err, "{folder: {size: 3}}"), CR_ERROR_CONFIG,
                 "a.yaml:1:18: source.folder: path is missing (text: folder of the class folders, or of train/ "
                 "and test/)");
}

/* ------------------------------------------------------------------------------------------------------------- digits
 */

static void digits_are_built_in(void **state)
{
    (void)state;
    struct cr_dataset *train, *test;
    expect_ok(cr_dataset_open(&train, context, NULL, NULL, CR_PART_TRAIN, NULL, &err));
    expect_ok(cr_dataset_open(&test, context, NULL, NULL, CR_PART_TEST, NULL, &err));
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

/* ----------------------------------------------------------------------------------------------------------------- IDX
 */

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
    expect_error(open_source(&dataset, context, CR_PART_TEST, &err, "{idx: {images: a, labels: b}}"),
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
    expect_idx_failure("none", "a.lab", CR_ERROR_IO, "/none: cannot open: No such file or directory", folder);
    expect_idx_failure("a.img", "none", CR_ERROR_IO, "/none: cannot open: No such file or directory", folder);
    expect_idx_failure("", "a.lab", CR_ERROR_IO, "/: is a folder, expected an IDX file", folder);
    if (geteuid() == 0) {
        print_message("run as root, who may read everything: unreadable files are not tested\n");
        return;
    }
    chmod(path_in(folder, "a.img", path), 0);
    expect_idx_failure("a.img", "a.lab", CR_ERROR_IO, "/a.img: cannot open: Permission denied", folder);
    unlink(path);
}

static void idx_wrong_header(void **state)
{
    (void)state;
    char path[512];
    write_pairs();
    file_write(path_in(folder, "x", path), "", 0);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: the file is empty, expected IDX", folder);
    file_write(path, "\0\0\10\3\0\0", 6);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: cut off within the IDX header", folder);
    file_write(path, "\0\0", 2);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: cut off within the IDX header", folder);
    file_write(path, "P5 28 28 255", 12);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x: begins with 0x50352032, expected 0x00000803 (IDX, pictures in bytes)", folder);
    expect_idx_failure("a.img", "x", CR_ERROR_FORMAT,
                       "/x: begins with 0x50352032, expected 0x00000801 (IDX, labels in bytes)", folder);
    expect_idx_failure("a.lab", "a.lab", CR_ERROR_FORMAT,
                       "/a.lab: holds labels, expected pictures: are the two files swapped?", folder);
    expect_idx_failure("a.img", "a.img", CR_ERROR_FORMAT,
                       "/a.img: holds pictures, expected labels: are the two files swapped?", folder);
    write_idx("x", 0x803, (uint32_t[]){0, 2, 3}, 3, content, 0, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: holds no pictures", folder);
    write_idx("x", 0x803, (uint32_t[]){4, 0, 3}, 3, content, 0, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: announces pictures of 0x3, expected sides of 1..16384",
                       folder);
    write_idx("x", 0x804, (uint32_t[]){4, 1, 3, 2}, 4, content, 24, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT, "/x: announces 2 channels, expected 1 or 3", folder);
}

static void idx_truncated_or_too_long(void **state)
{
    (void)state;
    char path[512];
    write_pairs();
    write_idx("x", 0x803, (uint32_t[]){4, 2, 3}, 3, content, 23, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x: cut off: the header announces 4 pictures of 2x3 (24 bytes), but only 23 bytes follow",
                       folder);
    write_idx("x", 0x803, (uint32_t[]){4, 2, 3}, 3, content, 23, true);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x: cut off: the header announces 4 pictures of 2x3 (24 bytes), but only 23 bytes follow",
                       folder);
    write_idx("x", 0x803, (uint32_t[]){3, 2, 3}, 3, content, 19, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x has 3 pictures, but %s/a.lab has 4 labels: they do not belong together", folder, folder);
    write_idx("x", 0x803, (uint32_t[]){4, 1, 3}, 3, content, 13, true);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x: goes on behind the 4 pictures of 1x3 that the header announces (12 bytes)", folder);
    write_idx("x", 0x801, (uint32_t[]){4}, 1, content, 5, false);
    expect_idx_failure("a.img", "x", CR_ERROR_FORMAT,
                       "/x: goes on behind the 4 labels that the header announces (4 bytes)", folder);
    /* Memory is not taken on the word of a header. */
    write_idx("x", 0x803, (uint32_t[]){4000000000, 16384, 16384}, 3, content, 24, false);
    expect_idx_failure("x", "a.lab", CR_ERROR_FORMAT,
                       "/x: the header announces 4000000000 pictures of 16384x16384, but the file has only 40 bytes",
                       folder);
    write_idx("x", 0x801, (uint32_t[]){4000000000}, 1, content, 24, true);
    struct stat info;
    assert_int_equal(stat(path_in(folder, "x", path), &info), 0);
    expect_idx_failure("a.img", "x", CR_ERROR_FORMAT,
                       "/x: the header announces 4000000000 labels, but the file has only %d bytes", folder,
                       (int)info.st_size);
    /* gzip that is cut off, and gzip that is damaged */
    char *zipped = file_text(path_in(folder, "b.img.gz", path));
    assert_int_equal(stat(path, &info), 0);
    file_write(path_in(folder, "x", path), zipped, (size_t)info.st_size - 12);
    assert_int_equal(open_idx(&(struct cr_dataset *){NULL}, CR_PART_TRAIN, "x", "a.lab"), CR_ERROR_FORMAT);
    zipped[info.st_size - 6] ^= 1; /* its checksum */
    file_write(path, zipped, (size_t)info.st_size);
    write_idx("y", 0x801, (uint32_t[]){3}, 1, (uint8_t[]){1, 1, 0}, 3, false);
    expect_idx_failure("x", "y", CR_ERROR_FORMAT, "/x: damaged gzip data (%s: incorrect data check)", folder,
                       path_in(folder, "x", path));
    free(zipped);
}

static void idx_labels_out_of_range(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    write_pairs();
    expect_failure(open_source(&dataset, context, CR_PART_TRAIN, &err,
                               "{idx: {images: %s/a.img, labels: %s/a.lab, classes: 2}}", folder, folder),
                   CR_ERROR_FORMAT, "a.yaml:1:9: source: %s/a.lab: label 2 of item 1 (from 0) is out of range 0..1",
                   folder);
    write_idx("b.lab.gz", 0x801, (uint32_t[]){3}, 1, (uint8_t[]){1, 1, 200}, 3, true);
    expect_failure(open_idx(&dataset, CR_PART_TEST, "a.img", "a.lab"), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/b.lab.gz: label 200 of item 2 (from 0) is out of range 0..2", folder);
}

/* --------------------------------------------------------------------------------------------------------------- MNIST
 */

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
        expect_ok(open_source(&dataset, context, part, &err, "mnist"));
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
    expect_failure(open_source(&dataset, context, CR_PART_TRAIN, &err, "{mnist: %s}", folder), CR_ERROR_IO,
                   "a.yaml:1:9: source: %s: has neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz",
                   folder);
    setenv("CRADLE_DATA", "/none:/nowhere", 1);
    expect_error(open_source(&dataset, context, CR_PART_TRAIN, &err, "mnist"), CR_ERROR_IO,
                 "a.yaml:1:9: source: mnist: not found in /none:/nowhere; set CRADLE_DATA to the folders that hold it, "
                 "with : between");
    expect_error(
        open_source(&dataset, context, CR_PART_TRAIN, &err, "cifar10"), CR_ERROR_IO,
        "a.yaml:1:9: source: cifar10: not found in /none:/nowhere; set CRADLE_DATA to the folders that hold it, "
        "with : between; `make data` unpacks CIFAR-10");
    if (before[0])
        setenv("CRADLE_DATA", before, 1);
    else
        unsetenv("CRADLE_DATA");
    free(before);
}

/* --------------------------------------------------------------------------------------------------------------- CIFAR
 */

static void cifar_bin(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char path[512];
    write_cifar("test_batch.bin", 3, 4);
    expect_ok(open_source(&dataset, context, CR_PART_TEST, &err, "{cifar-bin: %s}", folder));
    assert_int_equal(dataset->count, 3);
    assert_memory_equal(dataset->labels, ((int32_t[]){4, 5, 6}), 12);
    assert_string_equal(dataset->class_names[3], "cat");
    /* planes in the file, pixels in memory */
    assert_memory_equal(dataset->pixels, ((uint8_t[]){0, 80, 160, 1, 81, 161}), 6);
    assert_memory_equal(dataset->pixels + 2 * 3072, ((uint8_t[]){2, 82, 162}), 3);
    close_dataset(dataset);
    file_write(path_in(folder, "batches.meta.txt", path), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n", 21);
    expect_ok(open_source(&dataset, context, CR_PART_TEST, &err, "{cifar10: {path: %s}}", folder));
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
    expect_failure(open_source(&dataset, context, CR_PART_TRAIN, &err, "{cifar-bin: %s}", folder), CR_ERROR_IO,
                   "a.yaml:1:9: source: %s/data_batch_5.bin: cannot open: No such file or directory", folder);
    write_cifar("data_batch_5.bin", 2, 9);
    expect_failure(open_source(&dataset, context, CR_PART_TRAIN, &err, "{cifar10: %s}", folder), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/data_batch_5.bin: label 10 of item 1 (from 0) is out of range 0..9", folder);
    file_write(path_in(folder, "data_batch_5.bin", path), content, sizeof content);
    expect_failure(open_source(&dataset, context, CR_PART_TRAIN, &err, "{cifar-bin: %s}", folder), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/data_batch_5.bin: has 24 bytes, expected a multiple of 3073 (one picture "
                   "with its label)",
                   folder);
    expect_failure(open_source(&dataset, context, CR_PART_TRAIN, &err, "{cifar-bin: %s/none}", folder), CR_ERROR_IO,
                   "a.yaml:1:9: source: %s/none: no such folder, expected one with data_batch_1.bin and so on", folder);
    expect_failure(
        open_source(&dataset, context, CR_PART_TRAIN, &err, "{cifar10: %s/none}", folder), CR_ERROR_IO,
        "a.yaml:1:9: source: %s/none: holds neither data_batch_1.bin nor train/: `make data` unpacks CIFAR-10", folder);
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
    file_write(path_in(folder, name, path), records, sizeof records);
}

static void cifar100(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char path[512], names[100] = "";
    write_cifar100("train.bin", 19, 99);
    write_cifar100("test.bin", 4, 8);
    expect_ok(open_source(&dataset, context, CR_PART_TRAIN, &err, "{cifar-bin: %s}", folder));
    assert_int_equal(dataset->count, 2);
    assert_int_equal(dataset->classes, 100);
    assert_memory_equal(dataset->labels, ((int32_t[]){7, 99}), 8);
    assert_string_equal(dataset->class_names[99], "99");
    assert_memory_equal(dataset->pixels, ((uint8_t[]){0, 80, 160, 1, 81, 161}), 6);
    assert_memory_equal(dataset->pixels + 3072, ((uint8_t[]){1, 81, 161}), 3);
    close_dataset(dataset);
    for (int i = 0; i < 20; i++)
        snprintf(names + 2 * i, 3, "%c\n", 'a' + i);
    file_write(path_in(folder, "coarse_label_names.txt", path), names, 40);
    expect_ok(open_source(&dataset, context, CR_PART_TEST, &err, "{cifar-bin: {path: %s, labels: coarse}}", folder));
    assert_int_equal(dataset->classes, 20);
    assert_memory_equal(dataset->labels, ((int32_t[]){3, 4}), 8);
    assert_string_equal(dataset->class_names[19], "t");
    close_dataset(dataset);
    expect_ok(open_source(&dataset, context, CR_PART_TEST, &err, "{cifar100: {path: %s, labels: coarse}}", folder));
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
    expect_failure(open_source(&dataset, context, CR_PART_TRAIN, &err, "{cifar-bin: %s}", folder), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/train.bin: label 100 of item 1 (from 0) is out of range 0..99", folder);
    expect_failure(
        open_source(&dataset, context, CR_PART_TRAIN, &err, "{cifar-bin: {path: %s, labels: coarse}}", folder),
        CR_ERROR_FORMAT, "a.yaml:1:9: source: %s/train.bin: label 20 of item 1 (from 0) is out of range 0..19", folder);
    file_write(path_in(folder, "train.bin", path), content, sizeof content);
    expect_failure(open_source(&dataset, context, CR_PART_TRAIN, &err, "{cifar-bin: %s}", folder), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/train.bin: has 24 bytes, expected a multiple of 3074 (one picture with its "
                   "labels)",
                   folder);
    write_cifar("test_batch.bin", 2, 0);
    expect_failure(
        open_source(&dataset, context, CR_PART_TEST, &err, "{cifar-bin: {path: %s, labels: coarse}}", folder),
        CR_ERROR_ARGUMENT, "a.yaml:1:9: source: %s: coarse labels are CIFAR-100's, but CIFAR-10's files are there",
        folder);
    expect_failure(open_source(&dataset, context, CR_PART_TEST, &err, "{cifar100: %s}", folder), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s: holds CIFAR-10, not CIFAR-100", folder);
}

static void cifar10_from_jpeg(void **state)
{
    (void)state;
    if (!have("cifar10")) {
        print_message("%s\n", err.message);
        skip();
    }
    struct cr_dataset *dataset;
    expect_ok(open_source(&dataset, context, CR_PART_TEST, &err, "cifar10"));
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

/* -------------------------------------------------------------------------------------------------------------- memory
 */

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
        cmocka_unit_test_setup_teardown(every_format_opens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_are_found_or_guessed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(digits_are_built_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(idx_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(idx_missing_or_unreadable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(idx_wrong_header, set_up, tear_down),
        cmocka_unit_test_setup_teardown(idx_truncated_or_too_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(idx_labels_out_of_range, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mnist_is_what_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mnist_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cifar_bin, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cifar_bin_failures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cifar100, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cifar100_failures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cifar10_from_jpeg, set_up, tear_down),
        cmocka_unit_test_setup_teardown(from_memory, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
