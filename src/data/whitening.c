/*
 * Whitening: samples as rows z, of mean 0, with the covariance S = E[z z'] = U diag(s) U' over the samples that train.
 *
 *     pca   y_k = u_k' z / sqrt(s_k + epsilon)           the first components alone
 *     zca   y = U diag(1 / sqrt(s + epsilon)) U' z       the whitening nearest to the picture (Bell and Sejnowski 1997)
 *
 * Then E[y y'] = 1 where epsilon is small. Directions in which the samples hardly differ hold noise: epsilon keeps it
 * from being blown up (Krizhevsky 2009, appendix A). The covariance and its vectors are in double; the network has W in
 * float.
 */
#include "data/whitening.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/eigen.h"
#include "data/dataset.h"
#include "data/moments.h"
#include "data/thread.h"

/* n^2 doubles, three times, and n^3 operations. */
enum { INPUTS_MAX = 6144, ROWS = 64, SAMPLES = 64 };

static const struct cr_option zca_options[] = {
    CR_FLOAT("epsilon", struct cr_whiten, epsilon, .min = 1e-12, .max = 1e6, .def = 0.01, .log = true,
             .help = "added to each variance before its root"),
    {0},
};
static const struct cr_option pca_options[] = {
    CR_FLOAT("epsilon", struct cr_whiten, epsilon, .min = 1e-12, .max = 1e6, .def = 1e-5, .log = true,
             .help = "added to each variance before its root"),
    CR_INT("components", struct cr_whiten, components, .min = 0, .max = INPUTS_MAX,
           .help = "directions of the largest variance that are kept; 0: all"),
    {0},
};
static const struct cr_entry zca = {
    .name = "zca", .help = "decorrelated, as near to the picture as can be", .options = zca_options};
static const struct cr_entry pca = {
    .name = "pca", .help = "decorrelated, along the directions of the largest variance", .options = pca_options};
static const struct cr_entry *const entries[] = {&zca, &pca, NULL};
const struct cr_registry cr_whitenings = {.kind = "whitenings", .singular = "whitening", .entries = entries};

enum cr_status cr_whiten_read(struct cr_whiten *whiten, struct cr_config *config, const struct cr_node *node,
                              struct cr_error *err)
{
    const struct cr_entry *entry;
    const void *values;
    *whiten = (struct cr_whiten){0};
    if (!node || node->kind == CR_NODE_NULL || (node->kind == CR_NODE_SCALAR && strcmp(node->text, "none") == 0))
        return CR_OK;
    CR_TRY(cr_bind_choice(config, &cr_whitenings, node, &entry, &values, err));
    *whiten = *(const struct cr_whiten *)values;
    whiten->used = true;
    whiten->pca = entry == &pca;
    return CR_OK;
}

void cr_statistics_outline(struct cr_statistics *statistics, const struct cr_data_shape *shape,
                           enum cr_standardize standardize, const struct cr_whiten *whiten)
{
    int64_t inputs = shape->height * shape->width * shape->channels;
    *statistics = (struct cr_statistics){0};
    statistics->by_pixel = whiten->used || standardize == CR_STANDARDIZE_IMAGE || standardize == CR_STANDARDIZE_PIXEL;
    statistics->count = statistics->by_pixel ? inputs : shape->channels;
    if (!whiten->used)
        return;
    statistics->flat = whiten->pca;
    statistics->outputs = inputs;
    if (whiten->pca && whiten->components > 0 && whiten->components < inputs)
        statistics->outputs = whiten->components;
}

void cr_statistics_free(struct cr_statistics *statistics)
{
    free(statistics->mean);
    free(statistics->deviation);
    free(statistics->ground);
    free(statistics->whitening);
    *statistics = (struct cr_statistics){0};
}

/* ---------------------------------------------------------------------------------------------------------- moments */

struct samples {
    const struct cr_dataset *dataset;
    const int64_t *indices;
    int64_t count, inputs;
    uint8_t *buffer;
};

/* Sample i as doubles, of bytes divided by 255. */
static enum cr_status load(const struct samples *samples, int64_t i, double *x, struct cr_error *err)
{
    const uint8_t *sample;
    CR_TRY(cr_dataset_view(samples->dataset, samples->indices[i], samples->buffer, &sample, err));
    for (int64_t p = 0; p < samples->inputs; p++)
        x[p] = samples->dataset->numbers ? (double)((const float *)(const void *)sample)[p] : sample[p] / 255.0;
    return CR_OK;
}

