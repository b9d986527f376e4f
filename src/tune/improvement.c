#include "tune/improvement.h"

#include <math.h>

static const double log_root_2pi = 0.9189385332046727, root_half = 0.7071067811865476;

/* Phi(z) / phi(z). Far to the left erfc is 0: the continued fraction of Laplace, whose terms fall quickly there. */
static double mills(double z)
{
    if (z > -5)
        return 0.5 * erfc(-z * root_half) * exp(z * z / 2 + log_root_2pi);
    double x = -z, tail = x;
    for (int k = 40; k > 0; k--)
        tail = x + k / tail;
    return 1 / tail;
}

double cr_log_normal(double z, double *slope)
{
    if (z > 5) {
        double above = 0.5 * erfc(z * root_half);
        *slope = exp(-z * z / 2 - log_root_2pi) / (1 - above);
        return log1p(-above);
    }
    double ratio = mills(z);
    *slope = 1 / ratio;
    return log(ratio) - z * z / 2 - log_root_2pi;
}

double cr_log_improvement(double best, double mean, double deviation, double *by_mean, double *by_deviation)
{
    double z = (best - mean) / deviation;
    if (z > 25) { /* h(z) = z */
        *by_mean = -1 / (best - mean);
        *by_deviation = 0;
        return log(best - mean);
    }
    double ratio = mills(z);
    double rest = z > -100 ? 1 + z * ratio : 1 / (z * z) - 3 / (z * z * z * z); /* h / phi */
    *by_mean = -ratio / (rest * deviation);
    *by_deviation = 1 / (rest * deviation);
    return log(deviation) + log(rest) - z * z / 2 - log_root_2pi;
}
