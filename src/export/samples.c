/*
 * Samples to compare on.
 */
#include "export/samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "graph/graph.h"

enum { BATCH = 64 };

static enum cr_status check(const struct cr_run *run, const struct cr_dataset *dataset, struct cr_error *err)
{
    if (dataset->height == run->height && dataset->width == run->width && dataset->channels == run->channels &&
        dataset->numbers == run->numbers && dataset->classes == run->classes)
        return CR_OK;
    return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s is not what the network was trained on", dataset->name);
}

static enum cr_status fill(struct cr_samples *samples, const struct cr_dataset *dataset, enum cr_part part,
                           struct cr_error *err)
{
    int64_t count = samples->count;
    samples->pixels = malloc((size_t)count * samples->size + 1);
    samples->labels = dataset->labels ? malloc((size_t)count * sizeof *samples->labels) : NULL;
    if (!samples->pixels || (dataset->labels && !samples->labels))
        return cr_fail_memory(err);
    for (int64_t i = 0; i < count; i++) {
        int64_t index = i * dataset->count / count;
        CR_TRY(dataset->get(dataset, index, samples->pixels + (size_t)i * samples->size, err));
        if (samples->labels)
            samples->labels[i] = dataset->labels[index];
    }
    cr_text_format(samples->name, sizeof samples->name, "%lld samples of the %s part of %s", (long long)count,
                   part == CR_PART_TEST ? "test" : "training", dataset->name);
    return CR_OK;
}

enum cr_status cr_samples_new(struct cr_samples **samples, struct cr_context *context, const struct cr_run *run,
                              enum cr_part part, int64_t most, const struct cr_data_options *options,
                              struct cr_error *err)
{
    struct cr_data_section section;
    struct cr_dataset *dataset = NULL;
    struct cr_samples *made = NULL;
    enum cr_status status;
    *samples = NULL;
    CR_TRY(
        cr_bind(run->config, cr_data_section_options, cr_node_get(cr_config_root(run->config), "data"), &section, err));
    CR_TRY(cr_dataset_open(&dataset, context, run->config, section.source, part, options, err));
    CR_GO(check(run, dataset, err));
    made = calloc(1, sizeof *made);
    if (!made)
        CR_GO(cr_fail_memory(err));
    made->count = most > 0 && most < dataset->count ? most : dataset->count;
    made->size = (size_t)(run->height * run->width * run->channels) * (run->numbers ? sizeof(float) : 1);
    CR_GO(fill(made, dataset, part, err));
    *samples = made;
    made = NULL;
done:
    cr_samples_free(made);
    cr_dataset_free(dataset);
    return status;
}

enum cr_status cr_samples_for_verdict(struct cr_samples **samples, struct cr_export_job *job, int64_t most,
                                      const char *but, struct cr_error *err)
{
    const struct cr_data_options *options = &job->options->data;
    struct cr_error why;
    enum cr_status status = cr_samples_new(samples, job->context, job->run, CR_PART_TEST, most, options, &why);
    if (status == CR_ERROR_UNSUPPORTED)
        status = cr_samples_new(samples, job->context, job->run, CR_PART_TRAIN, most, options, &why);
    if (status == CR_ERROR_STOPPED || status == CR_ERROR_MEMORY)
        return cr_fail(err, status, "%s", why.message);
    if (status != CR_OK)
        cr_export_not_verified(job, "%sthere are no samples: %.160s", but, why.message);
    return CR_OK;
}

void cr_samples_free(struct cr_samples *samples)
{
    if (!samples)
        return;
    free(samples->pixels);
    free(samples->labels);
    free(samples);
}

int64_t cr_samples_outputs(const struct cr_run *run)
{
    return cr_shape_count(run->network->output);
}

enum cr_status cr_samples_answer(const struct cr_samples *samples, struct cr_context *context, const struct cr_run *run,
                                 float *probabilities, struct cr_error *err)
{
    struct cr_predictor *predictor;
    enum cr_status status = cr_predictor_new(&predictor, context, run, BATCH, err);
    for (int64_t at = 0; status == CR_OK && at < samples->count; at += BATCH) {
        int64_t count = samples->count - at < BATCH ? samples->count - at : BATCH;
        status = cr_predict(predictor, samples->pixels + (size_t)at * samples->size, count,
                            probabilities + at * cr_samples_outputs(run), err);
    }
    cr_predictor_free(predictor);
    return status;
}

double cr_samples_difference(const float *a, const float *b, int64_t count)
{
    double most = 0;
    for (int64_t i = 0; i < count; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        if (isnan(difference))
            return difference;
        most = difference > most ? difference : most;
    }
    return most;
}

double cr_samples_accuracy(const struct cr_samples *samples, const float *numbers, int64_t classes)
{
    int64_t right = 0;
    for (int64_t i = 0; i < samples->count; i++) {
        const float *row = numbers + i * classes;
        int64_t best = 0;
        for (int64_t c = 1; c < classes; c++)
            best = row[c] > row[best] ? c : best;
        right += best == samples->labels[i];
    }
    return (double)right / (double)samples->count;
}
