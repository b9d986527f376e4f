/*
 * Any bytes as a safetensors file: reading refuses them, or all that it hands out can be read.
 *
 *     clang -g -fsanitize=fuzzer,address -Iinclude -Isrc fuzz/fuzz_safetensors.c libcradle.a ...
 */
#include <stdlib.h>
#include <string.h>

#include "graph/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Keeps the compiler from leaving the reads out. */
static volatile unsigned read_sum;

/* Keeps the reading from being left out. */
static volatile unsigned sink;

static unsigned sum_of(const struct cr_tensor *tensor)
{
    const unsigned char *bytes = tensor->data;
    unsigned sum = 0;
    for (size_t i = 0; i < cr_tensor_size(tensor); i++)
        sum += bytes[i];
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cr_safetensors *file;
    char *content = malloc(size + 1);
    if (!content)
        return 0;
    memcpy(content, data, size);
    content[size] = 0;
    if (cr_safetensors_parse(&file, "fuzz", content, size, NULL) != CR_OK)
        return 0;
    unsigned sum = 0;
    for (int64_t i = 0; i < cr_safetensors_count(file); i++) {
        const struct cr_named_tensor *named = cr_safetensors_at(file, i);
        if (cr_safetensors_find(file, named->name) != &named->tensor || (uintptr_t)named->tensor.data % 8 != 0)
            abort();
        sink = sum_of(&named->tensor);
    }
    for (int64_t i = 0; i < cr_safetensors_pairs(file); i++) {
        const struct cr_pair *pair = cr_safetensors_pair(file, i);
        if (cr_safetensors_get(file, pair->key) != pair->value)
            abort();
    }
    read_sum = sum;
    cr_safetensors_free(file);
    return 0;
}
