/*
 * Packs and the cache of decoded pictures: what was packed comes back, whatever is damaged is found, changed files are
 * decoded anew, and the cache keeps to its limit.
 */
#include "pictures.h"

#include <fcntl.h>
#include <time.h>

#include "data/pack.h"
#include "data/pack_head.h"

static struct cr_error err;

static int set_up(void **state)
{
    int status = fixture_make(state);
    setenv("CRADLE_CACHE", in_folder("cache"), 1);
    return status;
}

/* ----------------------------------------------------------------------------------------------------------- packs */

static const char *const kinds[] = {"cat", "dog"};
static const uint8_t pixels[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}; /* 3 of 1x2x3 */
static const int32_t labels[] = {1, 0, 1};

static enum cr_status open_pack(struct cr_dataset **dataset, enum cr_part part)
{
    return open_source(dataset, here.context, part, &err, "{pack: %s}", here.folder);
}

static const char *pack_three(char path[512])
{
    struct cr_dataset *dataset;
    expect_ok(cr_dataset_from_memory(&dataset, pixels, labels, 3, 1, 2, 3, 2, kinds, &err));
    expect_ok(cr_dataset_pack(dataset, path_in(here.folder, "train.pack", path), NULL, &err));
    cr_dataset_free(dataset);
    return path;
}

static void pictures_come_back(void **state)
{
    (void)state;
    char path[512], text[64];
    uint8_t sample[6];
    struct cr_dataset *dataset;
    pack_three(path);
    expect_ok(open_pack(&dataset, CR_PART_TRAIN));
    assert_int_equal(dataset->count, 3);
    assert_int_equal(dataset->width, 2);
    assert_int_equal(dataset->channels, 3);
    assert_string_equal(dataset->class_names[1], "dog");
    assert_memory_equal(dataset->pixels, pixels, sizeof pixels);
    assert_memory_equal(dataset->labels, labels, sizeof labels);
    expect_ok(dataset->get(dataset, 1, sample, &err));
    assert_memory_equal(sample, pixels + 6, 6);
    dataset->describe(dataset, 2, text, sizeof text);
    assert_string_equal(text, "image 2");
    cr_dataset_free(dataset);
    char expected[600];
    snprintf(expected, sizeof expected, "%s has no test part: what it was packed from has none", here.folder);
    expect_failure(open_pack(&dataset, CR_PART_TEST), CR_ERROR_UNSUPPORTED, "%s", expected);
}

static void numbers_and_targets_come_back(void **state)
{
    (void)state;
    static const float numbers[] = {0.5f, -2, 3e9f, 4}, targets[] = {1, 2, 3, -4.5f};
    char path[512];
    struct cr_dataset *dataset;
    expect_ok(cr_dataset_with_targets(&dataset, numbers, true, targets, 2, 1, 1, 2, 2, NULL, &err));
    expect_ok(cr_dataset_pack(dataset, path_in(here.folder, "train.pack", path), NULL, &err));
    cr_dataset_free(dataset);
    expect_ok(open_pack(&dataset, CR_PART_TRAIN));
    assert_true(dataset->numbers);
    assert_null(dataset->labels);
    assert_memory_equal(dataset->targets, targets, sizeof targets);
    assert_memory_equal(dataset->pixels, numbers, sizeof numbers);
    cr_dataset_free(dataset);
}

/* Every single byte matters, but for those between the head and the samples and up to the hashes. */
static void each_damaged_byte_is_found(void **state)
{
    (void)state;
    char path[512];
    struct cr_dataset *dataset;
    pack_three(path);
    char *content = file_text(path);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    size_t size = (size_t)info.st_size;
    for (size_t at = 0; at < size; at++) {
        bool unused = (at >= sizeof(struct cr_pack_head) && at < CR_PACK_HEAD) ||
                      (at >= CR_PACK_HEAD + sizeof pixels && at < (CR_PACK_HEAD + sizeof pixels + 7) / 8 * 8);
        if (unused)
            continue;
        content[at] = (char)(content[at] ^ 16);
        file_write(path, content, size);
        assert_int_equal(open_pack(&dataset, CR_PART_TRAIN), CR_ERROR_FORMAT);
        assert_non_null(strstr(err.message, path));
        content[at] = (char)(content[at] ^ 16);
    }
    for (size_t length = 0; length < size; length += length < CR_PACK_HEAD ? 512 : 3) {
        file_write(path, content, length);
        assert_int_equal(open_pack(&dataset, CR_PART_TRAIN), CR_ERROR_FORMAT);
    }
    free(content);
    assert_int_equal(unlink(path), 0);
    expect_failure(open_pack(&dataset, CR_PART_TRAIN), CR_ERROR_IO,
                   "a.yaml:1:9: source: %s: cannot open: No such file or directory", path);
}

