/*
 * Memory that runs out while data are opened: each allocation fails once; every time "out of memory" is said or the
 * work succeeds all the same, and no block is left behind.
 */
#include "alloc.h"

#include "pictures.h"

struct source {
    char yaml[1024];
    enum cr_part part;
};

static enum cr_status open_and_get(void *user, struct cr_error *err)
{
    const struct source *source = user;
    struct cr_config *config = NULL;
    struct cr_dataset *dataset = NULL;
    struct cr_data_options options = {0};
    uint8_t pixels[64 * 64 * 3];
    enum cr_status status = CR_OK;
    CR_GO(cr_config_parse(&config, source->yaml, "a.yaml", err));
    CR_GO(cr_dataset_open(&dataset, here.context, config, cr_node_get(cr_config_root(config), "source"), source->part,
                          &options, err));
    CR_GO(dataset->get(dataset, dataset->count - 1, pixels, err));
    /* made, but nowhere to be written */
    if (cr_data_sheet(dataset, 2, "/dev/null/none", err) == CR_ERROR_MEMORY)
        status = CR_ERROR_MEMORY;
done:
    cr_dataset_free(dataset);
    cr_config_free(config);
    return status;
}

static void fail_each(enum cr_part part, long at_least, const char *format, ...)
{
    struct source source = {.part = part};
    alloc_need();
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(source.yaml, sizeof source.yaml, format, arguments);
    va_end(arguments);
    assert_in_range(alloc_each(open_and_get, &source), at_least, 2000);
}

static void digits(void **state)
{
    (void)state;
    fail_each(CR_PART_TEST, 10, "source: digits");
}

static void idx(void **state)
{
    (void)state;
    static const uint8_t images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 9};
    static const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 1, 0};
    char path[512];
    file_write(path_in(here.folder, "a", path), images, sizeof images);
    file_write(path_in(here.folder, "b", path), labels, sizeof labels);
    fail_each(CR_PART_TRAIN, 15, "source: {idx: {images: %s/a, labels: %s/b}}", here.folder, here.folder);
}

static void class_folders(void **state)
{
    (void)state;
    static const char *const names[] = {"train", "train/cat", "train/dog", "test", "test/cat", "test/dog"};
    uint8_t pixels[64 * 64 * 3] = {0};
    char path[512];
    for (int i = 0; i < 6; i++)
        make_folder(here.folder, names[i]);
    write_bytes(here.folder, "train/cat/1.png", png_plain(3, 5, pixels));
    write_bytes(here.folder, "train/dog/1.jpg", jpeg_make(pixels, 64, 64, 3, (struct jpeg_kind){.progressive = true}));
    file_write(path_in(here.folder, "train/dog/2.jpg", path), "damaged", 7);
    write_bytes(here.folder, "test/dog/1.png", png_plain(3, 5, pixels));
    fail_each(CR_PART_TRAIN, 50, "source: {folder: {path: %s, size: 8}}", here.folder);
    fail_each(CR_PART_TRAIN, 50, "source: {folder: {path: %s, size: 8, memory: 0}}", here.folder);
    fail_each(CR_PART_TEST, 30, "source: {folder: {path: %s, size: 8}}", here.folder);
    fail_each(CR_PART_TEST, 30, "source: {cifar10: %s}", here.folder);
}

static void cifar_bin(void **state)
{
    (void)state;
    uint8_t record[3073] = {0};
    char path[512];
    file_write(path_in(here.folder, "test_batch.bin", path), record, sizeof record);
    file_write(path_in(here.folder, "batches.meta.txt", path), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", 20);
    fail_each(CR_PART_TEST, 15, "source: {cifar10: %s}", here.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(digits),
        fixture_test(idx),
        fixture_test(class_folders),
        fixture_test(cifar_bin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
