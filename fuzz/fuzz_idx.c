/*
 * Any bytes as an IDX pair: two bytes give the size of the labels' file, which follows; the rest is the pictures' file.
 * Reading refuses them, or every pixel can be read and every label is a class.
 */
#include "data/format.h"

#include "dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char images[512] = "", labels[512] = "";
    struct cr_dataset *dataset;
    if (size < 2)
        return 0;
    size_t split = (size_t)data[0] << 8 | data[1];
    split = split < size - 2 ? split : size - 2;
    if (fuzz_put(labels, data + 2, split) && fuzz_put(images, data + 2 + split, size - 2 - split)) {
        struct cr_idx_values values = {images, labels, "", "", 0};
        struct cr_format_call call = {.values = &values, .part = CR_PART_TRAIN};
        if (cr_format_idx.open(&dataset, &call, NULL) == CR_OK) {
            fuzz_read_all(dataset);
            cr_dataset_free(dataset);
        }
    }
    unlink(images);
    unlink(labels);
    return 0;
}
