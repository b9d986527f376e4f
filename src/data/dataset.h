/*
 * Inside of a dataset: the base that every format fills. It owns the labels, the names and, where all samples lie in
 * memory, the block of pixels.
 */
#ifndef CR_DATA_DATASET_H
#define CR_DATA_DATASET_H

#include <cradle/data.h>

#include "base/arena.h"

struct cr_store {
    struct cr_dataset dataset; /* first: a cr_dataset of ours is a cr_store */
    struct cr_arena *arena;    /* names, and what a format adds; ends with the dataset */
    uint8_t *pixels;           /* owned; NULL: not in memory, or the caller's */
    int32_t *labels;           /* owned; NULL: the caller's, or targets instead */
    float *targets;            /* owned; NULL: the caller's, or labels instead */
    const void *own;           /* what a format adds, in the arena */
};

/*
 * The shape of what a store will hold. A format of tables sets `numbers` where a sample is of floats, and `targets`
 * where there are rows of `classes` numbers to learn instead of labels.
 */
struct cr_extent {
    int64_t count, height, width, channels, classes;
    bool numbers, targets;
};

/*
 * Height, width and channels of samples that lie in rows of `numbers`, by the option `shape` ([height, width] or
 * [height, width, channels]; empty: a row as it is). `path` begins the message where they do not fit.
 */
enum cr_status cr_extent_shape(struct cr_extent *extent, const struct cr_list *shape, int64_t numbers, const char *path,
                               struct cr_error *err);

/*
 * A store with room for labels (or targets) and, where `in_memory`, for pixels (neither is cleared), both for the
 * format to fill. `class_names` is copied; NULL: "0", "1", ... `name` is a printf format.
 */
enum cr_status cr_store_new(struct cr_store **store, const struct cr_extent *extent, bool in_memory,
                            const char *const *class_names, struct cr_error *err, const char *name, ...)
    CR_PRINTF(6, 7);

/* Bytes: height * width * channels, times those of a number. */
static inline size_t cr_sample_size(const struct cr_dataset *dataset)
{
    size_t number = dataset->numbers ? sizeof(float) : 1;
    return (size_t)(dataset->height * dataset->width * dataset->channels) * number;
}

/* 64 bits that differ where the bytes of two samples do, but for chance. */
uint64_t cr_sample_hash(const uint8_t *pixels, size_t size);

#endif
