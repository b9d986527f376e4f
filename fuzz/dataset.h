/*
 * For harnesses of formats: bytes as a file, and a walk over every number of what was opened.
 */
#ifndef CR_FUZZ_DATASET_H
#define CR_FUZZ_DATASET_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "data/dataset.h"

/* A file with this content, its name in `path`. */
static inline bool fuzz_put(char path[512], const uint8_t *data, size_t size)
{
    const char *folder = getenv("TMPDIR");
    snprintf(path, 512, "%s/cradle-fuzz-XXXXXX", folder && folder[0] ? folder : "/tmp");
    int file = mkstemp(path);
    if (file < 0)
        return false;
    bool written = write(file, data, size) == (ssize_t)size;
    close(file);
    return written;
}

/* Keeps the compiler from leaving the reads out. */
static volatile unsigned fuzz_sum;

/* Every pixel can be read, every number is finite, every label is a class. */
static inline void fuzz_read_all(const struct cr_dataset *dataset)
{
    size_t bytes = (size_t)dataset->count * cr_sample_size(dataset);
    unsigned sum = 0;
    for (size_t i = 0; i < bytes; i++)
        sum += dataset->pixels[i];
    fuzz_sum = sum;
    for (size_t i = 0; dataset->numbers && i < bytes / sizeof(float); i++)
        if (!isfinite(((const float *)(const void *)dataset->pixels)[i]))
            abort();
    for (int64_t i = 0; dataset->labels && i < dataset->count; i++)
        if (dataset->labels[i] < 0 || dataset->labels[i] >= dataset->classes)
            abort();
    for (int64_t i = 0; dataset->targets && i < dataset->count * dataset->classes; i++)
        if (!isfinite(dataset->targets[i]))
            abort();
}

/* Opens {FORMAT: {OPTION: FILE, MORE}} with these bytes in FILE and reads all of it, unless it is refused. */
static inline void fuzz_open(const char *format, const char *option, const char *more, const uint8_t *data, size_t size)
{
    char path[512] = "", source[2048];
    struct cr_config *config = NULL;
    struct cr_dataset *dataset;
    if (fuzz_put(path, data, size)) {
        snprintf(source, sizeof source, "source: {%s: {%s: %s%s%s}}", format, option, path, more[0] ? ", " : "", more);
        if (cr_config_parse(&config, source, "fuzz.yaml", NULL) == CR_OK &&
            cr_dataset_open(&dataset, NULL, config, cr_node_get(cr_config_root(config), "source"), CR_PART_TRAIN, NULL,
                            NULL) == CR_OK) {
            fuzz_read_all(dataset);
            cr_dataset_free(dataset);
        }
    }
    cr_config_free(config);
    unlink(path);
}

#endif