static void one_process_writes(void **state)
{
    (void)state;
    char path[512], left[512];
    struct cr_pack_writer *first, *second;
    struct cr_dataset *dataset;
    file_write(path_in(here.folder, "train.pack.tmp", left), "left by a killed process", 24);
    path_in(here.folder, "train.pack", path);
    expect_ok(cr_pack_begin(&first, path, sizeof pixels, &err));
    expect_failure(cr_pack_begin(&second, path, sizeof pixels, &err), CR_ERROR_BUSY,
                   "%s: another process is writing it", path);
    assert_true(path_exists(left));
    cr_pack_cancel(first);
    assert_false(path_exists(left));
    assert_false(path_exists(path));
    pack_three(path);
    assert_false(path_exists(left));
    /* Who has the old one open keeps it. */
    expect_ok(open_pack(&dataset, CR_PART_TRAIN));
    pack_three(path);
    assert_memory_equal(dataset->pixels, pixels, sizeof pixels);
    cr_dataset_free(dataset);
    expect_failure(cr_pack_begin(&first, "/dev/null/none", 1, &err), CR_ERROR_IO,
                   "/dev/null/none: cannot write: Not a directory");
}

/* ----------------------------------------------------------------------------------------------------------- cache */

/* A picture with so much behind it that decoding counts as expensive; no disk is used for that. */
static void put_large(const char *name, int value)
{
    char path[512];
    uint8_t grey = (uint8_t)value;
    write_bytes(here.folder, name, png_make(&grey, 1, 1, 1, (struct png_kind){.colour = 0, .depth = 8}));
    assert_int_equal(truncate(path_in(here.folder, name, path), 8 << 20), 0);
}

static void put_classes(void)
{
    make_folder(here.folder, "in");
    make_folder(here.folder, "in/cat");
    make_folder(here.folder, "in/dog");
    put_large("in/cat/a.png", 1);
    put_large("in/cat/b.png", 2);
    put_large("in/dog/c.png", 3);
}

/* The samples must be these, whether they come from the cache or not. */
static void expect_opened(const char *more, int first, int last)
{
    struct cr_dataset *dataset;
    char text[64], expected[600];
    uint8_t sample;
    expect_ok(open_source(&dataset, here.context, CR_PART_TRAIN, &err,
                          "{folder: {path: %s/in, size: 1, channels: 1%s}}", here.folder, more));
    expect_ok(dataset->get(dataset, 0, &sample, &err));
    assert_int_equal(sample, first);
    expect_ok(dataset->get(dataset, dataset->count - 1, &sample, &err));
    assert_int_equal(sample, last);
    dataset->describe(dataset, dataset->count - 1, text, sizeof text);
    assert_string_equal(text, "dog/c.png");
    snprintf(expected, sizeof expected, "folder %s/in", here.folder);
    assert_string_equal(dataset->name, expected);
    cr_dataset_free(dataset);
}

/* The only file of the cache; "" where there is none. */
static void find_pack(char path[512])
{
    char command[600];
    snprintf(command, sizeof command, "ls %s/cache/*.pack 2>/dev/null", here.folder);
    FILE *list = popen(command, "r");
    assert_non_null(list);
    path[0] = 0;
    if (fgets(path, 512, list))
        path[strcspn(path, "\n")] = 0;
    pclose(list);
}

static bool was_told(const char *what)
{
    bool found = strstr(here.log, what) != NULL;
    here.log[0] = 0;
    return found;
}

