/*
 * CIFAR-100, 32x32 RGB in 100 classes of 20 kinds, 50,000 to train and 10,000 to test (Krizhevsky 2009): its binary
 * files.
 */
#include "data/format.h"

#include <stdlib.h>

#include "base/file.h"

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    struct cr_cifar_values values = *(const struct cr_cifar_values *)call->values;
    struct cr_format_call inner = *call;
    char *folder = NULL;
    if (!values.path[0]) {
        CR_TRY(cr_data_find("cifar100", &folder, err));
        values.path = folder;
    }
    inner.values = &values;
    enum cr_status status = cr_format_cifar_bin.open(dataset, &inner, err);
    if (status == CR_OK && (*dataset)->classes == 10) {
        status = cr_fail(err, CR_ERROR_FORMAT, "%s: holds CIFAR-10, not CIFAR-100", values.path);
        cr_dataset_free(*dataset);
        *dataset = NULL;
    }
    if (status == CR_OK)
        (*dataset)->name = "cifar100";
    free(folder);
    return status;
}

static const struct cr_option options[] = {
    CR_STRING("path", struct cr_cifar_values, path, .text = "",
              .help = "folder of the binary files; default: cifar100 in CRADLE_DATA"),
    CR_CHOICE("labels", struct cr_cifar_values, labels, .def = CR_CIFAR_FINE, .names = cr_cifar_label_names,
              .help = "the 100 fine classes or the 20 coarse ones"),
    {0},
};

const struct cr_format cr_format_cifar100 = {
    .entry = {.name = "cifar100",
              .help = "photographs of a hundred kinds, 32x32, RGB: 50000 to train, 10000 to test (Krizhevsky 2009)",
              .options = options},
    .open = open,
};
