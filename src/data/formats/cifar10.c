/*
 * CIFAR-10, 32x32 RGB in ten classes, 50,000 to train and 10,000 to test (Krizhevsky 2009): the binary files or JPEG
 * class folders under train/ and test/, whichever the folder holds. Here a damaged picture is an error: the set is
 * fixed.
 */
#include "data/format.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

static bool holds(const char *folder, const char *name, bool (*exists)(const char *path))
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    return length < (int)sizeof path && exists(path);
}

static enum cr_status open_folder(struct cr_dataset **dataset, const struct cr_format_call *call, const char *path,
                                  struct cr_error *err)
{
    struct cr_format_call inner = *call;
    if (holds(path, "data_batch_1.bin", cr_file_exists) || holds(path, "test_batch.bin", cr_file_exists) ||
        holds(path, "cifar-10-batches-bin", cr_folder_exists)) {
        struct cr_cifar_values values = {.path = path};
        inner.values = &values;
        return cr_format_cifar_bin.open(dataset, &inner, err);
    }
    if (holds(path, "train", cr_folder_exists)) {
        struct cr_folder_values values = {
            .path = path, .test = "", .size = 32, .channels = 3, .memory = 4096, .cache = CR_CACHE_MIB};
        inner.values = &values;
        return cr_format_folder.open(dataset, &inner, err);
    }
    return cr_fail(err, CR_ERROR_IO, "%s: holds neither data_batch_1.bin nor train/: `make data` unpacks CIFAR-10",
                   path);
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct cr_cifar_values *values = call->values;
    char *folder = NULL;
    if (!values->path[0]) {
        struct cr_error reason;
        enum cr_status status = cr_data_find("cifar10", &folder, &reason);
        if (status != CR_OK)
            return status == CR_ERROR_IO ? cr_fail(err, status, "%s; `make data` unpacks CIFAR-10", reason.message)
                                         : cr_fail(err, status, "%s", reason.message);
    }
    enum cr_status status = open_folder(dataset, call, folder ? folder : values->path, err);
    free(folder);
    if (status == CR_OK)
        (*dataset)->name = "cifar10";
    return status;
}

static const struct cr_option options[] = {
    CR_STRING("path", struct cr_cifar_values, path, .text = "",
              .help = "folder of the binary files or of train/ and test/; default: cifar10 in CRADLE_DATA"),
    {0},
};

const struct cr_format cr_format_cifar10 = {
    .entry = {.name = "cifar10",
              .help = "photographs of ten kinds, 32x32, RGB: 50000 to train, 10000 to test (Krizhevsky 2009)",
              .options = options},
    .shape = {32, 32, 3, 10},
    .open = open,
};
