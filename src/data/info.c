/*
 * What a dataset holds: counts, balance, brightness, and samples that are there twice. Equal pictures are found by a
 * 64-bit hash of their bytes and then compared byte by byte.
 */
#include <cradle/data.h>

#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "data/moments.h"

enum { CHANNELS_MAX = 4 };

struct key {
    uint64_t hash;
    int64_t index;
};

static int by_hash(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* In what is to be learned of them. */
static bool differ(const struct cr_dataset *dataset, int64_t a, int64_t b)
{
    size_t row = (size_t)dataset->classes;
    if (dataset->labels)
        return dataset->labels[a] != dataset->labels[b];
    return memcmp(dataset->targets + (size_t)a * row, dataset->targets + (size_t)b * row, row * sizeof(float)) != 0;
}

static void note_duplicate(struct cr_data_info *info, const struct cr_dataset *dataset, int64_t earlier, int64_t later)
{
    info->duplicates++;
    info->conflicts += differ(dataset, earlier, later);
    if (info->first_duplicate[1] < 0 || later < info->first_duplicate[1]) {
        info->first_duplicate[0] = earlier;
        info->first_duplicate[1] = later;
    }
}

/*
 * keys[begin..end) share a hash. What differs from all earlier ones moves to the front, so that `distinct` different
 * pictures stand there: almost always one.
 */
static enum cr_status compare_group(struct cr_data_info *info, const struct cr_dataset *dataset, struct key *keys,
                                    int64_t begin, int64_t end, uint8_t *buffers[2], struct cr_error *err)
{
    int64_t distinct = 1;
    for (int64_t i = begin + 1; i < end; i++) {
        const uint8_t *later, *earlier;
        CR_TRY(cr_dataset_view(dataset, keys[i].index, buffers[0], &later, err));
        int64_t k = 0;
        for (; k < distinct; k++) {
            CR_TRY(cr_dataset_view(dataset, keys[begin + k].index, buffers[1], &earlier, err));
            if (memcmp(earlier, later, cr_sample_size(dataset)) == 0)
                break;
        }
        if (k < distinct)
            note_duplicate(info, dataset, keys[begin + k].index, keys[i].index);
        else
            keys[begin + distinct++] = keys[i];
    }
    return CR_OK;
}

static enum cr_status find_duplicates(struct cr_data_info *info, const struct cr_dataset *dataset, struct cr_error *err)
{
    size_t size = cr_sample_size(dataset);
    uint8_t *buffers[2] = {malloc(size), malloc(size)};
    struct key *keys = malloc((size_t)dataset->count * sizeof *keys);
    enum cr_status status = CR_OK;
    if (!buffers[0] || !buffers[1] || !keys)
        CR_GO(cr_fail_memory(err));
    for (int64_t i = 0; i < dataset->count; i++) {
        const uint8_t *pixels;
        CR_GO(cr_dataset_view(dataset, i, buffers[0], &pixels, err));
        keys[i] = (struct key){cr_sample_hash(pixels, size), i};
    }
    qsort(keys, (size_t)dataset->count, sizeof *keys, by_hash);
    for (int64_t begin = 0, end; begin < dataset->count; begin = end) {
        for (end = begin + 1; end < dataset->count && keys[end].hash == keys[begin].hash;)
            end++;
        CR_GO(compare_group(info, dataset, keys, begin, end, buffers, err));
    }
done:
    free(buffers[0]);
    free(buffers[1]);
    free(keys);
    return status;
}

static enum cr_status measure(struct cr_data_info *info, const struct cr_dataset *dataset, struct cr_error *err)
{
    uint64_t histogram[CHANNELS_MAX][256];
    if (dataset->numbers)
        return cr_dataset_moments(dataset, NULL, dataset->count, info->mean, info->deviation, err);
    CR_TRY(cr_dataset_histogram(dataset, NULL, dataset->count, histogram, err));
    info->minimum = 255;
    for (int64_t c = 0; c < dataset->channels; c++) {
        cr_histogram_moments(histogram[c], &info->mean[c], &info->deviation[c]);
        for (int value = 0; value < 256; value++)
            if (histogram[c][value]) {
                info->minimum = value < info->minimum ? (uint8_t)value : info->minimum;
                info->maximum = value > info->maximum ? (uint8_t)value : info->maximum;
            }
    }
    return CR_OK;
}

enum cr_status cr_data_info_new(struct cr_data_info **info, const struct cr_dataset *dataset, struct cr_error *err)
{
    *info = NULL;
    if (dataset->channels > CHANNELS_MAX)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s: %lld channels, more than %d", dataset->name,
                       (long long)dataset->channels, CHANNELS_MAX);
    enum cr_status status = CR_OK;
    struct cr_data_info *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->count = dataset->count;
    made->classes = dataset->classes;
    made->height = dataset->height;
    made->width = dataset->width;
    made->channels = dataset->channels;
    made->first_duplicate[0] = made->first_duplicate[1] = -1;
    made->per_class = calloc((size_t)dataset->classes, sizeof *made->per_class);
    if (!made->per_class)
        CR_GO(cr_fail_memory(err));
    for (int64_t i = 0; i < dataset->count && dataset->labels; i++)
        made->per_class[dataset->labels[i]]++;
    CR_GO(measure(made, dataset, err));
    CR_GO(find_duplicates(made, dataset, err));
    *info = made;
    made = NULL;
done:
    cr_data_info_free(made);
    return status;
}

void cr_data_info_free(struct cr_data_info *info)
{
    if (!info)
        return;
    free(info->per_class);
    free(info);
}
