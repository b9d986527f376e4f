/*
 * Class folders: layouts, what counts as a picture, damaged files, pictures that do not fit in memory, and what is said
 * when something is wrong.
 */
#include "pictures.h"

static struct cr_error err;

/* A picture of one grey: its value tells it from others. */
static void put_png(const char *name, int value)
{
    uint8_t grey = (uint8_t)value;
    write_bytes(here.folder, name, png_make(&grey, 1, 1, 1, (struct png_kind){.colour = 0, .depth = 8}));
}

static void put_classes(void)
{
    make_folder(here.folder, "cat");
    make_folder(here.folder, "dog");
    put_png("cat/b.png", 2);
    put_png("cat/a.png", 1);
    put_png("dog/c.png", 3);
}

static enum cr_status open_folder(struct cr_dataset **dataset, enum cr_part part, const char *below, const char *more)
{
    return open_source(dataset, here.context, part, &err, "{folder: {path: %s%s, size: 1, channels: 1%s}}", here.folder,
                       below, more);
}

#define expect_folder_failure(more, status, ...)                                                                     \
    do {                                                                                                             \
        struct cr_dataset *dataset_ = NULL;                                                                          \
        expect_failure(open_folder(&dataset_, CR_PART_TRAIN, "", more), status, "a.yaml:1:9: source: " __VA_ARGS__); \
        assert_null(dataset_);                                                                                       \
    } while (0)

static void expect_samples(const struct cr_dataset *dataset, int64_t count, const uint8_t *values,
                           const int32_t *labels)
{
    assert_int_equal(dataset->count, count);
    for (int64_t i = 0; i < count; i++) {
        uint8_t value;
        expect_ok(dataset->get(dataset, i, &value, &err));
        assert_int_equal(value, values[i]);
        assert_int_equal(dataset->labels[i], labels[i]);
    }
}

/* --------------------------------------------------------------------------------------------------------- layouts */

static void classes_are_folders(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char text[64], expected[600];
    put_classes();
    expect_ok(open_folder(&dataset, CR_PART_TRAIN, "", ""));
    expect_samples(dataset, 3, (uint8_t[]){1, 2, 3}, (int32_t[]){0, 0, 1});
    assert_int_equal(dataset->classes, 2);
    assert_string_equal(dataset->class_names[0], "cat");
    assert_string_equal(dataset->class_names[1], "dog");
    snprintf(expected, sizeof expected, "folder %s", here.folder);
    assert_string_equal(dataset->name, expected);
    dataset->describe(dataset, 2, text, sizeof text);
    assert_string_equal(text, "dog/c.png");
    assert_non_null(dataset->pixels);
    cr_dataset_free(dataset);
    assert_string_equal(here.log, "");
    expect_failure(open_folder(&dataset, CR_PART_TEST, "", ""), CR_ERROR_UNSUPPORTED,
                   "%s has no test part: put it under train/ and test/, or set `test` to its folder", here.folder);
    expect_ok(open_folder(&dataset, CR_PART_TRAIN, "/", ""));
    dataset->describe(dataset, 2, text, sizeof text);
    assert_string_equal(text, "dog/c.png");
    cr_dataset_free(dataset);
}

static void defaults_are_rgb_of_64(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    put_classes();
    setenv("HOME", here.folder, 1);
    expect_ok(open_source(&dataset, here.context, CR_PART_TRAIN, &err, "{folder: ~/}"));
    assert_int_equal(dataset->height, 64);
    assert_int_equal(dataset->width, 64);
    assert_int_equal(dataset->channels, 3);
    cr_dataset_free(dataset);
}

