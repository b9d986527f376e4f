/*
 * Any bytes as a table: the first byte chooses the options, the rest is the file. Reading refuses it, or every number
 * is finite and every label is a class.
 */
#include "dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const options[] = {"", "missing: skip", "targets: 1", "type: bytes, missing: skip",
                                          "header: yes, separator: semicolon"};
    if (size > 0)
        fuzz_open("csv", "path", options[data[0] % 5], data + 1, size - 1);
    return 0;
}
