/*
 * MNIST, handwritten digits of 28x28 pixels, 60,000 to train and 10,000 to test (LeCun et al. 1998): the IDX format
 * with the four files under their usual names, plain or .gz.
 */
#include "data/format.h"

#include <stdlib.h>
#include <stdio.h>

#include "base/file.h"

struct mnist {
    const char *path;
};

/* folder/name or folder/name.gz, whichever is there. */
static enum cr_status find(const char *folder, const char *name, char **path, struct cr_error *err)
{
    *path = cr_path_join(folder, name);
    if (!*path)
        return cr_fail_memory(err);
    if (cr_file_exists(*path))
        return CR_OK;
    char zipped[64];
    snprintf(zipped, sizeof zipped, "%s.gz", name);
    free(*path);
    *path = cr_path_join(folder, zipped);
    if (!*path)
        return cr_fail_memory(err);
    if (cr_file_exists(*path))
        return CR_OK;
    return cr_fail(err, CR_ERROR_IO, "%s: has neither %s nor %s.gz", folder, name, name);
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct mnist *values = call->values;
    bool test = call->part == CR_PART_TEST;
    char *folder = NULL, *images = NULL, *labels = NULL;
    enum cr_status status = CR_OK;
    if (!values->path[0])
        CR_GO(cr_data_find("mnist", &folder, err));
    CR_GO(find(folder ? folder : values->path, test ? "t10k-images-idx3-ubyte" : "train-images-idx3-ubyte", &images,
               err));
    CR_GO(find(folder ? folder : values->path, test ? "t10k-labels-idx1-ubyte" : "train-labels-idx1-ubyte", &labels,
               err));
    struct cr_idx_values idx = {images, labels, images, labels, .classes = 10};
    struct cr_format_call inner = *call;
    inner.values = &idx;
    CR_GO(cr_format_idx.open(dataset, &inner, err));
    (*dataset)->name = "mnist";
done:
    free(folder);
    free(images);
    free(labels);
    return status;
}

static const struct cr_option options[] = {
    CR_STRING("path", struct mnist, path, .text = "",
              .help = "folder of the four files; default: mnist in CRADLE_DATA"),
    {0},
};

const struct cr_format cr_format_mnist = {
    .entry = {.name = "mnist",
              .help = "handwritten digits, 28x28, grey: 60000 to train, 10000 to test (LeCun et al. 1998)",
              .options = options},
    .shape = {28, 28, 1, 10},
    .open = open,
};