static void train_and_test_are_recognised(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    const char *const folders[] = {"train",    "train/cat", "train/dog", "train/emu", "test",
                                   "test/dog", "test/emu",  "x",         "x/dog"};
    for (int i = 0; i < 9; i++)
        make_folder(here.folder, folders[i]);
    put_png("train/cat/1.png", 1);
    put_png("train/dog/1.png", 2);
    put_png("train/emu/1.png", 3);
    put_png("test/dog/1.png", 4);
    put_png("x/dog/1.png", 5);
    expect_ok(open_folder(&dataset, CR_PART_TRAIN, "", ""));
    expect_samples(dataset, 3, (uint8_t[]){1, 2, 3}, (int32_t[]){0, 1, 2});
    cr_dataset_free(dataset);
    char expected[2048], more[600];
    snprintf(expected, sizeof expected, "warning: %s: x/ is not read, only train/ and test/ are\n", here.folder);
    assert_string_equal(here.log, expected);
    here.log[0] = 0;
    /* the labels are those of the training part */
    expect_ok(open_folder(&dataset, CR_PART_TEST, "", ""));
    expect_samples(dataset, 1, (uint8_t[]){4}, (int32_t[]){1});
    assert_int_equal(dataset->classes, 3);
    cr_dataset_free(dataset);
    snprintf(expected, sizeof expected,
             "warning: %s/test/cat: the test part has no picture of this class\n"
             "warning: %s/test/emu: the test part has no picture of this class\n",
             here.folder, here.folder);
    assert_string_equal(here.log, expected);
    snprintf(more, sizeof more, ", test: %s/x", here.folder);
    expect_ok(open_folder(&dataset, CR_PART_TEST, "/train", more));
    expect_samples(dataset, 1, (uint8_t[]){5}, (int32_t[]){1});
    cr_dataset_free(dataset);
    make_folder(here.folder, "test/dgo");
    expect_failure(open_folder(&dataset, CR_PART_TEST, "", ""), CR_ERROR_FORMAT,
                   "a.yaml:1:9: source: %s/test/dgo: is no class of the training part in %s/train", here.folder,
                   here.folder);
}

/* Content decides, names help; folders inside a class belong to it; links are followed. */
static void what_is_a_picture(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char path[512], target[512], text[64];
    uint8_t grey = 9;
    put_classes();
    put_text("cat/Thumbs.db", "anything");
    put_text("cat/.hidden.jpg", "anything");
    make_folder(here.folder, ".git");
    put_png("dog/no-name", 4);       /* told by content */
    put_png("dog/misnamed.jpeg", 5); /* a PNG */
    put_png("dog/report.txt", 6);    /* a PNG as well */
    write_bytes(here.folder, "dog/jpeg.png", jpeg_make(&grey, 1, 1, 1, (struct jpeg_kind){0}));
    make_folder(here.folder, "dog/more");
    make_folder(here.folder, "dog/more/deep");
    put_png("dog/more/deep/z.PNG", 7);
    put_text("dog/animated.gif", "GIF89a");
    assert_int_equal(
        symlink(path_in(here.folder, "cat/a.png", target), path_in(here.folder, "dog/more/link.png", path)), 0);
    expect_ok(open_folder(&dataset, CR_PART_TRAIN, "", ""));
    expect_samples(dataset, 9, (uint8_t[]){1, 2, 3, 9, 5, 4, 6, 1, 7}, (int32_t[]){0, 0, 1, 1, 1, 1, 1, 1, 1});
    dataset->describe(dataset, 8, text, sizeof text);
    assert_string_equal(text, "dog/more/deep/z.PNG");
    cr_dataset_free(dataset);
    char expected[1024];
    snprintf(expected, sizeof expected,
             "warning: %s: passed over pictures that are neither JPEG nor PNG, such as %s/dog/animated.gif: 1\n",
             here.folder, here.folder);
    assert_string_equal(here.log, expected);
}

/* --------------------------------------------------------------------------------------------------- wrong layouts */

static void wrong_places(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    put_text("file", "x");
    expect_failure(open_folder(&dataset, CR_PART_TRAIN, "/none", ""), CR_ERROR_IO,
                   "a.yaml:1:9: source: %s/none: cannot open: No such file or directory; expected a folder with one "
                   "folder a class",
                   here.folder);
    expect_failure(open_folder(&dataset, CR_PART_TRAIN, "/file", ""), CR_ERROR_IO,
                   "a.yaml:1:9: source: %s/file: is a file, expected a folder with one folder a class", here.folder);
    if (geteuid() == 0) {
        print_message("run as root, who may read everything: unreadable folders are not tested\n");
        return;
    }
    make_folder(here.folder, "locked");
    char path[512];
    chmod(path_in(here.folder, "locked", path), 0);
    expect_failure(open_folder(&dataset, CR_PART_TRAIN, "/locked", ""), CR_ERROR_IO,
                   "a.yaml:1:9: source: %s/locked: cannot open: Permission denied", here.folder);
    chmod(path, 0700);
}