/* Mean and deviation of each number of a sample: one pass after the other. */
static enum cr_status measure_pixels(const struct samples *samples, double *mean, double *deviation, double *x,
                                     struct cr_error *err)
{
    int64_t inputs = samples->inputs;
    for (int pass = 0; pass < 2; pass++) {
        double *sums = pass ? deviation : mean;
        memset(sums, 0, (size_t)inputs * sizeof *sums);
        for (int64_t i = 0; i < samples->count; i++) {
            CR_TRY(load(samples, i, x, err));
            for (int64_t p = 0; p < inputs; p++)
                sums[p] += pass ? (x[p] - mean[p]) * (x[p] - mean[p]) : x[p];
        }
        for (int64_t p = 0; p < inputs; p++)
            sums[p] = pass ? sqrt(sums[p] / (double)samples->count) : sums[p] / (double)samples->count;
    }
    return CR_OK;
}

/* What each is divided by, in the place of the deviations that were measured. */
static void choose_deviation(struct cr_statistics *statistics, const double *by_channel, int64_t channels,
                             enum cr_standardize standardize)
{
    for (int64_t p = 0; p < statistics->count; p++) {
        double *deviation = &statistics->deviation[p];
        if (standardize == CR_STANDARDIZE_CHANNEL)
            *deviation = by_channel[p % channels];
        else if (standardize != CR_STANDARDIZE_PIXEL)
            *deviation = 1;
        if (!(*deviation > 0))
            *deviation = 1; /* what is the same everywhere cannot be scaled */
    }
}

/* Back to the bytes: the network divides by 255 first. Whitening is of what has mean 0. */
static void undo_scaling(struct cr_statistics *statistics, bool bytes, bool centred)
{
    for (int64_t p = 0; p < statistics->count; p++) {
        statistics->mean[p] = centred ? statistics->mean[p] : 0;
        statistics->deviation[p] = bytes ? 1 / 255.0 : 1;
    }
}

/* -------------------------------------------------------------------------------------------------------- whitening */

struct watch {
    const struct cr_data_options *options;
    const char *what;
    int64_t total;
};

static bool go_on(void *user, double done)
{
    const struct watch *watch = user;
    const struct cr_data_options *options = watch->options;
    return !options || !options->progress ||
           options->progress(options->progress_user, watch->what, (int64_t)(done * (double)watch->total), watch->total);
}

/* The lower triangle of s += z z' for `rows` rows z. */
struct products {
    double *s;
    const double *z;
    int64_t rows, inputs;
};

/* The sum of so many rows of s at a time is some worker's: each number of s is added up in the order of the samples. */
static enum cr_status add_products(void *user, int64_t block, struct cr_error *err)
{
    enum { TILE = 512 };
    const struct products *work = user;
    int64_t last = (block + 1) * ROWS < work->inputs ? (block + 1) * ROWS : work->inputs;
    (void)err;
    for (int64_t begin = 0; begin < last; begin += TILE)
        for (int64_t p = begin > block * ROWS ? begin : block * ROWS; p < last; p++) {
            int64_t end = p + 1 < begin + TILE ? p + 1 : begin + TILE;
            double *row = work->s + p * work->inputs;
            for (int64_t i = 0; i < work->rows; i++) {
                const double *sample = work->z + i * work->inputs, factor = sample[p];
                for (int64_t k = begin; k < end; k++)
                    row[k] += factor * sample[k];
            }
        }
    return CR_OK;
}

static enum cr_status multiply(double *s, const double *z, int64_t rows, int64_t inputs,
                               const struct cr_data_options *options, struct cr_error *err)
{
    struct products work = {s, z, rows, inputs};
    struct cr_data_options quietly = {.workers = options ? options->workers : 0};
    return cr_parallel(&quietly, "", (inputs + ROWS - 1) / ROWS, add_products, &work, err);
}

static enum cr_status covariance(const struct samples *samples, const struct cr_statistics *statistics, double *s,
                                 struct watch *watch, struct cr_error *err)
{
    int64_t inputs = samples->inputs;
    double *z = malloc((size_t)(SAMPLES * inputs) * sizeof *z);
    enum cr_status status = CR_OK;
    if (!z)
        return cr_fail_memory(err);
    for (int64_t begin = 0; begin < samples->count; begin += SAMPLES) {
        int64_t rows = samples->count - begin < SAMPLES ? samples->count - begin : SAMPLES;
        for (int64_t i = 0; i < rows; i++) {
            double *row = z + i * inputs;
            CR_GO(load(samples, begin + i, row, err));
            for (int64_t p = 0; p < inputs; p++)
                row[p] = (row[p] - statistics->mean[p]) / statistics->deviation[p];
        }
        CR_GO(multiply(s, z, rows, inputs, watch->options, err));
        if (!go_on(watch, (double)begin / (double)samples->count))
            CR_GO(cr_fail(err, CR_ERROR_STOPPED, "stopped while measuring the data"));
    }
    for (int64_t i = 0; i < inputs * inputs; i++)
        s[i] /= (double)samples->count;
done:
    free(z);
    return status;
}

