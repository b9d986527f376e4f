/*
 * All four in one pass: they are linear, so with the grey g = 0.299 R + 0.587 G + 0.114 B (Rec. 601) and its mean m
 *
 *     x' = H S (c b x) + (1 - c) b m      S x = s x + (1 - s) g(x)
 *
 * and H turns the differences of colour, 0.492 (B - g) and 0.877 (R - g) (those of YUV), by an angle; grey stays grey.
 * Nothing is cut off between the steps; the result is rounded and cut to 0..255.
 */
#include "data/tone.h"

#include <math.h>

#include "data/augment.h"

static const double weights[3] = {0.299, 0.587, 0.114};
static const double blue_share = 0.492, red_share = 0.877;

static double grey_of(const double *x)
{
    return weights[0] * x[0] + weights[1] * x[1] + weights[2] * x[2];
}

/* H S x, in place */
static void turn(const struct cr_tone *tone, double *x)
{
    double angle = 2 * 3.141592653589793 * tone->hue, grey = grey_of(x);
    double u = tone->saturation * blue_share * (x[2] - grey), v = tone->saturation * red_share * (x[0] - grey);
    x[2] = grey + (u * cos(angle) - v * sin(angle)) / blue_share;
    x[0] = grey + (u * sin(angle) + v * cos(angle)) / red_share;
    x[1] = (grey - weights[0] * x[0] - weights[2] * x[2]) / weights[1];
}

/* The mean over all channels for those that are no colours. */
static double mean_grey(const uint8_t *pixels, int64_t count, int64_t channels)
{
    double sums[3] = {0};
    int64_t sum[3] = {0};
    for (int64_t i = 0; i < count * channels; i += channels)
        for (int64_t k = 0; k < channels; k++)
            sum[channels == 3 ? k : 0] += pixels[i + k];
    for (int k = 0; k < 3; k++)
        sums[k] = (double)sum[k] / (double)count;
    return channels == 3 ? grey_of(sums) : sums[0] / (double)channels;
}

static void apply_colour(const float matrix[3][3], float offset, uint8_t *pixels, int64_t count)
{
    for (uint8_t *x = pixels; x < pixels + 3 * count; x += 3) {
        float r = x[0], g = x[1], b = x[2];
        for (int k = 0; k < 3; k++)
            x[k] = cr_byte(matrix[0][k] * r + matrix[1][k] * g + matrix[2][k] * b + offset);
    }
}

void cr_tone_apply(const struct cr_tone *tone, uint8_t *pixels, int64_t count, int64_t channels)
{
    double gain = tone->brightness * tone->contrast;
    double mean = tone->contrast == 1 ? 0 : mean_grey(pixels, count, channels);
    float offset = (float)((1 - tone->contrast) * tone->brightness * mean), matrix[3][3];
    if (channels != 3) {
        for (int64_t i = 0; i < count * channels; i++)
            pixels[i] = cr_byte((float)gain * pixels[i] + offset);
        return;
    }
    for (int i = 0; i < 3; i++) { /* column by column */
        double x[3] = {0};
        x[i] = gain;
        turn(tone, x);
        for (int k = 0; k < 3; k++)
            matrix[i][k] = (float)x[k];
    }
    apply_colour((const float(*)[3])matrix, offset, pixels, count);
}
