/*
 * The bell is cut off at three sigmas and its weights add up to 1.
 */
#include "data/gauss.h"

#include <math.h>

static int64_t radius_of(double sigma)
{
    return (int64_t)ceil(3 * sigma);
}

size_t cr_gauss_scratch(int64_t height, int64_t width, double sigma)
{
    int64_t longest = height > width ? height : width, radius = radius_of(sigma);
    return (size_t)(longest + 2 * radius + radius + 1) * sizeof(float);
}

/* weights[0..radius] of the middle and one side. */
static double make_weights(float *weights, int64_t radius, double sigma)
{
    double sum = 0, squares = 0;
    for (int64_t i = -radius; i <= radius; i++)
        sum += exp(-(double)(i * i) / (2 * sigma * sigma));
    for (int64_t i = 0; i <= radius; i++) {
        double weight = exp(-(double)(i * i) / (2 * sigma * sigma)) / sum;
        squares += (i > 0 ? 2 : 1) * weight * weight;
        weights[i] = (float)weight;
    }
    return squares;
}

/* `copy` has room for the line and a radius on each side. */
static void smooth_line(float *x, int64_t count, int64_t step, const float *weights, int64_t radius,
                        enum cr_gauss_outside outside, float *copy)
{
    float keep = outside == CR_GAUSS_EDGE ? 1 : 0;
    for (int64_t i = -radius; i < count + radius; i++)
        copy[i + radius] = i < 0 ? keep * x[0] : i >= count ? keep * x[(count - 1) * step] : x[i * step];
    for (int64_t i = 0; i < count; i++) {
        const float *at = copy + radius + i;
        float sum = weights[0] * at[0];
        for (int64_t k = 1; k <= radius; k++)
            sum += weights[k] * (at[-k] + at[k]);
        x[i * step] = sum;
    }
}

double cr_gauss_smooth(float *x, int64_t height, int64_t width, int64_t step, double sigma,
                       enum cr_gauss_outside outside, void *scratch)
{
    int64_t radius = radius_of(sigma);
    float *weights = scratch, *copy = weights + radius + 1;
    double squares = make_weights(weights, radius, sigma);
    for (int64_t y = 0; y < height; y++)
        smooth_line(x + y * width * step, width, step, weights, radius, outside, copy);
    for (int64_t column = 0; column < width; column++)
        smooth_line(x + column * step, height, width * step, weights, radius, outside, copy);
    return squares;
}
