/*
 * Any bytes as an IDX pair: two bytes give the size of the labels' file, which follows; the rest is the pictures' file.
 * Reading refuses them, or every pixel can be read and every label is a class.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "data/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file with this content, its name in `path`. */
static bool put(char *path, size_t path_size, const uint8_t *data, size_t size)
{
    const char *folder = getenv("TMPDIR");
    snprintf(path, path_size, "%s/cradle-fuzz-XXXXXX", folder && folder[0] ? folder : "/tmp");
    int file = mkstemp(path);
    if (file < 0)
        return false;
    bool written = write(file, data, size) == (ssize_t)size;
    close(file);
    return written;
}

/* Keeps the compiler from leaving the reads out. */
static volatile unsigned read_sum;

static void read_all(const struct cr_dataset *dataset)
{
    size_t bytes = (size_t)(dataset->count * dataset->height * dataset->width * dataset->channels);
    unsigned sum = 0;
    for (size_t i = 0; i < bytes; i++)
        sum += dataset->pixels[i];
    read_sum = sum;
    for (int64_t i = 0; i < dataset->count; i++)
        if (dataset->labels[i] < 0 || dataset->labels[i] >= dataset->classes)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char images[512] = "", labels[512] = "";
    struct cr_dataset *dataset;
    if (size < 2)
        return 0;
    size_t split = (size_t)data[0] << 8 | data[1];
    split = split < size - 2 ? split : size - 2;
    if (put(labels, sizeof labels, data + 2, split) && put(images, sizeof images, data + 2 + split, size - 2 - split)) {
        struct cr_idx_values values = {images, labels, "", "", 0};
        struct cr_format_call call = {.values = &values, .part = CR_PART_TRAIN};
        if (cr_format_idx.open(&dataset, &call, NULL) == CR_OK) {
            read_all(dataset);
            cr_dataset_free(dataset);
        }
    }
    unlink(images);
    unlink(labels);
    return 0;
}
