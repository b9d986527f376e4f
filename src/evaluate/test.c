/*
 * Testing: how good a trained network is on samples that it has not seen, by the metrics of its loss; of classes also
 * the confusion [true][answered], and how far its confidence can be trusted.
 *
 * Classes are ranked by their logits, which do not become equal where probabilities come to 0 or 1. With m = max z and
 * the temperature T the cross-entropy is m / T + log sum_j exp((z_j - m) / T) - z_y / T, the confidence 1 / sum_j
 * exp((z_j - m) / T).
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "data/dataset.h"
#include "evaluate/outputs.h"
#include "model/metric.h"

struct test {
    struct cr_test_result public; /* first: a result is one of these */
    struct cr_meter *meter;
};

/* -------------------------------------------------------------------------------------------------------- a sample */

/* Counts the answer by its confidence, and adds its cross-entropy. */
static void add_confidence(struct cr_test_result *result, const struct cr_answer *logits, int64_t answered, bool right)
{
    double most = cr_answer_output(logits, answered), sum = 0;
    for (int64_t c = 0; c < result->classes; c++)
        sum += exp((cr_answer_output(logits, c) - most) / result->temperature);
    result->loss += log(sum) + (most - cr_answer_output(logits, logits->label)) / result->temperature;
    double confidence = 1 / sum;
    int bin = isnan(confidence) ? 0 : (int)ceil(confidence * CR_CALIBRATION_BINS) - 1;
    struct cr_calibration_bin *place = &result->calibration.bins[bin < 0 ? 0 : bin];
    place->count++;
    place->confidence += confidence;
    place->accuracy += right;
}

static bool add_class(struct cr_test_result *result, const struct cr_answer *logits)
{
    int64_t answered = cr_answer_class(logits);
    bool right = cr_answer_rank(logits) == 0;
    result->confusion[logits->label * result->classes + answered]++;
    result->by_class[logits->label].count++;
    result->by_class[answered].answered++;
    result->by_class[logits->label].hits += right;
    add_confidence(result, logits, answered, right);
    return right;
}

static bool add_answers(struct cr_test_result *result, const struct cr_answer *answer)
{
    bool right = true;
    for (int64_t k = 0; k < result->classes; k++) {
        bool yes = cr_answer_is_yes(answer, k), so = cr_answer_target(answer, k) >= 0.5;
        result->by_class[k].count += so;
        result->by_class[k].answered += yes;
        result->by_class[k].hits += yes && so;
        right = right && cr_answer_is_right(answer, k);
    }
    return right;
}

static void add(void *user, const struct cr_pass_batch *shown)
{
    struct test *test = user;
    struct cr_test_result *result = &test->public;
    const struct cr_tensor *outputs = result->task == CR_TASK_CLASS ? &shown->logits : &shown->outputs;
    for (int64_t i = 0; i < shown->count; i++, result->count++) {
        struct cr_answer answer = cr_answer_at(outputs, shown->labels, &shown->targets, i);
        cr_meter_add(test->meter, &answer);
        if (result->task == CR_TASK_CLASS)
            result->right[result->count] = add_class(result, &answer);
        else
            result->loss += (double)shown->loss[i];
        if (result->task == CR_TASK_ANSWERS)
            result->right[result->count] = add_answers(result, &answer);
        if (result->right)
            result->right_count += result->right[result->count];
    }
}

/* --------------------------------------------------------------------------------------------------------- the sums */

static void finish_class(struct cr_class_result *class)
{
    double all = (double)(class->count + class->answered);
    class->precision = class->answered > 0 ? (double)class->hits / (double)class->answered : NAN;
    class->recall = class->count > 0 ? (double)class->hits / (double)class->count : NAN;
    class->f1 = all > 0 ? 2 * (double)class->hits / all : NAN;
}

static void finish_calibration(struct cr_calibration *calibration, int64_t count)
{
    for (int b = 0; b < CR_CALIBRATION_BINS; b++) {
        struct cr_calibration_bin *bin = &calibration->bins[b];
        double among = (double)bin->count;
        if (bin->count > 0)
            calibration->error += fabs(bin->accuracy - bin->confidence) / (double)count;
        bin->accuracy = bin->count > 0 ? bin->accuracy / among : NAN;
        bin->confidence = bin->count > 0 ? bin->confidence / among : NAN;
    }
}

