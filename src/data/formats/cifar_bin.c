/*
 * CIFAR in its binary files (Krizhevsky 2009): records of labels, then 32x32 red, 32x32 green and 32x32 blue, row by
 * row.
 *
 *   CIFAR-10:  data_batch_1.bin to data_batch_5.bin and test_batch.bin; one label, 0..9; batches.meta.txt
 *   CIFAR-100: train.bin and test.bin; the coarse label, 0..19, then the fine one, 0..99; coarse_label_names.txt,
 *              fine_label_names.txt
 *
 * Which of the two a folder holds is told by the names of its files. The names of the classes come from the text file
 * where it is there. The folder may also be the one that holds cifar-10-batches-bin or cifar-100-binary.
 */
#include "data/dataset.h"
#include "data/format.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"

enum { SIDE = 32, CHANNELS = 3, PLANE = SIDE * SIDE, FILES_MAX = 5 };

static const char *const cifar10_names[10] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                              "dog",      "frog",       "horse", "ship", "truck"};

/* How the records of a set lie in its files. */
struct layout {
    int labels, label; /* bytes before the pixels, and which of them is learnt */
    int classes;
    int files; /* of the training part */
    const char *train, *test, *names;
    const char *const *known; /* names of the classes without the file; NULL: numbers */
};

static const struct layout cifar10 = {
    1, 0, 10, 5, "data_batch_1.bin", "test_batch.bin", "batches.meta.txt", cifar10_names};
static const struct layout cifar100[] = {
    [CR_CIFAR_FINE] = {2, 1, 100, 1, "train.bin", "test.bin", "fine_label_names.txt", NULL},
    [CR_CIFAR_COARSE] = {2, 0, 20, 1, "train.bin", "test.bin", "coarse_label_names.txt", NULL},
};

static int64_t record_size(const struct layout *layout)
{
    return layout->labels + CHANNELS * PLANE;
}

struct file {
    char *path, *data;
    int64_t records;
};

static enum cr_status read_file(struct file *file, const struct layout *layout, const char *folder, const char *name,
                                struct cr_error *err)
{
    const size_t record = (size_t)record_size(layout);
    const size_t limit = (size_t)1 << 30;
    size_t size;
    file->path = cr_path_join(folder, name);
    if (!file->path)
        return cr_fail_memory(err);
    CR_TRY(cr_file_read(file->path, limit, &file->data, &size, err));
    if (size == 0 || size % record != 0)
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s: has %zu bytes, expected a multiple of %zu (one picture with its label%s)", file->path, size,
                       record, layout->labels > 1 ? "s" : "");
    file->records = (int64_t)(size / record);
    return CR_OK;
}

/* One name a line; a file that is not there or has not a line for each class is no error. */
static enum cr_status read_names(struct cr_store *store, const struct layout *layout, const char *folder,
                                 struct cr_error *err)
{
    const size_t limit = 4096;
    const char **names = cr_arena_alloc(store->arena, (size_t)layout->classes * sizeof *names);
    char *path = cr_path_join(folder, layout->names), *text = NULL;
    size_t size;
    enum cr_status status = CR_OK;
    if (!path || !names)
        CR_GO(cr_fail_memory(err));
    if (cr_file_read(path, limit, &text, &size, NULL) != CR_OK)
        goto done;
    int count = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\r\n", &rest); line && count < layout->classes;
         line = strtok_r(NULL, "\r\n", &rest)) {
        names[count] = cr_arena_text(store->arena, line);
        if (!names[count++])
            CR_GO(cr_fail_memory(err));
    }
    if (count == layout->classes)
        store->dataset.class_names = names;
done:
    free(path);
    free(text);
    return status;
}

static enum cr_status take_records(struct cr_store *store, const struct layout *layout, int64_t at,
                                   const struct file *file, struct cr_error *err)
{
    for (int64_t i = 0; i < file->records; i++) {
        const uint8_t *record = (const uint8_t *)file->data + i * record_size(layout);
        const uint8_t *planes = record + layout->labels;
        int label = record[layout->label];
        uint8_t *pixels = store->pixels + (at + i) * CHANNELS * PLANE;
        if (label >= layout->classes)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: label %d of item %lld (from 0) is out of range 0..%d", file->path,
                           label, (long long)i, layout->classes - 1);
        store->labels[at + i] = label;
        for (int p = 0; p < PLANE; p++)
            for (int c = 0; c < CHANNELS; c++)
                pixels[p * CHANNELS + c] = planes[c * PLANE + p];
    }
    return CR_OK;
}

