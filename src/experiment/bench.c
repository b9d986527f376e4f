/*
 * How fast a network is. Three kinds of runs, each with its own share of the time: whole training steps, training steps
 * that are timed kernel by kernel, and inference. Everything is told by its median, for other work on the machine
 * makes single runs slow. The batches take turns, so that no run finds its pictures in a cache for having just used
 * them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/context.h"
#include "base/random.h"
#include "experiment/sections.h"
#include "train/optimizer.h"

enum { BATCHES = 12, PIXELS_MAX = 64 << 20, WARM_UP = 3, LEAST = 5, MOST = 20000, MOST_TIMED = 2000 };

struct bench {
    struct cr_bench facts;
    struct cr_context *context;
    struct cr_config *config;
    struct cr_sections sections;
    struct cr_network *network;
    struct cr_optimizer *optimizer;
    struct cr_plan *training, *inference;
    struct cr_bench_step *steps;
    uint8_t *pixels; /* [batches][batch][H][W][C] */
    int32_t *labels; /* [batches][batch] */
    size_t batch_size;
    int64_t batches, turn;
    double *samples; /* of the runs of one kind, or [MOST_TIMED][steps] */
};

/* ---------------------------------------------------------------------------------------------------------- the parts
 */

static enum cr_status make_network(struct bench *bench, struct cr_error *err)
{
    const struct cr_data_shape *shape = &bench->facts.shape;
    const struct cr_train_section *train = &bench->sections.train;
    struct cr_network_options options = {.height = shape->height,
                                         .width = shape->width,
                                         .channels = shape->channels,
                                         .classes = shape->classes,
                                         .bytes = true,
                                         .reconstruct = train->target == CR_TARGET_INPUT,
                                         .loss = train->loss,
                                         .freeze = train->freeze,
                                         .seed = (uint64_t)train->seed};
    CR_TRY(cr_network_new(&bench->network, bench->context, bench->sections.model, &options, err));
    const struct cr_params *params = bench->network->params;
    struct cr_plan_options training = {.batch = train->batch,
                                       .mode = CR_MODE_TRAIN,
                                       .loss = bench->network->loss,
                                       .outputs = {bench->network->probabilities},
                                       .lean = train->lean};
    CR_TRY(cr_optimizer_new(&bench->optimizer, bench->context, bench->network->params, bench->config, train->optimizer,
                            err));
    CR_TRY(
        cr_plan_new(&bench->training, bench->context, bench->network->graph, bench->network->params, &training, err));
    bench->facts.batch = train->batch;
    bench->facts.params = params->trainable;
    return CR_OK;
}

static enum cr_status make_batches(struct bench *bench, struct cr_error *err)
{
    const struct cr_data_shape *shape = &bench->facts.shape;
    bench->batch_size = (size_t)(bench->facts.batch * shape->height * shape->width * shape->channels);
    bench->batches = BATCHES;
    while (bench->batches > 1 && (size_t)bench->batches * bench->batch_size > PIXELS_MAX)
        bench->batches--;
    size_t size = (size_t)bench->batches * bench->batch_size, count = (size_t)(bench->batches * bench->facts.batch);
    bench->pixels = malloc(size);
    bench->labels = malloc(count * sizeof *bench->labels);
    if (!bench->pixels || !bench->labels)
        return cr_fail_memory(err);
    struct cr_random random = cr_random_at(1, CR_RANDOM_TEST, 0, 0);
    for (size_t i = 0; i < count; i++)
        bench->labels[i] = (int32_t)cr_random_below(&random, (uint64_t)shape->classes);
    for (size_t i = 0; i < size; i += sizeof(uint32_t)) {
        uint32_t word = cr_random_u32(&random);
        memcpy(bench->pixels + i, &word, size - i < sizeof word ? size - i : sizeof word);
    }
    return CR_OK;
}

static enum cr_status make_steps(struct bench *bench, struct cr_error *err)
{
    int64_t kernels = cr_plan_steps(bench->training);
    size_t timed = (size_t)(kernels + 1) * MOST_TIMED;
    bench->facts.step = bench->steps = calloc((size_t)kernels + 1, sizeof *bench->steps);
    bench->samples = malloc((timed > MOST ? timed : MOST) * sizeof *bench->samples);
    if (!bench->steps || !bench->samples)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < kernels; i++)
        bench->steps[i].info = cr_plan_step(bench->training, i);
    bench->steps[kernels].info = cr_optimizer_info(bench->optimizer);
    bench->facts.steps = kernels + 1;
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------- measuring */

static struct cr_feed next_feed(struct bench *bench)
{
    int64_t place = bench->turn++ % bench->batches;
    return (struct cr_feed){.count = bench->facts.batch,
                            .inputs = {bench->pixels + (size_t)place * bench->batch_size},
                            .labels = bench->labels + place * bench->facts.batch,
                            .step = (uint64_t)bench->turn};
}

static void train(struct bench *bench, double *seconds)
{
    struct cr_feed feed = next_feed(bench);
    double began = cr_clock();
    cr_optimizer_run(bench->optimizer, bench->training, &feed, cr_optimizer_lr(bench->optimizer));
    *seconds = cr_clock() - began;
}

/* One number a step. */
static void train_timed(struct bench *bench, double *seconds)
{
    struct cr_feed feed = next_feed(bench);
    memset(seconds, 0, (size_t)bench->facts.steps * sizeof *seconds);
    cr_plan_profile(bench->training, &feed, seconds);
    double began = cr_clock();
    cr_optimizer_step(bench->optimizer, cr_optimizer_lr(bench->optimizer));
    seconds[bench->facts.steps - 1] = cr_clock() - began;
}

