/*
 * What a dataset holds: counts, balance, how its numbers spread, and samples that are there twice. Equal pictures are
 * found by a 64-bit hash of their bytes and then compared byte by byte.
 */
#include <cradle/data.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "data/moments.h"

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

static enum cr_status measure_bytes(struct cr_data_info *info, const struct cr_dataset *dataset, struct cr_error *err)
{
    uint64_t(*histogram)[256] = malloc((size_t)dataset->channels * sizeof *histogram);
    if (!histogram)
        return cr_fail_memory(err);
    enum cr_status status = cr_dataset_histogram(dataset, NULL, dataset->count, histogram, err);
    for (int64_t c = 0; status == CR_OK && c < dataset->channels; c++) {
        struct cr_data_spread *spread = &info->spread[c];
        cr_histogram_moments(histogram[c], &spread->mean, &spread->deviation);
        spread->minimum = 255;
        for (int value = 0; value < 256; value++)
            if (histogram[c][value]) {
                spread->minimum = fmin(spread->minimum, value);
                spread->maximum = value;
            }
    }
    free(histogram);
    return status;
}

/* Adds a row of numbers: their sum to the mean, or with `around` their square about it to the deviation. */
static void add_row(struct cr_data_spread *spread, const float *row, int64_t count, bool around)
{
    for (int64_t i = 0; i < count; i++) {
        double x = (double)row[i], away = x - spread[i].mean;
        if (around) {
            spread[i].deviation += away * away;
            continue;
        }
        spread[i].mean += x;
        spread[i].minimum = fmin(spread[i].minimum, x);
        spread[i].maximum = fmax(spread[i].maximum, x);
    }
}

/* Mean, then deviation, of `columns` numbers that stand `pixels` times in each of the samples, or once in the targets.
 */
static enum cr_status measure_numbers(struct cr_data_spread *spread, const struct cr_dataset *dataset, bool targets,
                                      struct cr_error *err)
{
    int64_t columns = targets ? dataset->classes : dataset->channels;
    int64_t pixels = targets ? 1 : dataset->height * dataset->width;
    enum cr_status status = CR_OK;
    uint8_t *buffer = malloc(cr_sample_size(dataset));
    if (!buffer)
        return cr_fail_memory(err);
    for (int64_t c = 0; c < columns; c++)
        spread[c] = (struct cr_data_spread){.minimum = INFINITY, .maximum = -INFINITY};
    for (int around = 0; around < 2; around++) {
        for (int64_t i = 0; i < dataset->count; i++) {
            const uint8_t *sample = NULL;
            if (!targets)
                CR_GO(cr_dataset_view(dataset, i, buffer, &sample, err));
            const float *row = targets ? dataset->targets + i * columns : (const float *)(const void *)sample;
            for (int64_t p = 0; p < pixels; p++)
                add_row(spread, row + p * columns, columns, around);
        }
        for (int64_t c = 0; c < columns; c++) {
            double *sum = around ? &spread[c].deviation : &spread[c].mean;
            *sum /= (double)(dataset->count * pixels);
            *sum = around ? sqrt(*sum) : *sum;
        }
    }
done:
    free(buffer);
    return status;
}

static enum cr_status measure(struct cr_data_info *info, const struct cr_dataset *dataset, struct cr_error *err)
{
    info->spread = calloc((size_t)dataset->channels, sizeof *info->spread);
    info->per_class = calloc((size_t)dataset->classes, sizeof *info->per_class);
    if (dataset->targets)
        info->targets = calloc((size_t)dataset->classes, sizeof *info->targets);
    if (!info->spread || !info->per_class || (dataset->targets && !info->targets))
        return cr_fail_memory(err);
    for (int64_t i = 0; i < dataset->count && dataset->labels; i++)
        info->per_class[dataset->labels[i]]++;
    if (dataset->targets)
        CR_TRY(measure_numbers(info->targets, dataset, true, err));
    return dataset->numbers ? measure_numbers(info->spread, dataset, false, err) : measure_bytes(info, dataset, err);
}

enum cr_status cr_data_info_new(struct cr_data_info **info, const struct cr_dataset *dataset, struct cr_error *err)
{
    *info = NULL;
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
    free(info->spread);
    free(info->targets);
    free(info->per_class);
    free(info);
}
