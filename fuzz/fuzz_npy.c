/*
 * Any bytes as an array of samples, with those before them as the array of classes: two bytes give the size of the
 * latter. Where they begin like an archive they are one. Reading refuses them, or every number is finite and every
 * label is a class.
 */
#include "data/format.h"

#include "dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char more[600], y[512] = "";
    if (size < 2)
        return 0;
    if (data[0] == 'P' && data[1] == 'K') {
        fuzz_open("npz", "path", "", data, size);
        return 0;
    }
    size_t split = (size_t)data[0] << 8 | data[1];
    split = split < size - 2 ? split : size - 2;
    if (fuzz_put(y, data + 2, split)) {
        snprintf(more, sizeof more, "y: %s", y);
        fuzz_open("npy", "x", more, data + 2 + split, size - 2 - split);
    }
    unlink(y);
    return 0;
}