static void infer(struct bench *bench, double *seconds)
{
    struct cr_feed feed = next_feed(bench);
    double began = cr_clock();
    cr_plan_run(bench->inference, &feed);
    *seconds = cr_clock() - began;
}

/* Runs for some time and keeps `width` numbers of each run; how many runs. */
static int64_t sample(struct bench *bench, void (*run)(struct bench *bench, double *seconds), int64_t width,
                      int64_t most, double seconds)
{
    int64_t runs = 0;
    for (int i = 0; i < WARM_UP; i++)
        run(bench, bench->samples);
    double end = cr_clock() + seconds;
    while (runs < most && (runs < LEAST || cr_clock() < end))
        run(bench, bench->samples + width * runs++);
    return runs;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int64_t count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return values[count / 2];
}

static enum cr_status time_steps(struct bench *bench, double seconds, struct cr_error *err)
{
    int64_t width = bench->facts.steps, runs = sample(bench, train_timed, width, MOST_TIMED, seconds);
    double *column = malloc((size_t)runs * sizeof *column);
    if (!column)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < width; i++) {
        for (int64_t run = 0; run < runs; run++)
            column[run] = bench->samples[run * width + i];
        bench->steps[i].seconds = median(column, runs);
    }
    free(column);
    return CR_OK;
}

/* Values, gradients, and what the optimizer keeps for each. */
static size_t params_memory(const struct bench *bench)
{
    const struct cr_params *params = bench->network->params;
    int64_t numbers = params->total + params->trainable * (1 + bench->optimizer->slots);
    return (size_t)numbers * cr_dtype_size(params->dtype);
}

static size_t process_memory(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
#if defined(__APPLE__)
    return (size_t)usage.ru_maxrss;
#else
    return (size_t)usage.ru_maxrss * 1024;
#endif
}

static enum cr_status time_training(struct bench *bench, double seconds, struct cr_error *err)
{
    struct cr_bench *facts = &bench->facts;
    facts->training = median(bench->samples, sample(bench, train, 1, MOST, 2 * seconds));
    CR_TRY(time_steps(bench, seconds, err));
    facts->params_memory = params_memory(bench);
    facts->process_memory = process_memory();
    facts->training_memory = cr_plan_memory(bench->training);
    return CR_OK;
}

static enum cr_status time_inference(struct bench *bench, double seconds, struct cr_error *err)
{
    const struct cr_network *network = bench->network;
    struct cr_plan_options options = {
        .batch = bench->facts.batch, .mode = CR_MODE_INFER, .outputs = {network->probabilities}, .constant = true};
    cr_plan_free(bench->training);
    bench->training = NULL;
    CR_TRY(cr_plan_new(&bench->inference, bench->context, network->graph, network->params, &options, err));
    bench->facts.inference = median(bench->samples, sample(bench, infer, 1, MOST, seconds));
    bench->facts.inference_memory = cr_plan_memory(bench->inference);
    return CR_OK;
}

static enum cr_status find_limits(struct cr_bench *facts, struct cr_error *err)
{
    facts->peak = cr_cpu_peak(facts->cpu, facts->threads);
    facts->bandwidth = cr_cpu_bandwidth(facts->threads);
    return facts->bandwidth > 0 ? CR_OK : cr_fail_memory(err);
}

/* ------------------------------------------------------------------------------------------------------- the contract
 */

static enum cr_status make(struct bench *bench, const struct cr_bench_options *options, struct cr_error *err)
{
    struct cr_bench *facts = &bench->facts;
    CR_TRY(cr_sections_read(&bench->sections, bench->config, err));
    CR_TRY(
        cr_data_shape(&facts->shape, bench->context, bench->config, bench->sections.data.source, &options->data, err));
    double began = cr_clock();
    CR_TRY(make_network(bench, err));
    facts->setup = cr_clock() - began;
    facts->cpu = cr_plan_cpu(bench->training);
    facts->threads = cr_context_threads(bench->context);
    CR_TRY(make_batches(bench, err));
    CR_TRY(make_steps(bench, err));
    CR_TRY(time_training(bench, options->seconds / 4, err));
    CR_TRY(time_inference(bench, options->seconds / 4, err));
    return find_limits(facts, err);
}

enum cr_status cr_bench_new(struct cr_bench **bench, struct cr_context *context, struct cr_config *config,
                            const struct cr_bench_options *options, struct cr_error *err)
{
    struct bench *made = calloc(1, sizeof *made);
    *bench = NULL;
    if (!made)
        return cr_fail_memory(err);
    made->context = context;
    made->config = config;
    enum cr_status status = make(made, options, err);
    if (status == CR_OK)
        *bench = &made->facts;
    else
        cr_bench_free(&made->facts);
    return status;
}

void cr_bench_free(struct cr_bench *facts)
{
    struct bench *bench = (struct bench *)facts; /* its first member */
    if (!bench)
        return;
    cr_plan_free(bench->training);
    cr_plan_free(bench->inference);
    cr_optimizer_free(bench->optimizer);
    cr_network_free(bench->network);
    cr_sections_free(&bench->sections);
    free(bench->steps);
    free(bench->pixels);
    free(bench->labels);
    free(bench->samples);
    free(bench);
}