static void no_or_one_class(void **state)
{
    (void)state;
    expect_folder_failure("", CR_ERROR_FORMAT,
                          "%s: holds 0 files and no class folder, expected one folder a class, such as cat/1.jpg and "
                          "dog/2.jpg",
                          here.folder);
    put_png("1.png", 1);
    put_png("2.png", 1);
    expect_folder_failure("", CR_ERROR_FORMAT,
                          "%s: holds 2 files and no class folder, expected one folder a class, such as cat/1.jpg and "
                          "dog/2.jpg",
                          here.folder);
    make_folder(here.folder, "cat");
    put_png("cat/1.png", 1);
    expect_folder_failure("", CR_ERROR_FORMAT, "%s: holds one class folder only (cat), expected two or more",
                          here.folder);
}

static void no_picture(void **state)
{
    (void)state;
    make_folder(here.folder, "cat");
    make_folder(here.folder, "dog");
    put_text("cat/notes.txt", "x");
    expect_folder_failure("", CR_ERROR_FORMAT, "%s: no JPEG or PNG in its 2 class folders (other files: 1)",
                          here.folder);
    put_text("dog/1.webp", "x");
    expect_folder_failure("", CR_ERROR_FORMAT,
                          "%s: no JPEG or PNG in its 2 class folders (pictures that are neither JPEG nor PNG, such as "
                          "%s/dog/1.webp: 1)",
                          here.folder, here.folder);
    put_png("dog/1.png", 1);
    expect_folder_failure("", CR_ERROR_FORMAT,
                          "%s/cat: no JPEG or PNG in this class folder: add pictures or remove the folder",
                          here.folder);
}

static void links_in_a_circle(void **state)
{
    (void)state;
    char path[512];
    put_classes();
    assert_int_equal(symlink("..", path_in(here.folder, "cat/up", path)), 0);
    err = (struct cr_error){0};
    struct cr_dataset *dataset;
    assert_int_equal(open_folder(&dataset, CR_PART_TRAIN, "", ""), CR_ERROR_IO);
    assert_non_null(strstr(err.message, ": more than 32 folders deep: does a link point back?"));
}

/* --------------------------------------------------------------------------------------------------------- damaged */

static void damaged_are_skipped_up_to_a_limit(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char path[512], expected[4096];
    put_classes();
    put_text("cat/empty.jpg", "");
    put_text("dog/text.png", "not a picture");
    assert_int_equal(symlink("/nowhere", path_in(here.folder, "dog/to-nowhere.jpg", path)), 0);
    expect_ok(open_folder(&dataset, CR_PART_TRAIN, "", ", damaged: 3"));
    expect_samples(dataset, 3, (uint8_t[]){1, 2, 3}, (int32_t[]){0, 0, 1});
    cr_dataset_free(dataset);
    snprintf(expected, sizeof expected,
             "warning: %s/cat/empty.jpg: the file is empty (skipped)\n"
             "warning: %s/dog/text.png: is neither a JPEG nor a PNG (skipped)\n"
             "warning: %s/dog/to-nowhere.jpg: cannot open: No such file or directory (skipped)\n",
             here.folder, here.folder, here.folder);
    assert_string_equal(here.log, expected);
    expect_folder_failure(", damaged: 2", CR_ERROR_FORMAT,
                          "%s: 3 of 6 pictures are damaged, more than the 2 that `damaged` lets pass (repair or remove "
                          "them, or raise it): %s/cat/empty.jpg: the file is empty; %s/dog/text.png: is neither a JPEG "
                          "nor a PNG; %s/dog/to-nowhere.jpg: cannot open: No such file or directory",
                          here.folder, here.folder, here.folder, here.folder);
    for (int i = 0; i < 8; i++) {
        char name[32];
        snprintf(name, sizeof name, "cat/z%d.png", i);
        put_text(name, "x");
    }
    expect_folder_failure("", CR_ERROR_FORMAT,
                          "%s: 11 of 14 pictures are damaged, more than the 10 that `damaged` lets pass (repair or "
                          "remove them, or raise it): %s/cat/empty.jpg: the file is empty; %s/cat/z0.png: is neither a "
                          "JPEG nor a PNG; %s/cat/z1.png: is neither a JPEG nor a PNG; ...",
                          here.folder, here.folder, here.folder, here.folder);
}

