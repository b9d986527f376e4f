#include "tune/process.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tune/matrix.h"
#include "tune/minimize.h"

enum { ITERATIONS = 30 };

static const double jitter = 1e-8, root5 = 2.23606797749979;

void cr_process_prior(struct cr_process_prior *prior, int dims)
{
    /* Distances in the unit cube grow as sqrt(dims), and so does a typical length. */
    for (int d = 0; d < dims; d++) {
        prior->mean[d] = log(0.5) + 0.5 * log((dims + 1) / 2.0);
        prior->deviation[d] = 1;
    }
    prior->mean[dims] = 0; /* targets have variance 1 */
    prior->deviation[dims] = 1;
    prior->mean[dims + 1] = -7;
    prior->deviation[dims + 1] = 2.5;
}

double cr_process_difference(bool choice, double x, double y, double *slope)
{
    bool no_x = isnan(x), no_y = isnan(y);
    *slope = 0;
    if (no_x && no_y)
        return 0;
    if (choice)
        return x == y ? 0 : 1;
    double d = (no_x ? 0.5 : x) - (no_y ? 0.5 : y);
    *slope = no_x ? 0 : 2 * d;
    return d * d + (no_x || no_y ? 0.25 : 0);
}

double cr_matern(double square, double *slope)
{
    double r = root5 * sqrt(square), e = exp(-r);
    *slope = -5.0 / 6 * (1 + r) * e;
    return (1 + r + r * r / 3) * e;
}

/* --------------------------------------------------------------------------------------------------- hyper-parameters
 */

struct fit {
    int dims, n;
    const double *targets;
    struct cr_process_prior prior;
    double *differences;              /* [pairs][dims], pairs (i, j > i) row by row */
    double *kernel, *inner, *inverse; /* [n][n] */
    double *slopes;                   /* [pairs]: d Matern / d r^2 */
    double *weights;                  /* [n] */
};

static double fill(struct fit *f, const double *hyper)
{
    double scale[CR_SPACE_MOST], variance = exp(hyper[f->dims]), noise = exp(hyper[f->dims + 1]);
    for (int d = 0; d < f->dims; d++)
        scale[d] = exp(-2 * hyper[d]);
    long pair = 0;
    for (int i = 0; i < f->n; i++) {
        f->kernel[(long)i * f->n + i] = variance + noise + jitter;
        for (int j = i + 1; j < f->n; j++, pair++)
            f->kernel[(long)i * f->n + j] =
                variance * cr_matern(cr_dot(scale, f->differences + pair * f->dims, f->dims), &f->slopes[pair]);
    }
    return variance;
}

/* -log p(targets | hyper) - log prior, but for constants; gradient: 1/2 tr((K^-1 - a a^T) dK), a = K^-1 targets. */
static double evidence(void *user, const double *hyper, double *gradient)
{
    struct fit *f = user;
    int n = f->n, dims = f->dims;
    double value = 0, variance = fill(f, hyper), noise = exp(hyper[dims + 1]);
    memcpy(f->inverse, f->kernel, (size_t)n * (size_t)n * sizeof *f->kernel);
    if (!cr_cholesky(f->inverse, n))
        return (double)INFINITY;
    for (int i = 0; i < n; i++)
        value += log(f->inverse[(long)i * n + i]);
    cr_triangle_invert(f->inverse, f->inner, n);
    cr_triangle_square(f->inner, f->inverse, n);
    memset(f->weights, 0, (size_t)n * sizeof *f->weights);
    for (int i = 0; i < n; i++) {
        double v = cr_dot(f->inner + (long)i * n, f->targets, i + 1);
        value += v * v / 2;
        cr_add_scaled(f->weights, v, f->inner + (long)i * n, i + 1);
    }
    memset(gradient, 0, (size_t)(dims + 2) * sizeof *gradient);
    long pair = 0;
    for (int i = 0; i < n; i++) {
        double own = f->inverse[(long)i * n + i] - f->weights[i] * f->weights[i];
        gradient[dims] += own * variance / 2;
        gradient[dims + 1] += own * noise / 2;
        for (int j = i + 1; j < n; j++, pair++) {
            double factor = f->inverse[(long)i * n + j] - f->weights[i] * f->weights[j];
            gradient[dims] += factor * f->kernel[(long)i * n + j];
            cr_add_scaled(gradient, factor * variance * f->slopes[pair], f->differences + pair * dims, dims);
        }
    }
    for (int d = 0; d < dims; d++)
        gradient[d] *= -2 * exp(-2 * hyper[d]);
    for (int h = 0; h < dims + 2; h++) {
        double z = (hyper[h] - f->prior.mean[h]) / f->prior.deviation[h];
        value += z * z / 2;
        gradient[h] += z / f->prior.deviation[h];
    }
    return value;
}

