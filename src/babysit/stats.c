#include "babysit/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEDIAN_MAX = 64 };

struct cr_mean cr_mean_of(const double *values, int count)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < count; i++)
        sum += values[i];
    double mean = sum / count;
    for (int i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return (struct cr_mean){mean, count > 1 ? sqrt(squares / (count - 1) / count) : 0};
}

double cr_welch(struct cr_mean a, struct cr_mean b)
{
    double error = sqrt(a.error * a.error + b.error * b.error);
    if (!isfinite(a.mean) || !isfinite(b.mean))
        return isfinite(b.mean) ? INFINITY : -INFINITY;
    if (error > 0)
        return (a.mean - b.mean) / error;
    return a.mean > b.mean ? INFINITY : a.mean < b.mean ? -INFINITY : 0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

bool cr_far_above_guessing(double accuracy, int64_t classes)
{
    double guessing = 1 / (double)classes;
    return classes > 1 && accuracy > fmax(2 * guessing, fmax(0.3, fmin(4 * guessing, 0.5)));
}

double cr_median(const double *values, int count)
{
    double sorted[MEDIAN_MAX];
    for (int i = 0; i < count; i++)
        sorted[i] = isnan(values[i]) ? INFINITY : values[i];
    qsort(sorted, (size_t)count, sizeof *sorted, ascending);
    return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}
