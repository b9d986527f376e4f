/*
 * Runs a harness over its corpus (CRADLE_SOURCE/fuzz/corpus/NAME) and over changed copies of each file, always the same
 * ones. A program that includes a harness and this file needs no fuzzer; with arguments it runs those files alone.
 */
#ifndef CR_FUZZ_REPLAY_H
#define CR_FUZZ_REPLAY_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_CHANGES = 300, FUZZ_LARGEST = 1 << 16 };

/* One small change: bits, bytes that are borders of something, a piece cut out, a piece doubled, the end cut off. */
static inline size_t fuzz_change(struct cr_random *random, uint8_t *data, size_t size)
{
    static const uint8_t borders[] = {0, 1, 0x7f, 0x80, 0xff, '\n', ' ', '-', '{', '9'};
    if (size == 0)
        return 0;
    size_t at = cr_random_below(random, size), length = 1 + cr_random_below(random, size - at);
    switch (cr_random_below(random, 5)) {
    case 0:
        data[at] ^= (uint8_t)(1 << cr_random_below(random, 8));
        return size;
    case 1:
        data[at] = borders[cr_random_below(random, sizeof borders)];
        return size;
    case 2:
        memmove(data + at, data + at + length, size - at - length);
        return size - length;
    case 3:
        if (size + length > FUZZ_LARGEST)
            return size;
        memmove(data + at + length, data + at, size - at);
        return size + length;
    default:
        return at;
    }
}

/* Runs a file as it is and `changes` times changed. False: it cannot be read. */
static inline bool fuzz_file(const char *path, int changes)
{
    static uint8_t original[FUZZ_LARGEST], changed[FUZZ_LARGEST];
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t size = fread(original, 1, sizeof original, file);
    fclose(file);
    puts(path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(original, size);
    for (int i = 0; i < changes; i++) {
        struct cr_random random = cr_random_at(1, CR_RANDOM_TEST, size, (uint64_t)i);
        size_t left = size;
        memcpy(changed, original, size);
        for (uint64_t n = 1 + cr_random_below(&random, 4); n > 0; n--)
            left = fuzz_change(&random, changed, left);
        LLVMFuzzerTestOneInput(changed, left);
    }
    return true;
}

static inline int fuzz_replay(const char *corpus, int argc, char **argv)
{
    const char *source = getenv("CRADLE_SOURCE");
    char path[1024];
    int files = 0;
    for (int i = 1; i < argc; i++)
        if (!fuzz_file(argv[i], 0))
            return fprintf(stderr, "%s: cannot be read\n", argv[i]), 1;
    if (argc > 1)
        return 0;
    snprintf(path, sizeof path, "%s/fuzz/corpus/%s", source ? source : ".", corpus);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/fuzz/corpus/%s/%s", source ? source : ".", corpus, entry->d_name);
        if (!fuzz_file(path, FUZZ_CHANGES))
            return fprintf(stderr, "%s: cannot be read\n", path), 1;
        files++;
    }
    if (folder)
        closedir(folder);
    printf("%d files, each with %d changes\n", files, FUZZ_CHANGES);
    /* A corpus that is not found would pass for a good one. */
    return files == 0;
}

#endif