static void a_bomb_counts_as_damaged(void **state)
{
    (void)state;
    struct bytes jpeg = jpeg_make((uint8_t[64]){0}, 8, 8, 1, (struct jpeg_kind){0});
    uint8_t *frame = memmem(jpeg.data, jpeg.size, "\xff\xc0", 2);
    assert_non_null(frame);
    memcpy(frame + 5, "\xf0\x00\xf0\x00", 4);
    put_classes();
    write_bytes(here.folder, "cat/bomb.jpg", jpeg);
    expect_folder_failure(
        ", damaged: 0", CR_ERROR_FORMAT,
        "%s: 1 of 4 pictures are damaged, more than the 0 that `damaged` lets pass (repair or remove "
        "them, or raise it): %s/cat/bomb.jpg: announces 61440x61440 pixels, more than the 180 million "
        "that are allowed",
        here.folder, here.folder);
}

static void a_class_of_damaged_pictures(void **state)
{
    (void)state;
    put_classes();
    put_text("dog/c.png", "x");
    expect_folder_failure("", CR_ERROR_FORMAT, "%s/dog: every picture of this class is damaged", here.folder);
    put_text("cat/a.png", "x");
    put_text("cat/b.png", "x");
    expect_folder_failure("", CR_ERROR_FORMAT, "%s: every picture is damaged", here.folder);
}

/* ---------------------------------------------------------------------------------------------------------- memory */

static void pictures_that_do_not_fit_in_memory(void **state)
{
    (void)state;
    struct cr_dataset *dataset;
    char expected[1024];
    put_classes();
    put_text("cat/broken.png", "x");
    expect_ok(open_folder(&dataset, CR_PART_TRAIN, "", ", memory: 0"));
    assert_null(dataset->pixels);
    expect_samples(dataset, 3, (uint8_t[]){1, 2, 3}, (int32_t[]){0, 0, 1});
    snprintf(expected, sizeof expected,
             "%s: 4 pictures need 0 MiB, more than memory: 0; each is decoded whenever it is needed\n"
             "warning: %s/cat/broken.png: is neither a JPEG nor a PNG (skipped)\n",
             here.folder, here.folder);
    assert_string_equal(here.log, expected);
    /* a file that is damaged later */
    put_text("cat/b.png", "x");
    uint8_t value;
    expect_failure(dataset->get(dataset, 1, &value, &err), CR_ERROR_FORMAT, "%s/cat/b.png: is neither a JPEG nor a PNG",
                   here.folder);
    cr_dataset_free(dataset);
}

/* -------------------------------------------------------------------------------------------------------- progress */

struct progress {
    int calls;
    int64_t last;
    bool stop;
};

static bool count_progress(void *user, const char *what, int64_t done, int64_t total)
{
    struct progress *progress = user;
    assert_string_equal(what, "decoding pictures");
    assert_int_equal(total, 3);
    assert_true(done >= progress->last);
    progress->last = done;
    progress->calls++;
    return !progress->stop;
}

static void progress_is_told_and_may_stop(void **state)
{
    (void)state;
    char yaml[700];
    struct cr_config *config;
    struct cr_dataset *dataset;
    put_classes();
    snprintf(yaml, sizeof yaml, "source: {folder: %s}", here.folder);
    expect_ok(cr_config_parse(&config, yaml, "a.yaml", &err));
    const struct cr_node *source = cr_node_get(cr_config_root(config), "source");
    for (int workers = 0; workers < 4; workers++) {
        struct progress progress = {0};
        struct cr_data_options options = {workers, count_progress, &progress};
        expect_ok(cr_dataset_open(&dataset, here.context, config, source, CR_PART_TRAIN, &options, &err));
        assert_int_equal(progress.last, 3);
        cr_dataset_free(dataset);
    }
    struct progress progress = {.stop = true};
    struct cr_data_options options = {0, count_progress, &progress};
    expect_error(cr_dataset_open(&dataset, here.context, config, source, CR_PART_TRAIN, &options, &err),
                 CR_ERROR_STOPPED, "stopped while decoding pictures");
    assert_int_equal(progress.calls, 1);
    cr_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(classes_are_folders),
        fixture_test(defaults_are_rgb_of_64),
        fixture_test(train_and_test_are_recognised),
        fixture_test(what_is_a_picture),
        fixture_test(wrong_places),
        fixture_test(no_or_one_class),
        fixture_test(no_picture),
        fixture_test(links_in_a_circle),
        fixture_test(damaged_are_skipped_up_to_a_limit),
        fixture_test(a_bomb_counts_as_damaged),
        fixture_test(a_class_of_damaged_pictures),
        fixture_test(pictures_that_do_not_fit_in_memory),
        fixture_test(progress_is_told_and_may_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
