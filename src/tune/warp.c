#include "tune/warp.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double least = -3, most = 3, golden = 0.6180339887498949;

double cr_yeo_johnson(double y, double exponent)
{
    if (y >= 0)
        return fabs(exponent) < 1e-9 ? log1p(y) : expm1(exponent * log1p(y)) / exponent;
    double other = 2 - exponent;
    return fabs(other) < 1e-9 ? -log1p(-y) : -expm1(other * log1p(-y)) / other;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void moments(const double *values, int n, double exponent, bool warp, double *mean, double *variance)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < n; i++)
        sum += warp ? cr_yeo_johnson(values[i], exponent) : values[i];
    *mean = sum / n;
    for (int i = 0; i < n; i++) {
        double d = (warp ? cr_yeo_johnson(values[i], exponent) : values[i]) - *mean;
        squares += d * d;
    }
    *variance = squares / n;
}

/* log p(values | exponent) + log prior, but for constants. */
static double likelihood(const double *values, int n, double exponent)
{
    double mean, variance, jacobian = 0;
    moments(values, n, exponent, true, &mean, &variance);
    for (int i = 0; i < n; i++)
        jacobian += copysign(log1p(fabs(values[i])), values[i]);
    return -0.5 * n * log(variance + 1e-300) + (exponent - 1) * jacobian - (exponent - 1) * (exponent - 1) / 2;
}

/* Golden section: the likelihood has one maximum. */
static double best_exponent(const double *values, int n)
{
    double a = least, b = most, x = b - golden * (b - a), y = a + golden * (b - a);
    double at_x = likelihood(values, n, x), at_y = likelihood(values, n, y);
    while (b - a > 1e-3) {
        if (at_x > at_y) {
            b = y;
            y = x;
            at_y = at_x;
            x = b - golden * (b - a);
            at_x = likelihood(values, n, x);
        } else {
            a = x;
            x = y;
            at_x = at_y;
            y = a + golden * (b - a);
            at_y = likelihood(values, n, y);
        }
    }
    return (a + b) / 2;
}

void cr_warp(double *values, int n)
{
    double mean, variance;
    double *sorted = malloc((size_t)n * sizeof *sorted);
    moments(values, n, 1, false, &mean, &variance);
    double centre = mean, scale = sqrt(variance);
    if (sorted) {
        for (int i = 0; i < n; i++)
            sorted[i] = values[i];
        qsort(sorted, (size_t)n, sizeof *sorted, by_size);
        centre = sorted[n / 2];
        double quartiles = sorted[(3 * (n - 1)) / 4] - sorted[(n - 1) / 4];
        scale = quartiles > 1e-12 * fabs(centre) ? quartiles / 1.349 : scale;
    }
    free(sorted);
    if (!(scale > 0))
        scale = 1;
    for (int i = 0; i < n; i++)
        values[i] = (values[i] - centre) / scale;
    double exponent = best_exponent(values, n);
    for (int i = 0; i < n; i++)
        values[i] = cr_yeo_johnson(values[i], exponent);
    moments(values, n, 1, false, &mean, &variance);
    for (int i = 0; i < n; i++)
        values[i] = variance > 0 ? (values[i] - mean) / sqrt(variance) : 0;
}