enum cr_status cr_process_fit(double *hyper, int dims, const bool *choice, const double *points, const double *targets,
                              int n, struct cr_error *err)
{
    size_t square = (size_t)n * (size_t)n, pairs = (size_t)n * (size_t)(n - 1) / 2;
    double low[CR_SPACE_MOST + 2], high[CR_SPACE_MOST + 2];
    struct fit f = {.dims = dims, .n = n, .targets = targets};
    double *memory = malloc((3 * square + pairs * ((size_t)dims + 1) + (size_t)n) * sizeof *memory);
    if (!memory)
        return cr_fail_memory(err);
    f.kernel = memory;
    f.inner = f.kernel + square;
    f.inverse = f.inner + square;
    f.differences = f.inverse + square;
    f.slopes = f.differences + pairs * (size_t)dims;
    f.weights = f.slopes + pairs;
    cr_process_prior(&f.prior, dims);
    long at = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            for (int d = 0; d < dims; d++) {
                double slope;
                f.differences[at++] =
                    cr_process_difference(choice[d], points[(long)i * dims + d], points[(long)j * dims + d], &slope);
            }
    for (int h = 0; h < dims + 2; h++) {
        low[h] = h < dims ? log(0.01) : h == dims ? -4 : log(1e-7);
        high[h] = h < dims ? log(50.0) : h == dims ? 4 : 0;
        hyper[h] = fmin(fmax(hyper[h], low[h]), high[h]);
    }
    cr_minimize(evidence, &f, dims + 2, hyper, low, high, ITERATIONS);
    free(memory);
    return CR_OK;
}

/* --------------------------------------------------------------------------------------------------------- the process
 */

static double kernel_at(const struct cr_process *p, const double *x, const double *y)
{
    double square = 0, slope;
    for (int d = 0; d < p->dims; d++)
        square += p->scale[d] * cr_process_difference(p->choice[d], x[d], y[d], &slope);
    return p->variance * cr_matern(square, &slope);
}

/* The kernel matrix, its factor in `matrix`; more jitter where it is not positive definite to the last digits. */
static bool factor(struct cr_process *p, double noise, double *matrix)
{
    for (double extra = jitter; extra < 1; extra *= 100) {
        for (int i = 0; i < p->n; i++) {
            matrix[(long)i * p->n + i] = p->variance + noise + extra;
            for (int j = i + 1; j < p->n; j++)
                matrix[(long)i * p->n + j] = kernel_at(p, p->points + (long)i * p->dims, p->points + (long)j * p->dims);
        }
        if (cr_cholesky(matrix, p->n))
            return true;
    }
    return false;
}

enum cr_status cr_process_new(struct cr_process **process, const double *hyper, int dims, const bool *choice,
                              const double *points, const double *targets, int n, struct cr_error *err)
{
    size_t square = (size_t)n * (size_t)n;
    enum cr_status status = CR_OK;
    double *matrix = malloc((square + 1) * sizeof *matrix);
    struct cr_process *p = calloc(1, sizeof *p);
    *process = NULL;
    if (!p || !matrix || !(p->inverse = malloc((square + 6 * (size_t)n + 1) * sizeof *p->inverse)))
        CR_GO(cr_fail_memory(err));
    p->weights = p->inverse + square;
    p->targets = p->weights + n;
    p->work = p->targets + n;
    p->dims = dims;
    p->n = n;
    p->points = points;
    memcpy(p->choice, choice, (size_t)dims * sizeof *choice);
    memcpy(p->hyper, hyper, (size_t)(dims + 2) * sizeof *hyper);
    memcpy(p->targets, targets, (size_t)n * sizeof *targets);
    for (int d = 0; d < dims; d++)
        p->scale[d] = exp(-2 * hyper[d]);
    p->variance = exp(hyper[dims]);
    if (!factor(p, exp(hyper[dims + 1]), matrix))
        CR_GO(cr_fail(err, CR_ERROR_ARGUMENT, "the trials give no Gaussian process: are their scores finite?"));
    cr_triangle_invert(matrix, p->inverse, n);
    memset(p->weights, 0, (size_t)n * sizeof *p->weights);
    for (int i = 0; i < n; i++)
        cr_add_scaled(p->weights, cr_dot(p->inverse + (long)i * n, targets, i + 1), p->inverse + (long)i * n, i + 1);
    *process = p;
    p = NULL;
done:
    free(matrix);
    cr_process_free(p);
    return status;
}

void cr_process_free(struct cr_process *process)
{
    if (!process)
        return;
    free(process->inverse);
    free(process);
}

void cr_process_predict(const struct cr_process *p, const double *x, double *mean, double *variance, double *mean_slope,
                        double *variance_slope)
{
    int n = p->n, dims = p->dims;
    double *k = p->work, *slopes = k + n, *v = slopes + n, *back = v + n, unused;
    for (int i = 0; i < n; i++) {
        double square = 0;
        for (int d = 0; d < dims; d++)
            square += p->scale[d] * cr_process_difference(p->choice[d], x[d], p->points[(long)i * dims + d], &unused);
        k[i] = p->variance * cr_matern(square, &slopes[i]);
    }
    *mean = cr_dot(k, p->weights, n);
    double known = 0;
    for (int i = 0; i < n; i++) {
        v[i] = cr_dot(p->inverse + (long)i * n, k, i + 1);
        known += v[i] * v[i];
    }
    *variance = fmax(p->variance - known, 1e-12 * p->variance);
    if (!mean_slope)
        return;
    memset(back, 0, (size_t)n * sizeof *back);
    for (int i = 0; i < n; i++)
        cr_add_scaled(back, v[i], p->inverse + (long)i * n, i + 1);
    for (int d = 0; d < dims; d++) {
        double of_mean = 0, of_variance = 0;
        for (int i = 0; i < n && !p->choice[d]; i++) {
            double slope;
            cr_process_difference(false, x[d], p->points[(long)i * dims + d], &slope);
            slope *= slopes[i] * p->scale[d];
            of_mean += p->weights[i] * slope;
            of_variance += back[i] * slope;
        }
        mean_slope[d] = p->variance * of_mean;
        variance_slope[d] = -2 * p->variance * of_variance;
    }
}
