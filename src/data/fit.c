/*
 * A picture made to measure. The largest middle part that has the wanted proportions is taken and resampled: by the
 * mean over the area that each new pixel covers where the picture shrinks, between the two nearest pixels where it
 * grows. Then it is turned upright as EXIF says and made grey (Rec. 601: 0.299 R + 0.587 G + 0.114 B) or RGB.
 *
 * Rows and columns are resampled one after the other with weights that sum to 1, in double; the result depends on the
 * picture alone. A picture of the right size passes unchanged.
 */
#include "data/image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* New pixel i is the sum over k < count[i] of weight[i * most + k] times old pixel first[i] + k. */
struct taps {
    int64_t most;
    int64_t *first, *count;
    double *weight;
};

static void taps_free(struct taps *taps)
{
    free(taps->first);
    free(taps->count);
    free(taps->weight);
}

/* The `to` new pixels divide the part start..start + length of `from` old ones. */
static enum cr_status taps_new(struct taps *taps, int64_t from, int64_t to, double start, double length,
                               struct cr_error *err)
{
    double step = length / (double)to;
    taps->most = (int64_t)ceil(step) + 2;
    taps->first = calloc((size_t)to, sizeof *taps->first);
    taps->count = calloc((size_t)to, sizeof *taps->count);
    taps->weight = calloc((size_t)(to * taps->most), sizeof *taps->weight);
    if (!taps->first || !taps->count || !taps->weight)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < to; i++) {
        double left = start + (double)i * step, right = left + step;
        if (step < 1) { /* from the middle of the left neighbour to the middle of the right one */
            double middle = (left + right) / 2;
            left = middle - 0.5;
            right = middle + 0.5;
        }
        int64_t low = (int64_t)floor(left), high = (int64_t)ceil(right);
        double *weight = taps->weight + i * taps->most, sum = 0;
        int64_t first = low < 0 ? 0 : low, last = high > from ? from - 1 : high - 1;
        for (int64_t k = low; k < high; k++) {
            double part = fmin(right, (double)k + 1) - fmax(left, (double)k);
            int64_t inside = k < first ? first : k > last ? last : k; /* the border goes on outside */
            if (part > 0) {
                weight[inside - first] += part;
                sum += part;
            }
        }
        taps->first[i] = first;
        taps->count[i] = last - first + 1;
        for (int64_t k = 0; k < taps->count[i]; k++)
            weight[k] /= sum;
    }
    return CR_OK;
}

static void resample_row(const struct taps *taps, const uint8_t *in, int channels, int64_t width, double *out)
{
    for (int64_t x = 0; x < width; x++)
        for (int c = 0; c < channels; c++) {
            const uint8_t *from = in + taps->first[x] * channels + c;
            const double *weight = taps->weight + x * taps->most;
            double sum = 0;
            for (int64_t k = 0; k < taps->count[x]; k++)
                sum += weight[k] * from[k * channels];
            *out++ = sum;
        }
}

/* The middle part of the picture, resampled to height x width. */
static enum cr_status resample(const struct cr_picture *picture, int64_t height, int64_t width, uint8_t *out,
                               struct cr_error *err)
{
    double scale = fmin((double)picture->height / (double)height, (double)picture->width / (double)width);
    double tall = scale * (double)height, wide = scale * (double)width;
    double top = ((double)picture->height - tall) / 2, left = ((double)picture->width - wide) / 2;
    struct taps rows = {0}, columns = {0};
    double *strip = NULL;
    enum cr_status status = CR_OK;
    CR_GO(taps_new(&rows, picture->height, height, top, tall, err));
    CR_GO(taps_new(&columns, picture->width, width, left, wide, err));
    int64_t begin = rows.first[0], end = rows.first[height - 1] + rows.count[height - 1];
    int64_t row = width * picture->channels;
    strip = malloc((size_t)((end - begin) * row) * sizeof *strip);
    if (!strip)
        CR_GO(cr_fail_memory(err));
    for (int64_t y = begin; y < end; y++)
        resample_row(&columns, picture->pixels + y * picture->width * picture->channels, picture->channels, width,
                     strip + (y - begin) * row);
    for (int64_t y = 0; y < height; y++) {
        const double *weight = rows.weight + y * rows.most;
        const double *from = strip + (rows.first[y] - begin) * row;
        for (int64_t x = 0; x < row; x++) {
            double sum = 0;
            for (int64_t k = 0; k < rows.count[y]; k++)
                sum += weight[k] * from[k * row + x];
            *out++ = (uint8_t)(sum + 0.5);
        }
    }
done:
    taps_free(&rows);
    taps_free(&columns);
    free(strip);
    return status;
}

/* Where the upright pixel (y, x) of a height x width picture lies in the one as it was stored. */
static int64_t stored_place(int orientation, int64_t y, int64_t x, int64_t height, int64_t width)
{
    int64_t down = height - 1 - y, right = width - 1 - x;
    switch (orientation) {
    case 2:
        return y * width + right;
    case 3:
        return down * width + right;
    case 4:
        return down * width + x;
    case 5:
        return x * height + y;
    case 6:
        return right * height + y;
    case 7:
        return right * height + down;
    case 8:
        return x * height + down;
    default:
        return y * width + x;
    }
}

static void convert(const uint8_t *from, int from_channels, uint8_t *to, int64_t to_channels)
{
    if (to_channels == from_channels)
        memcpy(to, from, (size_t)to_channels);
    else if (to_channels == 1)
        to[0] = cr_grey(from);
    else
        memset(to, from[0], 3);
}

/* `stored` are the picture's pixels or those made of them. */
static void turn(const struct cr_picture *picture, const uint8_t *stored, int64_t height, int64_t width,
                 int64_t channels, uint8_t *pixels)
{
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++)
            convert(stored + stored_place(picture->orientation, y, x, height, width) * picture->channels,
                    picture->channels, pixels + (y * width + x) * channels, channels);
}

enum cr_status cr_picture_fit(const struct cr_picture *picture, int64_t height, int64_t width, int64_t channels,
                              uint8_t *pixels, struct cr_error *err)
{
    bool turned = picture->orientation >= 5;
    int64_t stored_height = turned ? width : height, stored_width = turned ? height : width;
    const uint8_t *stored = picture->pixels;
    uint8_t *resampled = NULL;
    if (picture->height != stored_height || picture->width != stored_width) {
        resampled = malloc((size_t)(height * width * picture->channels));
        if (!resampled)
            return cr_fail_memory(err);
        enum cr_status status = resample(picture, stored_height, stored_width, resampled, err);
        if (status != CR_OK) {
            free(resampled);
            return status;
        }
        stored = resampled;
    }
    if (picture->orientation <= 1 && picture->channels == channels)
        memcpy(pixels, stored, (size_t)(height * width * channels));
    else
        turn(picture, stored, height, width, channels, pixels);
    free(resampled);
    return CR_OK;
}