static void finish(struct test *test)
{
    struct cr_test_result *result = &test->public;
    result->loss /= (double)result->count;
    result->scores = cr_meter_scores(test->meter, &result->score_count);
    result->accuracy = result->scores[0].value;
    if (!result->right)
        return;
    cr_interval(result->right_count, result->count, &result->low, &result->high);
    for (int64_t c = 0; c < result->classes; c++)
        finish_class(&result->by_class[c]);
    if (result->task == CR_TASK_CLASS)
        finish_calibration(&result->calibration, result->count);
}

/* ----------------------------------------------------------------------------------------------------- the contract */

static enum cr_status allocate(struct test *test, const struct cr_run *run, int64_t count, struct cr_error *err)
{
    struct cr_test_result *result = &test->public;
    size_t classes = (size_t)cr_shape_count(run->network->output);
    result->task = run->network->task;
    result->classes = (int64_t)classes;
    result->temperature = run->temperature;
    CR_TRY(cr_meter_new(&test->meter, run->network, err));
    if (result->task == CR_TASK_NUMBERS)
        return CR_OK;
    result->right = calloc((size_t)count, sizeof *result->right);
    result->by_class = calloc(classes, sizeof *result->by_class);
    if (result->task == CR_TASK_CLASS)
        result->confusion = calloc(classes * classes, sizeof *result->confusion);
    bool whole = result->right && result->by_class && (result->confusion || result->task != CR_TASK_CLASS);
    return whole ? CR_OK : cr_fail_memory(err);
}

uint64_t cr_truth_hash(const struct cr_dataset *dataset)
{
    size_t count = (size_t)dataset->count;
    if (dataset->labels)
        return cr_sample_hash((const uint8_t *)dataset->labels, count * sizeof *dataset->labels);
    return cr_sample_hash((const uint8_t *)dataset->targets,
                          count * (size_t)dataset->classes * sizeof *dataset->targets);
}

enum cr_status cr_test(struct cr_test_result **result, struct cr_context *context, const struct cr_run *run,
                       const struct cr_dataset *dataset, const struct cr_data_options *options, struct cr_error *err)
{
    *result = NULL;
    CR_TRY(cr_run_accepts(run, dataset, err));
    struct test *made = calloc(1, sizeof *made);
    enum cr_status status;
    if (!made)
        return cr_fail_memory(err);
    struct cr_pass pass = {.what = "testing", .add = add, .user = made};
    made->public.truth = cr_truth_hash(dataset);
    CR_GO(allocate(made, run, dataset->count, err));
    CR_GO(cr_pass_run(&pass, context, run, dataset, NULL, dataset->count, options, err));
    finish(made);
    *result = &made->public;
    made = NULL;
done:
    if (made)
        cr_test_result_free(&made->public);
    return status;
}

/* A class's logarithm serves as its logit: softmax of log p is p. */
static enum cr_status add_outputs(struct test *test, const int32_t *labels, int64_t count, const float *outputs,
                                  struct cr_error *err)
{
    int64_t classes = test->public.classes;
    float *row = malloc((size_t)classes * sizeof *row);
    struct cr_tensor logits = {.dtype = CR_F32, .rank = 2, .dims = {1, classes}, .data = row};
    if (!row)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < count; i++) {
        for (int64_t c = 0; c < classes; c++)
            row[c] = logf(fmaxf(outputs[i * classes + c], FLT_MIN));
        add(test, &(struct cr_pass_batch){.count = 1, .labels = labels + i, .logits = logits});
    }
    free(row);
    return CR_OK;
}

enum cr_status cr_test_outputs(struct cr_test_result **result, const struct cr_run *run, const int32_t *labels,
                               int64_t count, const float *outputs, uint64_t truth, struct cr_error *err)
{
    enum cr_status status;
    struct test *made = calloc(1, sizeof *made);
    *result = NULL;
    if (!made)
        return cr_fail_memory(err);
    CR_GO(allocate(made, run, count, err));
    made->public.truth = truth;
    made->public.temperature = 1; /* in the outputs already */
    CR_GO(add_outputs(made, labels, count, outputs, err));
    finish(made);
    *result = &made->public;
    made = NULL;
done:
    if (made)
        cr_test_result_free(&made->public);
    return status;
}

void cr_test_result_free(struct cr_test_result *result)
{
    struct test *test = (struct test *)result; /* its first member */
    if (!result)
        return;
    cr_meter_free(test->meter);
    free(result->right);
    free(result->by_class);
    free(result->confusion);
    free(test);
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
