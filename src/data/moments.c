/*
 * Mean and deviation per channel. Bytes are counted, then summed as whole numbers: the result is exact up to the last
 * division, so it depends neither on the order of the samples nor on anything else.
 *
 * Where samples are numbers they are summed as they are.
 *
 *     mean = sum(h_v v) / n / 255        deviation^2 = (n sum(h_v v^2) - sum(h_v v)^2) / n^2 / 255^2
 */
#include "data/moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"

enum cr_status cr_dataset_view(const struct cr_dataset *dataset, int64_t index, uint8_t *buffer, const uint8_t **pixels,
                               struct cr_error *err)
{
    *pixels = dataset->pixels ? dataset->pixels + (size_t)index * cr_sample_size(dataset) : buffer;
    return dataset->pixels ? CR_OK : dataset->get(dataset, index, buffer, err);
}

enum cr_status cr_dataset_histogram(const struct cr_dataset *dataset, const int64_t *indices, int64_t count,
                                    uint64_t (*histogram)[256], struct cr_error *err)
{
    size_t size = cr_sample_size(dataset), channels = (size_t)dataset->channels;
    memset(histogram, 0, channels * sizeof *histogram);
    uint8_t *buffer = malloc(size);
    if (!buffer)
        return cr_fail_memory(err);
    enum cr_status status = CR_OK;
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *pixels;
        CR_GO(cr_dataset_view(dataset, indices ? indices[i] : i, buffer, &pixels, err));
        for (size_t c = 0; c < channels; c++)
            for (size_t p = c; p < size; p += channels)
                histogram[c][pixels[p]]++;
    }
done:
    free(buffer);
    return status;
}

void cr_histogram_moments(const uint64_t histogram[256], double *mean, double *deviation)
{
    __extension__ typedef unsigned __int128 wide;
    wide count = 0, sum = 0, squares = 0;
    for (unsigned value = 0; value < 256; value++) {
        count += histogram[value];
        sum += (wide)histogram[value] * value;
        squares += (wide)histogram[value] * value * value;
    }
    double n = count ? (double)count : 1;
    *mean = (double)sum / n / 255;
    *deviation = sqrt((double)(count * squares - sum * sum)) / n / 255;
}

/* One pass after the other: sums of x, then of (x - mean)^2, in double and in the order of the samples. */
static enum cr_status add_numbers(const struct cr_dataset *dataset, const int64_t *indices, int64_t count,
                                  float *buffer, const double *mean, double *sums, struct cr_error *err)
{
    int64_t channels = dataset->channels, pixels = dataset->height * dataset->width;
    for (int64_t c = 0; c < channels; c++)
        sums[c] = 0;
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *sample;
        CR_TRY(cr_dataset_view(dataset, indices ? indices[i] : i, (uint8_t *)buffer, &sample, err));
        const float *x = (const float *)(const void *)sample;
        for (int64_t p = 0; p < pixels; p++)
            for (int64_t c = 0; c < channels; c++) {
                double number = (double)x[p * channels + c];
                sums[c] += mean ? (number - mean[c]) * (number - mean[c]) : number;
            }
    }
    for (int64_t c = 0; c < channels; c++)
        sums[c] /= (double)(count * pixels);
    return CR_OK;
}

static enum cr_status number_moments(const struct cr_dataset *dataset, const int64_t *indices, int64_t count,
                                     double *mean, double *deviation, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    float *buffer = malloc(cr_sample_size(dataset));
    if (!buffer)
        return cr_fail_memory(err);
    CR_GO(add_numbers(dataset, indices, count, buffer, NULL, mean, err));
    CR_GO(add_numbers(dataset, indices, count, buffer, mean, deviation, err));
    for (int64_t c = 0; c < dataset->channels; c++)
        deviation[c] = sqrt(deviation[c]);
done:
    free(buffer);
    return status;
}

enum cr_status cr_dataset_moments(const struct cr_dataset *dataset, const int64_t *indices, int64_t count, double *mean,
                                  double *deviation, struct cr_error *err)
{
    if (dataset->numbers)
        return number_moments(dataset, indices, indices ? count : dataset->count, mean, deviation, err);
    uint64_t(*histogram)[256] = malloc((size_t)dataset->channels * sizeof *histogram);
    if (!histogram)
        return cr_fail_memory(err);
    enum cr_status status = cr_dataset_histogram(dataset, indices, indices ? count : dataset->count, histogram, err);
    for (int64_t c = 0; status == CR_OK && c < dataset->channels; c++)
        cr_histogram_moments(histogram[c], &mean[c], &deviation[c]);
    free(histogram);
    return status;
}