/* w[input][output], which is 0, from the eigenvectors, one a row of u; they are scaled on the way. */
static enum cr_status fill(double *w, double *u, const double *values, int64_t inputs, int64_t outputs,
                           const struct cr_whiten *whiten, const struct cr_data_options *options, struct cr_error *err)
{
    for (int64_t k = 0; k < inputs; k++) {
        double scale = 1 / sqrt((values[k] > 0 ? values[k] : 0) + whiten->epsilon);
        for (int64_t i = 0; i < inputs; i++)
            u[k * inputs + i] *= whiten->pca ? scale : sqrt(scale);
    }
    for (int64_t i = 0; whiten->pca && i < inputs; i++)
        for (int64_t k = 0; k < outputs; k++)
            w[i * outputs + k] = u[k * inputs + i];
    if (whiten->pca)
        return CR_OK;
    for (int64_t k = 0; k < inputs; k += SAMPLES)
        CR_TRY(multiply(w, u + k * inputs, inputs - k < SAMPLES ? inputs - k : SAMPLES, inputs, options, err));
    for (int64_t i = 0; i < inputs; i++)
        for (int64_t j = 0; j < i; j++)
            w[j * inputs + i] = w[i * inputs + j];
    return CR_OK;
}

static enum cr_status measure_whitening(struct cr_statistics *statistics, const struct samples *samples,
                                        const struct cr_whiten *whiten, const struct cr_data_options *options,
                                        struct cr_error *err)
{
    int64_t inputs = samples->inputs, outputs = statistics->outputs;
    struct watch watch = {options, "measuring the covariance", samples->count};
    enum cr_status status = CR_OK;
    double *s = calloc((size_t)(inputs * inputs), sizeof *s), *values = malloc((size_t)inputs * sizeof *values);
    statistics->whitening = calloc((size_t)(inputs * outputs), sizeof *statistics->whitening);
    if (!s || !values || !statistics->whitening)
        CR_GO(cr_fail_memory(err));
    CR_GO(covariance(samples, statistics, s, &watch, err));
    watch = (struct watch){options, "finding its directions", 1000};
    CR_GO(cr_eigen_symmetric(s, inputs, values, go_on, &watch, err));
    CR_GO(fill(statistics->whitening, s, values, inputs, outputs, whiten, options, err));
done:
    free(s);
    free(values);
    return status;
}

static enum cr_status measure(struct cr_statistics *statistics, const struct samples *samples,
                              enum cr_standardize standardize, const struct cr_whiten *whiten,
                              const struct cr_data_options *options, struct cr_error *err)
{
    const struct cr_dataset *dataset = samples->dataset;
    enum cr_status status = CR_OK;
    size_t channels = (size_t)dataset->channels;
    double *x = malloc((size_t)samples->inputs * sizeof *x), *by_channel = malloc(channels * sizeof *by_channel);
    statistics->mean = malloc((size_t)statistics->count * sizeof *statistics->mean);
    statistics->deviation = malloc((size_t)statistics->count * sizeof *statistics->deviation);
    statistics->ground = malloc(channels * sizeof *statistics->ground);
    if (!x || !by_channel || !statistics->mean || !statistics->deviation || !statistics->ground)
        CR_GO(cr_fail_memory(err));
    CR_GO(cr_dataset_moments(dataset, samples->indices, samples->count, statistics->ground, by_channel, err));
    if (statistics->by_pixel)
        CR_GO(measure_pixels(samples, statistics->mean, statistics->deviation, x, err));
    else
        memcpy(statistics->mean, statistics->ground, channels * sizeof *statistics->mean);
    choose_deviation(statistics, by_channel, dataset->channels, standardize);
    if (standardize == CR_STANDARDIZE_RAW)
        undo_scaling(statistics, !dataset->numbers, whiten->used);
    if (whiten->used)
        CR_GO(measure_whitening(statistics, samples, whiten, options, err));
done:
    free(x);
    free(by_channel);
    return status;
}

enum cr_status cr_statistics_measure(struct cr_statistics *statistics, const struct cr_dataset *dataset,
                                     const int64_t *indices, int64_t count, enum cr_standardize standardize,
                                     const struct cr_whiten *whiten, const struct cr_data_options *options,
                                     struct cr_error *err)
{
    struct cr_data_shape shape = {dataset->height, dataset->width, dataset->channels, dataset->classes};
    struct samples samples = {dataset, indices, count, shape.height * shape.width * shape.channels, NULL};
    cr_statistics_outline(statistics, &shape, standardize, whiten);
    if (standardize == CR_STANDARDIZE_NONE && !whiten->used)
        return CR_OK;
    if (whiten->used && samples.inputs > INPUTS_MAX)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "data.whiten: a sample has %lld numbers, more than the %d whose covariance can be held: take "
                       "smaller pictures",
                       (long long)samples.inputs, INPUTS_MAX);
    samples.buffer = malloc(cr_sample_size(dataset));
    enum cr_status status =
        samples.buffer ? measure(statistics, &samples, standardize, whiten, options, err) : cr_fail_memory(err);
    free(samples.buffer);
    if (status != CR_OK)
        cr_statistics_free(statistics);
    return status;
}