/* File `index` of a part; those of CIFAR-10's training part are numbered from 1. */
static void file_name(const struct layout *layout, bool test, int index, char *name, size_t size)
{
    if (!test && layout->files > 1)
        snprintf(name, size, "data_batch_%d.bin", index + 1);
    else
        snprintf(name, size, "%s", test ? layout->test : layout->train);
}

static enum cr_status open_folder(struct cr_dataset **dataset, const struct layout *layout, const char *folder,
                                  bool test, struct cr_error *err)
{
    struct file files[FILES_MAX] = {0};
    int count = test ? 1 : layout->files;
    struct cr_store *store = NULL;
    struct cr_extent extent = {.height = SIDE, .width = SIDE, .channels = CHANNELS, .classes = layout->classes};
    enum cr_status status = CR_OK;
    for (int i = 0; i < count; i++) {
        char name[32];
        file_name(layout, test, i, name, sizeof name);
        CR_GO(read_file(&files[i], layout, folder, name, err));
        extent.count += files[i].records;
    }
    CR_GO(cr_store_new(&store, &extent, true, layout->known, err, "cifar-bin %s", folder));
    CR_GO(read_names(store, layout, folder, err));
    for (int64_t i = 0, at = 0; i < count; at += files[i++].records)
        CR_GO(take_records(store, layout, at, &files[i], err));
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

/* Is one of the set's files there? */
static enum cr_status holds(bool *found, const char *folder, const struct layout *layout, struct cr_error *err)
{
    const char *const names[] = {layout->train, layout->test};
    *found = false;
    for (int i = 0; i < 2 && !*found; i++) {
        char *path = cr_path_join(folder, names[i]);
        if (!path)
            return cr_fail_memory(err);
        *found = cr_file_exists(path);
        free(path);
    }
    return CR_OK;
}

/* CIFAR-100 where the folder holds its files and none of CIFAR-10. */
static enum cr_status find_layout(const struct layout **layout, const char *folder, int labels, struct cr_error *err)
{
    bool ten, hundred;
    CR_TRY(holds(&ten, folder, &cifar10, err));
    CR_TRY(holds(&hundred, folder, &cifar100[labels], err));
    *layout = hundred && !ten ? &cifar100[labels] : &cifar10;
    if (*layout == &cifar10 && labels == CR_CIFAR_COARSE)
        return cr_fail(err, CR_ERROR_ARGUMENT,
                       ten ? "%s: coarse labels are CIFAR-100's, but CIFAR-10's files are there"
                           : "%s: coarse labels are CIFAR-100's, but neither train.bin nor test.bin is there",
                       folder);
    return CR_OK;
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    static const char *const folders[] = {"cifar-10-batches-bin", "cifar-100-binary"};
    const struct cr_cifar_values *values = call->values;
    const struct layout *layout;
    char *inside = NULL;
    enum cr_status status = CR_OK;
    if (!cr_folder_exists(values->path))
        return cr_fail(err, CR_ERROR_IO, "%s: no such folder, expected one with data_batch_1.bin and so on",
                       values->path);
    for (int i = 0; i < 2; i++) {
        inside = cr_path_join(values->path, folders[i]);
        if (!inside)
            return cr_fail_memory(err);
        if (cr_folder_exists(inside))
            break;
        free(inside);
        inside = NULL;
    }
    const char *folder = inside ? inside : values->path;
    CR_GO(find_layout(&layout, folder, values->labels, err));
    CR_GO(open_folder(dataset, layout, folder, call->part == CR_PART_TEST, err));
done:
    free(inside);
    return status;
}

const struct cr_name cr_cifar_label_names[] = {{"fine", CR_CIFAR_FINE}, {"coarse", CR_CIFAR_COARSE}, {0}};

static const struct cr_option options[] = {
    CR_STRING("path", struct cr_cifar_values, path, .help = "folder of the binary files"),
    CR_CHOICE("labels", struct cr_cifar_values, labels, .def = CR_CIFAR_FINE, .names = cr_cifar_label_names,
              .help = "of CIFAR-100: the 100 fine classes or the 20 coarse ones"),
    {0},
};

const struct cr_format cr_format_cifar_bin = {
    .entry = {.name = "cifar-bin",
              .help = "binary files of CIFAR-10 and CIFAR-100 (Krizhevsky 2009)",
              .options = options},
    .open = open,
};
