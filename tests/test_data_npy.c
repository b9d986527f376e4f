/*
 * Arrays of NumPy, alone and in archives, made here byte by byte: types, byte orders, both orders of the dimensions,
 * layouts, classes and targets, and what is said when something is wrong.
 */
#include <zlib.h>

#include "pictures.h"

static struct cr_error err;

/* -------------------------------------------------------------------------------------------------------- fixtures */

/* An array with this header behind its version, as bytes. */
static struct bytes npy_make(int version, const char *header, const void *numbers, size_t size)
{
    size_t length = strlen(header), start = version == 1 ? 10 : 12;
    struct bytes made = {calloc(1, start + length + size), start + length + size};
    assert_non_null(made.data);
    memcpy(made.data, "\x93NUMPY", 6);
    made.data[6] = (uint8_t)version;
    made.data[8] = (uint8_t)length;
    made.data[9] = (uint8_t)(length >> 8);
    memcpy(made.data + start, header, length);
    if (size > 0)
        memcpy(made.data + start + length, numbers, size);
    return made;
}

static struct bytes array(const char *type, bool fortran, const char *shape, const void *numbers, size_t size)
{
    char header[256];
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }   \n", type,
             fortran ? "True" : "False", shape);
    return npy_make(1, header, numbers, size);
}

static void put_array(const char *name, const char *type, bool fortran, const char *shape, const void *numbers,
                      size_t size)
{
    write_bytes(here.folder, name, array(type, fortran, shape, numbers, size));
}

static void put_labels(int count)
{
    int64_t labels[64];
    char shape[32];
    for (int i = 0; i < count; i++)
        labels[i] = i % 2;
    snprintf(shape, sizeof shape, "%d,", count);
    put_array("y.npy", "<i8", false, shape, labels, (size_t)count * 8);
}

static enum cr_status open_pair(struct cr_dataset **dataset, const char *more)
{
    return open_source(dataset, here.context, CR_PART_TRAIN, &err, "{npy: {x: %s/x.npy, y: %s/y.npy%s%s}}", here.folder,
                       here.folder, more[0] ? ", " : "", more);
}

static struct cr_dataset *open_good(const char *more)
{
    struct cr_dataset *dataset = NULL;
    expect_ok(open_pair(&dataset, more));
    assert_non_null(dataset);
    return dataset;
}

static void expect_numbers(struct cr_dataset *dataset, const float *expected, int count)
{
    assert_true(dataset->numbers);
    assert_memory_equal(dataset->pixels, expected, (size_t)count * sizeof *expected);
    cr_dataset_free(dataset);
}

/* ---------------------------------------------------------------------------------------------------------- arrays */

static void every_type_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        uint8_t numbers[16];
        int bytes;
        float expected[2];
    } cases[] = {
        {"|b1", {1, 0}, 1, {1, 0}},
        {"|i1", {0xff, 0x7f}, 1, {-1, 127}},
        {"|u1", {0xff, 0x01}, 1, {255, 1}},
        {"<u2", {0x01, 0x02, 0xff, 0xff}, 2, {513, 65535}},
        {">i2", {0xff, 0xfe, 0x01, 0x00}, 2, {-2, 256}},
        {"<i4", {0xfe, 0xff, 0xff, 0xff, 4, 3, 0, 0}, 4, {-2, 772}},
        {">u4", {0, 0, 1, 0, 0x80, 0, 0, 0}, 4, {256, 2147483648.0F}},
        {"<i8", {0xf9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 5}, 8, {-7, 5}},
        {">u8", {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}, 8, {4294967296.0F, 9}},
        {"<f2", {0x00, 0x3e, 0x01, 0x80}, 2, {1.5F, -0x1p-24F}}, /* the smallest number of 16 bits */
        {">f4", {0xc0, 0x20, 0, 0, 0x3f, 0x80, 0, 0}, 4, {-2.5F, 1}},
        {"<f8", {0, 0, 0, 0, 0, 0, 4, 0x40, 0, 0, 0, 0, 0, 0, 0xe0, 0xbf}, 8, {2.5F, -0.5F}},
    };
    put_labels(2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_array("x.npy", cases[i].type, false, "2, 1", cases[i].numbers, 2 * (size_t)cases[i].bytes);
        expect_numbers(open_good("type: numbers"), cases[i].expected, 2);
    }
}

