/*
 * Testing: how often a trained network is right on pictures that it has not seen.
 *
 *     accuracy   share whose true class has the largest logit
 *     top5       share whose true class is among the five largest (ties to the lower class)
 *     loss       mean over the images of -log softmax(z)[y] = m + log sum_j exp(z_j - m) - z_y,  m = max z
 *     confusion  [true][answered] counts
 *
 * All from the logits, in double, in the order of the dataset: neither batches nor threads nor workers change a bit.
 */
#include <cradle/evaluate.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 256, TOP = 5 };

static enum cr_status check(const struct cr_run *run, const struct cr_dataset *dataset, struct cr_error *err)
{
    if (!dataset->labels)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s has targets, but no labels", dataset->name);
    if (dataset->numbers != run->numbers)
        return cr_fail(err, CR_ERROR_SHAPE, "%s holds %s, but the network was trained on %s", dataset->name,
                       dataset->numbers ? "numbers" : "bytes", run->numbers ? "numbers" : "bytes");
    if (dataset->height != run->height || dataset->width != run->width || dataset->channels != run->channels ||
        dataset->classes != run->classes)
        return cr_fail(
            err, CR_ERROR_SHAPE,
            "%s has pictures of %lldx%lldx%lld in %lld classes, but the network was trained on %lldx%lldx%lld "
            "in %lld",
            dataset->name, (long long)dataset->height, (long long)dataset->width, (long long)dataset->channels,
            (long long)dataset->classes, (long long)run->height, (long long)run->width, (long long)run->channels,
            (long long)run->classes);
    for (int64_t c = 0; c < run->classes; c++)
        if (strcmp(dataset->class_names[c], run->class_names[c]) != 0)
            return cr_fail(err, CR_ERROR_SHAPE, "%s: class %lld is %s, but it was %s when the network was trained",
                           dataset->name, (long long)c, dataset->class_names[c], run->class_names[c]);
    return CR_OK;
}

/* Logits that are before the true class: larger, or equal and of a lower class. NaN is never right. */
static int64_t rank_of(const float *logits, int64_t classes, int64_t label)
{
    int64_t rank = 0;
    for (int64_t c = 0; c < classes; c++)
        if (c != label)
            rank += c < label ? !(logits[c] < logits[label]) : !(logits[c] <= logits[label]);
    return rank;
}

static int64_t largest(const float *logits, int64_t classes)
{
    int64_t best = 0;
    for (int64_t c = 1; c < classes; c++)
        if (logits[c] > logits[best])
            best = c;
    return best;
}

static double cross_entropy(const float *logits, int64_t classes, int64_t label, int64_t best)
{
    double most = (double)logits[best], sum = 0;
    for (int64_t c = 0; c < classes; c++)
        sum += exp((double)logits[c] - most);
    return most + log(sum) - (double)logits[label];
}

struct sums {
    struct cr_test_result *result;
    int64_t right, near;
    double loss;
};

static void add(struct sums *sums, const float *logits, int64_t label)
{
    int64_t classes = sums->result->classes, rank = rank_of(logits, classes, label), best = largest(logits, classes);
    sums->right += rank == 0;
    sums->near += rank < TOP;
    sums->loss += cross_entropy(logits, classes, label, best);
    sums->result->confusion[label * classes + best]++;
    sums->result->count++;
}

static bool go_on(const struct cr_data_options *options, int64_t done, int64_t total)
{
    return !options || !options->progress || options->progress(options->progress_user, "testing", done, total);
}

static enum cr_status add_all(struct sums *sums, struct cr_plan *plan, struct cr_loader *loader,
                              const struct cr_value *logits, int64_t total, const struct cr_data_options *options,
                              struct cr_error *err)
{
    const struct cr_batch *batch;
    for (;;) {
        if (!go_on(options, sums->result->count, total))
            return cr_fail(err, CR_ERROR_STOPPED, "stopped while testing");
        CR_TRY(cr_loader_next(loader, &batch, err));
        if (!batch)
            return CR_OK;
        cr_plan_run(plan, &(struct cr_feed){.count = batch->count, .inputs = {batch->pixels}});
        const float *rows = cr_plan_tensor(plan, logits).data;
        for (int64_t i = 0; i < batch->count; i++)
            add(sums, rows + i * sums->result->classes, batch->labels[i]);
    }
}

static enum cr_status measure(struct cr_test_result *result, struct cr_context *context, const struct cr_run *run,
                              const struct cr_dataset *dataset, const struct cr_data_options *options,
                              struct cr_error *err)
{
    struct sums sums = {.result = result};
    struct cr_plan *plan = NULL;
    struct cr_loader *loader = NULL;
    enum cr_status status = CR_OK;
    int64_t batch = dataset->count < BATCH ? dataset->count : BATCH;
    int64_t *indices = malloc((size_t)dataset->count * sizeof *indices);
    if (!indices)
        CR_GO(cr_fail_memory(err));
    for (int64_t i = 0; i < dataset->count; i++)
        indices[i] = i;
    struct cr_plan_options planned = {.batch = batch, .mode = CR_MODE_INFER, .outputs = {run->network->logits}};
    CR_GO(cr_plan_new(&plan, context, run->network->graph, run->network->params, &planned, err));
    CR_GO(cr_loader_new(&loader, dataset, indices, dataset->count,
                        &(struct cr_loader_options){.batch = batch, .workers = options ? options->workers : 0}, err));
    CR_GO(add_all(&sums, plan, loader, run->network->logits, dataset->count, options, err));
    result->accuracy = (double)sums.right / (double)result->count;
    result->top5 = (double)sums.near / (double)result->count;
    result->loss = sums.loss / (double)result->count;
done:
    cr_loader_free(loader);
    cr_plan_free(plan);
    free(indices);
    return status;
}

enum cr_status cr_test(struct cr_test_result **result, struct cr_context *context, const struct cr_run *run,
                       const struct cr_dataset *dataset, const struct cr_data_options *options, struct cr_error *err)
{
    *result = NULL;
    CR_TRY(check(run, dataset, err));
    struct cr_test_result *made = calloc(1, sizeof *made);
    enum cr_status status = CR_OK;
    if (!made)
        return cr_fail_memory(err);
    made->classes = run->classes;
    made->confusion = calloc((size_t)(run->classes * run->classes), sizeof *made->confusion);
    if (!made->confusion)
        CR_GO(cr_fail_memory(err));
    CR_GO(measure(made, context, run, dataset, options, err));
    *result = made;
    made = NULL;
done:
    cr_test_result_free(made);
    return status;
}

void cr_test_result_free(struct cr_test_result *result)
{
    if (!result)
        return;
    free(result->confusion);
    free(result);
}

enum cr_status cr_run_test_data(struct cr_dataset **dataset, struct cr_context *context, const struct cr_run *run,
                                const struct cr_data_options *options, struct cr_error *err)
{
    struct cr_data_section section;
    *dataset = NULL;
    CR_TRY(
        cr_bind(run->config, cr_data_section_options, cr_node_get(cr_config_root(run->config), "data"), &section, err));
    return cr_dataset_open(dataset, context, run->config, section.source, CR_PART_TEST, options, err);
}
