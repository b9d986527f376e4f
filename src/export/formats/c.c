/*
 * c: one source file and its header, C99, that hold the whole network: no allocation, no dependency but what of libm
 * the activations need. In float, or with --int8 in 8 bits.
 *
 * Verified by compiling the source with the system's compiler and comparing its answers with the run's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/c/quantise.h"
#include "export/samples.h"

enum { SAMPLES = 1000, CALIBRATION = 512, MOST_INSIDE = 1000000 };

static const double tolerance = 1e-4;

static enum cr_status check_size(const struct cr_export_job *job, const struct cr_program *program,
                                 struct cr_error *err)
{
    int64_t weights = 0;
    for (int i = 0; i < program->count; i++)
        weights += program->stages[i].weights;
    if (weights <= MOST_INSIDE || job->options->weights)
        return CR_OK;
    return cr_fail(err, CR_ERROR_UNSUPPORTED,
                   "%lld weights are too many for a source file that compilers read in good time: give them a file of "
                   "their own (--weights FILE)",
                   (long long)weights);
}

static enum cr_status check_name(const struct cr_export_job *job, struct cr_error *err)
{
    char *header = cr_c_header_path(job->out);
    bool named = header != NULL;
    free(header);
    return named ? CR_OK : cr_fail(err, CR_ERROR_ARGUMENT, "%s: a C source's name ends in .c", job->out);
}

static enum cr_status compare(const struct cr_c *c, const struct cr_samples *samples, float *ours, float *theirs,
                              struct cr_error *err)
{
    struct cr_export_job *job = (struct cr_export_job *)c->job;
    int64_t outputs = cr_samples_outputs(job->run);
    struct cr_error why;
    CR_TRY(cr_samples_answer(samples, job->context, job->run, ours, err));
    enum cr_status status = cr_c_answer(c, samples, theirs, &why);
    if (status == CR_ERROR_UNSUPPORTED) {
        cr_export_not_verified(job, "%.200s", why.message);
        return CR_OK;
    }
    if (status != CR_OK)
        return cr_fail(err, status, "%s", why.message);
    double difference = cr_samples_difference(ours, theirs, samples->count * outputs);
    if (samples->labels && job->run->network->task == CR_TASK_CLASS)
        cr_export_say(job, "accuracy", "%.4f (the run: %.4f) on %s", cr_samples_accuracy(samples, theirs, outputs),
                      cr_samples_accuracy(samples, ours, outputs), samples->name);
    if (!c->int8 && !(difference <= tolerance))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: compiled, it answers otherwise than the run, by %g", job->out,
                       difference);
    cr_export_verified(job, "compiled and run, probabilities differ by at most %.2g on %s", difference, samples->name);
    return CR_OK;
}

static enum cr_status verify(const struct cr_c *c, struct cr_error *err)
{
    struct cr_export_job *job = (struct cr_export_job *)c->job;
    struct cr_samples *samples;
    CR_TRY(cr_samples_for_verdict(&samples, job, SAMPLES, "", err));
    if (!samples)
        return CR_OK;
    size_t numbers = (size_t)(samples->count * cr_samples_outputs(job->run)) + 1;
    float *ours = malloc(numbers * sizeof *ours), *theirs = malloc(numbers * sizeof *theirs);
    enum cr_status status = ours && theirs ? compare(c, samples, ours, theirs, err) : cr_fail_memory(err);
    free(ours);
    free(theirs);
    cr_samples_free(samples);
    return status;
}

static void remove_all(const struct cr_export_job *job)
{
    char *header = cr_c_header_path(job->out);
    remove(job->out);
    if (header)
        remove(header);
    if (job->options->weights)
        remove(job->options->weights);
    free(header);
}

/* By samples of the training part: those of the test part are for the verdict. */
static enum cr_status write_int8(struct cr_c *c, struct cr_error *err)
{
    const struct cr_export_job *job = c->job;
    struct cr_samples *samples;
    struct cr_quantum *quanta = cr_arena_alloc(c->program->arena, (size_t)c->program->values * sizeof *quanta);
    if (!quanta)
        return cr_fail_memory(err);
    CR_TRY(cr_samples_new(&samples, job->context, job->run, CR_PART_TRAIN, CALIBRATION, &job->options->data, err));
    enum cr_status status = cr_quantise_values(quanta, c->program, job->context, samples, err);
    cr_samples_free(samples);
    return status == CR_OK ? cr_c_source_int8(c, quanta, err) : status;
}

/* Bytes of the weights and biases in float. */
static size_t float_size(const struct cr_program *program)
{
    size_t size = 0;
    for (int i = 0; i < program->count; i++)
        size += (size_t)(program->stages[i].weights + program->stages[i].biases) * sizeof(float);
    return size;
}

static void say_constants(struct cr_export_job *job, const struct cr_c *c)
{
    size_t size = c->constants + c->weights_size, wide = float_size(c->program);
    if (c->int8)
        cr_export_say(job, "constants", "%zu bytes, %.1f %% of float's %zu", size, 100 * (double)size / (double)wide,
                      wide);
    else
        cr_export_say(job, "constants", "%zu bytes", size);
    if (job->options->weights)
        cr_export_say(job, "weights", "%s, %zu bytes of them", job->options->weights, c->weights_size);
}

static enum cr_status write_all(struct cr_export_job *job, const struct cr_program *program, struct cr_error *err)
{
    struct cr_c c;
    enum cr_status status;
    CR_GO(cr_c_open(&c, job, program, job->options->int8, err));
    CR_GO(c.int8 ? write_int8(&c, err) : cr_c_source(&c, err));
    CR_GO(cr_c_write(&c, err));
    cr_export_say(job, "call", "%s_predict(%spixels, probabilities)", c.name, job->options->weights ? "weights, " : "");
    say_constants(job, &c);
    cr_export_say(job, "memory", "%zu bytes, static", c.memory * (c.int8 ? 1 : sizeof(float)));
    cr_export_say(job, "libm", "%s", c.libm[0] ? c.libm : "nothing");
    status = verify(&c, err);
    if (status != CR_OK)
        remove_all(job);
done:
    cr_c_close(&c);
    return status;
}

static enum cr_status save(struct cr_export_job *job, struct cr_error *err)
{
    struct cr_program *program;
    CR_TRY(check_name(job, err));
    CR_TRY(cr_program_new(&program, job->run, err));
    enum cr_status status = check_size(job, program, err);
    if (status == CR_OK)
        status = write_all(job, program, err);
    cr_program_free(program);
    return status;
}

const struct cr_export_format cr_export_c = {
    .entry = {.name = "c", .help = "one C99 source with its header: no dependency, no allocation; float or int8"},
    .file = "model.c",
    .network = true,
    .takes = CR_EXPORT_TAKES_INT8 | CR_EXPORT_TAKES_WEIGHTS,
    .save = save,
};