/* 2 x 2 x 3 x 1: with the last index first, and with the channel before the rows. */
static void orders_and_layouts(void **state)
{
    (void)state;
    const uint8_t fortran[] = {0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11};
    const float straight[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    put_labels(2);
    put_array("x.npy", "|u1", true, "2, 2, 3", fortran, 12);
    struct cr_dataset *dataset = open_good("type: numbers");
    assert_int_equal(dataset->height * 100 + dataset->width * 10 + dataset->channels, 231);
    expect_numbers(dataset, straight, 12);
    /* one sample of 3 channels, 2 rows, 2 columns */
    const uint8_t planes[] = {0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23};
    const uint8_t pixels[] = {0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23};
    put_labels(1);
    put_array("x.npy", "|u1", false, "1, 3, 2, 2", planes, 12);
    dataset = open_good("classes: 2");
    assert_false(dataset->numbers);
    assert_int_equal(dataset->height * 100 + dataset->width * 10 + dataset->channels, 223);
    assert_memory_equal(dataset->pixels, pixels, 12);
    cr_dataset_free(dataset);
    dataset = open_good("layout: hwc, classes: 2");
    assert_int_equal(dataset->height * 100 + dataset->width * 10 + dataset->channels, 322);
    assert_memory_equal(dataset->pixels, planes, 12);
    cr_dataset_free(dataset);
    put_array("x.npy", "|u1", false, "1, 12", planes, 12);
    dataset = open_good("shape: [2, 2, 3], classes: 2");
    assert_int_equal(dataset->height * 100 + dataset->width * 10 + dataset->channels, 223);
    cr_dataset_free(dataset);
}

static void classes_or_targets(void **state)
{
    (void)state;
    const float x[] = {1, 2, 3}, y[] = {0.5F, 1, 2, -3, 4, 5};
    put_array("x.npy", "<f4", false, "3,", x, sizeof x);
    put_array("y.npy", "<f4", false, "3, 2", y, sizeof y);
    struct cr_dataset *dataset = open_good("");
    assert_int_equal(dataset->classes, 2);
    assert_memory_equal(dataset->targets, y, sizeof y);
    expect_numbers(dataset, x, 3);
    put_array("y.npy", ">u2", false, "3, 1", "\0\2\0\0\0\1", 6);
    dataset = open_good("");
    assert_int_equal(dataset->classes, 3);
    assert_memory_equal(dataset->labels, ((int32_t[]){2, 0, 1}), 12);
    cr_dataset_free(dataset);
    dataset = open_good("learn: targets");
    assert_int_equal(dataset->classes, 1);
    assert_memory_equal(dataset->targets, ((float[]){2, 0, 1}), 12);
    cr_dataset_free(dataset);
}

static void headers_of_other_versions(void **state)
{
    (void)state;
    put_labels(2);
    for (int version = 2; version <= 3; version++) {
        write_bytes(
            here.folder, "x.npy",
            npy_make(version, "{\"shape\": (2L, 1), \"fortran_order\":False, \"descr\":\"<i2\"}", "\1\0\2\0", 4));
        expect_numbers(open_good(""), (const float[]){1, 2}, 2);
    }
}

static void wrong_arrays_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *header, *numbers;
        size_t size;
        const char *message;
    } cases[] = {
        {"{'descr': '|O', 'fortran_order': False, 'shape': (2,)}", "", 0,
         "holds the type 'O', expected booleans, whole numbers or floats of up to 8 bytes"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (2,)}", "", 0,
         "holds the type 'c8', expected booleans, whole numbers or floats of up to 8 bytes"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", "", 0, "holds records, expected numbers"},
        {"{'fortran_order': False, 'shape': (2,)}", "", 0, "the header has no 'descr'"},
        {"{'descr': '|u1', 'fortran_order': 1, 'shape': (2,)}", "", 0, "'fortran_order' is neither True nor False"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': 2}", "", 0, "'shape' is no list of sizes"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, -1)}", "", 0, "'shape' is no list of sizes"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3", "", 0, "'shape' is no list of sizes"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (0, 3)}", "", 0, "is empty (0x3)"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "", 0, "has more than 8 dimensions"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1)}", "\1\2\3", 3,
         "goes on behind the numbers that the header announces"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1)}", "\0\0\0\0\0\0\200\177", 8,
         "number [1, 0] (from 0) is inf, expected a finite number"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3, 1)}", "\1\2\3", 3, NULL},
    };
    struct cr_dataset *dataset;
    put_labels(2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_bytes(here.folder, "x.npy", npy_make(1, cases[i].header, cases[i].numbers, cases[i].size));
        if (cases[i].message)
            expect_failure(open_pair(&dataset, ""), CR_ERROR_FORMAT, "a.yaml:1:9: source: %s/x.npy: %s", here.folder,
                           cases[i].message);
        else
            expect_failure(open_pair(&dataset, ""), CR_ERROR_FORMAT,
                           "a.yaml:1:9: source: %s/x.npy has 3 samples, but %s/y.npy has 2 rows: they do not belong "
                           "together",
                           here.folder, here.folder);
    }
    put_array("x.npy", "<f8", false, "9223372036854775807, 9", "", 0);
    expect_failure(open_pair(&dataset, ""), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/x.npy: the header announces 9223372036854775807x9 numbers of 8 bytes, but "
                   "the file can hold 91 bytes at most",
                   here.folder);
    put_array("x.npy", "|u1", false, "2, 30", "123", 3);
    expect_failure(open_pair(&dataset, ""), CR_ERROR_FORMAT, "a.yaml:1:9: source: %s/x.npy: cut off within the numbers",
                   here.folder);
    put_array("x.npy", "|i1", false, "2, 1", "\1\377", 2);
    expect_failure(open_pair(&dataset, "type: bytes"), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/x.npy: number [1, 0] (from 0) is -1, expected a whole number 0..255 (type: "
                   "bytes)",
                   here.folder);
    put_array("y.npy", "|i1", false, "2,", "\1\377", 2);
    expect_failure(open_pair(&dataset, ""), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/y.npy: number [1] (from 0) is -1, expected the number of a class, from 0",
                   here.folder);
    char path[512];
    file_write(path_in(here.folder, "x.npy", path), "PK", 2);
    put_labels(2);
    expect_failure(open_pair(&dataset, ""), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s: is no array of NumPy (it does not begin with \\x93NUMPY)", path);
    unlink(path);
    expect_failure(open_pair(&dataset, ""), CR_ERROR_IO,
                   "a.yaml:1:9: source: %s: cannot open: No such file or directory", path);
}

/* -------------------------------------------------------------------------------------------------------- archives */

static void put_little(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

struct zip {
    uint8_t files[4096], directory[1024];
    size_t files_size, directory_size;
    int count;
};

/* Adds one file, stored or deflated (PKWARE's APPNOTE, 4.3.7 and 4.3.12). */
static void zip_add(struct zip *zip, const char *name, struct bytes content, bool deflated)
{
    uint8_t packed[2048], local[30] = {0}, entry[46] = {0};
    z_stream stream = {0};
    size_t length = strlen(name), offset = zip->files_size;
    stream.next_in = content.data;
    stream.avail_in = (unsigned)content.size;
    stream.next_out = packed;
    stream.avail_out = sizeof packed;
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t size = deflated ? stream.total_out : content.size;
    deflateEnd(&stream);
    put_little(local, 0x04034b50, 4);
    put_little(local + 4, 20, 2);
    put_little(local + 8, deflated ? 8 : 0, 2);
    put_little(local + 14, crc32(0, content.data, (unsigned)content.size), 4);
    put_little(local + 18, size, 4);
    put_little(local + 22, content.size, 4);
    put_little(local + 26, length, 2);
    put_little(entry, 0x02014b50, 4);
    put_little(entry + 4, 20, 2);
    memcpy(entry + 6, local + 4, 24); /* from the version needed to the name's length */
    put_little(entry + 42, offset, 4);
    memcpy(zip->files + zip->files_size, local, sizeof local);
    memcpy(zip->files + zip->files_size + 30, name, length);
    memcpy(zip->files + zip->files_size + 30 + length, deflated ? packed : content.data, size);
    zip->files_size += 30 + length + size;
    memcpy(zip->directory + zip->directory_size, entry, sizeof entry);
    memcpy(zip->directory + zip->directory_size + 46, name, length);
    zip->directory_size += 46 + length;
    zip->count++;
    free(content.data);
}

static void zip_write(const struct zip *zip, const char *name)
{
    uint8_t end[22] = {0};
    size_t size = zip->files_size + zip->directory_size;
    struct bytes all = {malloc(size + sizeof end), size + sizeof end};
    put_little(end, 0x06054b50, 4);
    put_little(end + 8, (uint64_t)zip->count, 2);
    put_little(end + 10, (uint64_t)zip->count, 2);
    put_little(end + 12, zip->directory_size, 4);
    put_little(end + 16, zip->files_size, 4);
    memcpy(all.data, zip->files, zip->files_size);
    memcpy(all.data + zip->files_size, zip->directory, zip->directory_size);
    memcpy(all.data + size, end, sizeof end);
    write_bytes(here.folder, name, all);
}

static enum cr_status open_zip(struct cr_dataset **dataset, enum cr_part part, const char *more)
{
    return open_source(dataset, here.context, part, &err, "{npz: {path: %s/a.npz%s%s}}", here.folder,
                       more[0] ? ", " : "", more);
}

static void archives(void **state)
{
    (void)state;
    static struct zip zip;
    struct cr_dataset *dataset;
    const uint8_t pixels[32] = {1, 2, 3, 4, 5, 6, 7, 8};
    zip = (struct zip){0};
    zip_add(&zip, "x_train.npy", array("|u1", false, "8, 2, 2", pixels, 32), true);
    zip_add(&zip, "y_train.npy", array("|u1", false, "8,", "\0\1\2\3\0\1\2\3", 8), false);
    zip_add(&zip, "x_test.npy", array("|u1", false, "1, 2, 2", pixels, 4), false);
    zip_add(&zip, "y_test.npy", array("<i2", false, "1,", "\1", 2), true);
    zip_add(&zip, "notes.txt", (struct bytes){(uint8_t *)strdup("hello"), 5}, false);
    zip_write(&zip, "a.npz");
    if (open_zip(&dataset, CR_PART_TRAIN, "") != CR_OK && strstr(err.message, "made without libzip")) {
        print_message("%s\n", err.message);
        skip();
    }
    cr_dataset_free(dataset);
    expect_ok(open_zip(&dataset, CR_PART_TRAIN, ""));
    assert_int_equal(dataset->count, 8);
    assert_int_equal(dataset->classes, 4);
    assert_memory_equal(dataset->pixels, pixels, 32);
    cr_dataset_free(dataset);
    expect_ok(open_zip(&dataset, CR_PART_TEST, ""));
    assert_int_equal(dataset->count, 1);
    assert_int_equal(dataset->classes, 4);
    assert_int_equal(dataset->labels[0], 1);
    cr_dataset_free(dataset);
    expect_ok(open_zip(&dataset, CR_PART_TRAIN, "x: x_test, y: y_test"));
    assert_int_equal(dataset->classes, 2);
    cr_dataset_free(dataset);
    expect_failure(open_zip(&dataset, CR_PART_TRAIN, "x: z"), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/a.npz: has no array z for x; it holds x_train, y_train, x_test, y_test",
                   here.folder);
    /* what lies inside is checked: a bit of the deflated numbers */
    zip.files[30 + strlen("x_train.npy") + 60] ^= 4;
    zip_write(&zip, "a.npz");
    assert_int_equal(open_zip(&dataset, CR_PART_TRAIN, ""), CR_ERROR_FORMAT);
    assert_null(dataset);
    /* and no test part is no failure */
    zip = (struct zip){0};
    zip_add(&zip, "arr_0.npy", array("|u1", false, "2, 2", pixels, 4), false);
    zip_add(&zip, "arr_1.npy", array("|u1", false, "2,", "\0\1", 2), false);
    zip_write(&zip, "a.npz");
    expect_ok(open_zip(&dataset, CR_PART_TRAIN, ""));
    cr_dataset_free(dataset);
    expect_error(open_zip(&dataset, CR_PART_TEST, ""), CR_ERROR_UNSUPPORTED,
                 "npz has no test part: set test_x and test_y to its two arrays");
    char path[512];
    file_write(path_in(here.folder, "a.npz", path), "PK\3\4", 4);
    expect_failure(open_zip(&dataset, CR_PART_TRAIN, ""), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s: cannot open: Not a zip archive", path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(every_type_is_read),       fixture_test(orders_and_layouts),
        fixture_test(classes_or_targets),       fixture_test(headers_of_other_versions),
        fixture_test(wrong_arrays_are_refused), fixture_test(archives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
