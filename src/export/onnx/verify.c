/*
 * The verdict on an ONNX file: it is read back and run by onnx/eval.h on samples of the run's data, some at a time, and
 * must answer as the run does.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export/onnx/eval.h"
#include "export/onnx/onnx.h"
#include "export/samples.h"

enum { BATCH = 4, MOST_SAMPLES = 256, LEAST_SAMPLES = 5 };

static const double tolerance = 1e-4;
/* What plain loops do in some seconds: large networks answer fewer samples. */
static const double most_flops = 4e9;
static const struct cr_onnx_limits limits = {.numbers = (int64_t)1 << 29, .work = (int64_t)1 << 40};

static int64_t samples_to_take(const struct cr_run *run)
{
    double flops = 1;
    for (int i = 0; i < run->network->layers; i++)
        flops += (double)run->network->rows[i].flops;
    double count = most_flops / flops;
    return count > MOST_SAMPLES ? MOST_SAMPLES : count < LEAST_SAMPLES ? LEAST_SAMPLES : (int64_t)count;
}

static enum cr_status check_input(const struct cr_onnx_model *model, const struct cr_run *run, struct cr_error *err)
{
    const struct cr_onnx_tensor *input = &model->input.shape;
    const int64_t *d = input->dims;
    if (input->type == (run->numbers ? CR_ONNX_FLOATS : CR_ONNX_BYTES) && input->rank == 4 && d[0] == -1 &&
        d[1] == run->height && d[2] == run->width && d[3] == run->channels)
        return CR_OK;
    return cr_fail(err, CR_ERROR_FORMAT, "%s: read back, its input is not the network's", model->path);
}

static enum cr_status answer_some(const struct cr_onnx_model *model, const void *pixels, int64_t count, float *answers,
                                  int64_t outputs, struct cr_error *err)
{
    struct cr_onnx_run run;
    const struct cr_onnx_tensor *output;
    enum cr_status status = cr_onnx_run(&run, model, &limits, pixels, count, err);
    if (status == CR_OK)
        status = cr_onnx_output(&run, "probabilities", &output, err);
    if (status == CR_OK && output->count != count * outputs)
        status = cr_fail(err, CR_ERROR_FORMAT, "%s: read back, it answers with %lld numbers, expected %lld",
                         model->path, (long long)output->count, (long long)(count * outputs));
    if (status == CR_OK)
        memcpy(answers, output->data, (size_t)output->count * sizeof *answers);
    cr_onnx_run_free(&run);
    return status;
}

static enum cr_status compare(struct cr_export_job *job, const struct cr_onnx_model *model,
                              const struct cr_samples *samples, float *ours, float *theirs, struct cr_error *err)
{
    int64_t outputs = cr_samples_outputs(job->run);
    CR_TRY(cr_samples_answer(samples, job->context, job->run, ours, err));
    for (int64_t at = 0; at < samples->count; at += BATCH) {
        int64_t count = samples->count - at < BATCH ? samples->count - at : BATCH;
        CR_TRY(answer_some(model, samples->pixels + (size_t)at * samples->size, count, theirs + at * outputs, outputs,
                           err));
    }
    double difference = cr_samples_difference(ours, theirs, samples->count * outputs);
    if (!(difference <= tolerance))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: read back and run, it answers otherwise than the run, by %g",
                       job->out, difference);
    cr_export_verified(job, "read back and run, probabilities differ by at most %.2g on %s", difference, samples->name);
    return CR_OK;
}

enum cr_status cr_onnx_verify(struct cr_export_job *job, struct cr_error *err)
{
    struct cr_onnx_model *model = NULL;
    struct cr_samples *samples = NULL;
    float *ours = NULL, *theirs = NULL;
    enum cr_status status;
    CR_GO(cr_onnx_open(&model, job->out, err));
    CR_GO(check_input(model, job->run, err));
    CR_GO(cr_samples_for_verdict(&samples, job, samples_to_take(job->run), "the file can be read back, but ", err));
    if (!samples)
        goto done;
    size_t numbers = (size_t)(samples->count * cr_samples_outputs(job->run)) + 1;
    ours = malloc(numbers * sizeof *ours);
    theirs = malloc(numbers * sizeof *theirs);
    CR_GO(ours && theirs ? compare(job, model, samples, ours, theirs, err) : cr_fail_memory(err));
done:
    free(ours);
    free(theirs);
    cr_samples_free(samples);
    cr_onnx_free(model);
    return status;
}