static void pictures_are_decoded_once(void **state)
{
    (void)state;
    char path[512], name[512];
    put_classes();
    expect_opened("", 1, 3);
    assert_true(was_told("decoded pictures are kept for the next time in "));
    find_pack(path);
    assert_non_null(strstr(path, "-in-1x1x1-"));
    /* What is in the cache is what is used: files that look the same are not read again. */
    struct stat before;
    path_in(here.folder, "in/cat/a.png", name);
    assert_int_equal(stat(name, &before), 0);
    put_large("in/cat/a.png", 9);
    assert_int_equal(utimensat(AT_FDCWD, name, (struct timespec[]){before.st_mtim, before.st_mtim}, 0), 0);
    expect_opened("", 1, 3);
    expect_opened(", memory: 0", 1, 3);
    assert_string_equal(here.log, "");
    expect_opened(", cache: 0", 9, 3);
    /* Another time, and it is made anew; so it is for one more file. */
    assert_int_equal(utimensat(AT_FDCWD, name, NULL, 0), 0);
    expect_opened("", 9, 3);
    assert_true(was_told("are kept for the next time"));
    put_large("in/cat/0.png", 7);
    expect_opened("", 7, 3);
    assert_true(was_told("are kept for the next time"));
}

static void small_folders_have_none(void **state)
{
    (void)state;
    char path[512], name[512];
    put_classes();
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            truncate(path_in(here.folder, &"in/cat/a.png\0in/cat/b.png\0in/dog/c.png"[13 * i], name), 4 << 10), 0);
    expect_opened("", 1, 3);
    find_pack(path);
    assert_string_equal(path, "");
}

static void off_means_off(void **state)
{
    (void)state;
    char path[512];
    put_classes();
    setenv("CRADLE_CACHE", "off", 1);
    expect_opened("", 1, 3);
    find_pack(path);
    assert_string_equal(path, "");
    /* A place where nothing can be written is told, and no error. */
    setenv("CRADLE_CACHE", "/dev/null/none", 1);
    expect_opened("", 1, 3);
    assert_true(was_told("decoded pictures are not kept for the next time: /dev/null/none: cannot make the folder"));
}

static void a_damaged_cache_is_made_anew(void **state)
{
    (void)state;
    char path[512];
    put_classes();
    expect_opened("", 1, 3);
    find_pack(path);
    here.log[0] = 0;
    int file = open(path, O_WRONLY);
    assert_int_equal(pwrite(file, "\7", 1, CR_PACK_HEAD + 1), 1);
    close(file);
    expect_opened("", 1, 3);
    assert_non_null(strstr(here.log, "warning: "));
    assert_true(was_told("samples are not as they were written; remove it and make it anew (it is a cache: it is made "
                         "anew)"));
    expect_opened("", 1, 3);
    assert_string_equal(here.log, "");
}

static void damaged_pictures_are_told_again(void **state)
{
    (void)state;
    char name[512];
    struct cr_dataset *dataset;
    put_classes();
    file_write(path_in(here.folder, "in/cat/cut.png", name), "\x89PNG", 4);
    expect_opened("", 1, 3);
    assert_true(was_told("cut.png"));
    expect_opened("", 1, 3);
    assert_true(was_told("(skipped)"));
    assert_int_equal(open_source(&dataset, here.context, CR_PART_TRAIN, &err,
                                 "{folder: {path: %s/in, size: 1, channels: 1, damaged: 0}}", here.folder),
                     CR_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "1 of 4 pictures are damaged"));
}

static void the_oldest_goes_first(void **state)
{
    (void)state;
    char old[512], newer[512], cache[512];
    put_classes();
    make_folder(here.folder, "cache");
    file_write(path_in(here.folder, "cache/old.pack", old), "", 0);
    file_write(path_in(here.folder, "cache/newer.pack", newer), "", 0);
    assert_int_equal(truncate(old, 700 << 10) + truncate(newer, 700 << 10), 0);
    struct timespec long_ago = {.tv_sec = 1000}, then = {.tv_sec = 2000};
    assert_int_equal(utimensat(AT_FDCWD, old, (struct timespec[]){long_ago, long_ago}, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, newer, (struct timespec[]){then, then}, 0), 0);
    expect_opened(", cache: 1", 1, 3);
    assert_false(path_exists(old));
    assert_true(path_exists(newer));
    find_pack(cache);
    assert_true(cache[0] != 0);
}

int main(void)
{
#define PACK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_free)
    const struct CMUnitTest tests[] = {
        PACK_TEST(pictures_come_back),
        PACK_TEST(numbers_and_targets_come_back),
        PACK_TEST(each_damaged_byte_is_found),
        PACK_TEST(one_process_writes),
        PACK_TEST(pictures_are_decoded_once),
        PACK_TEST(small_folders_have_none),
        PACK_TEST(off_means_off),
        PACK_TEST(a_damaged_cache_is_made_anew),
        PACK_TEST(damaged_pictures_are_told_again),
        PACK_TEST(the_oldest_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
