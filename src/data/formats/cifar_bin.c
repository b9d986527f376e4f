/*
 * CIFAR-10 in its binary files (Krizhevsky 2009): data_batch_1.bin to data_batch_5.bin and test_batch.bin, records of
 * 3073 bytes: the label 0..9, then 32x32 red, 32x32 green and 32x32 blue, row by row. Names of the classes come from
 * batches.meta.txt where it is there. The folder may also be the one that holds cifar-10-batches-bin.
 */
#include "data/dataset.h"
#include "data/format.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"

enum { SIDE = 32, CHANNELS = 3, PLANE = SIDE * SIDE, RECORD = 1 + CHANNELS * PLANE, CLASSES = 10, FILES_MAX = 5 };

static const char *const class_names[CLASSES] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                                 "dog",      "frog",       "horse", "ship", "truck"};

struct file {
    char *path, *data;
    int64_t records;
};

static enum cr_status read_file(struct file *file, const char *folder, const char *name, struct cr_error *err)
{
    const size_t limit = (size_t)1 << 30;
    size_t size;
    file->path = cr_path_join(folder, name);
    if (!file->path)
        return cr_fail_memory(err);
    CR_TRY(cr_file_read(file->path, limit, &file->data, &size, err));
    if (size == 0 || size % RECORD != 0)
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s: has %zu bytes, expected a multiple of %d (one picture with its label)", file->path, size,
                       RECORD);
    file->records = (int64_t)size / RECORD;
    return CR_OK;
}

/* One name a line; a file that is not there or has not ten lines is no error: the names are well known. */
static enum cr_status read_names(struct cr_store *store, const char *folder, struct cr_error *err)
{
    const size_t limit = 4096;
    const char **names = cr_arena_alloc(store->arena, CLASSES * sizeof *names);
    char *path = cr_path_join(folder, "batches.meta.txt"), *text = NULL;
    size_t size;
    enum cr_status status = CR_OK;
    if (!path || !names)
        CR_GO(cr_fail_memory(err));
    if (cr_file_read(path, limit, &text, &size, NULL) != CR_OK)
        goto done;
    int count = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\r\n", &rest); line && count < CLASSES; line = strtok_r(NULL, "\r\n", &rest)) {
        names[count] = cr_arena_text(store->arena, line);
        if (!names[count++])
            CR_GO(cr_fail_memory(err));
    }
    if (count == CLASSES)
        store->dataset.class_names = names;
done:
    free(path);
    free(text);
    return status;
}

static enum cr_status take_records(struct cr_store *store, int64_t at, const struct file *file, struct cr_error *err)
{
    for (int64_t i = 0; i < file->records; i++) {
        const uint8_t *record = (const uint8_t *)file->data + i * RECORD;
        uint8_t *pixels = store->pixels + (at + i) * CHANNELS * PLANE;
        if (record[0] >= CLASSES)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: label %d of item %lld (from 0) is out of range 0..%d", file->path,
                           record[0], (long long)i, CLASSES - 1);
        store->labels[at + i] = record[0];
        for (int p = 0; p < PLANE; p++)
            for (int c = 0; c < CHANNELS; c++)
                pixels[p * CHANNELS + c] = record[1 + c * PLANE + p];
    }
    return CR_OK;
}

static enum cr_status open_folder(struct cr_dataset **dataset, const char *folder, bool test, struct cr_error *err)
{
    struct file files[FILES_MAX] = {0};
    int count = test ? 1 : FILES_MAX;
    struct cr_store *store = NULL;
    struct cr_extent extent = {.height = SIDE, .width = SIDE, .channels = CHANNELS, .classes = CLASSES};
    enum cr_status status = CR_OK;
    for (int i = 0; i < count; i++) {
        char name[32] = "test_batch.bin";
        if (!test)
            snprintf(name, sizeof name, "data_batch_%d.bin", i + 1);
        CR_GO(read_file(&files[i], folder, name, err));
        extent.count += files[i].records;
    }
    CR_GO(cr_store_new(&store, &extent, true, class_names, err, "cifar-bin %s", folder));
    CR_GO(read_names(store, folder, err));
    for (int64_t i = 0, at = 0; i < count; at += files[i++].records)
        CR_GO(take_records(store, at, &files[i], err));
    *dataset = &store->dataset;
    store = NULL;
done:
    for (int i = 0; i < count; i++) {
        free(files[i].path);
        free(files[i].data);
    }
    cr_dataset_free(store ? &store->dataset : NULL);
    return status;
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct cr_cifar_values *values = call->values;
    if (!cr_folder_exists(values->path))
        return cr_fail(err, CR_ERROR_IO, "%s: no such folder, expected one with data_batch_1.bin and so on",
                       values->path);
    char *inside = cr_path_join(values->path, "cifar-10-batches-bin");
    if (!inside)
        return cr_fail_memory(err);
    enum cr_status status =
        open_folder(dataset, cr_folder_exists(inside) ? inside : values->path, call->part == CR_PART_TEST, err);
    free(inside);
    return status;
}

static const struct cr_option options[] = {
    CR_STRING("path", struct cr_cifar_values, path, .help = "folder of the binary files"),
    {0},
};

const struct cr_format cr_format_cifar_bin = {
    .entry = {.name = "cifar-bin", .help = "CIFAR-10's binary files (Krizhevsky 2009)", .options = options},
    .open = open,
};
