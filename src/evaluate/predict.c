/*
 * Predicting: the probability of each class, or the numbers of a regression, for samples as bytes (or floats where the
 * run has numbers), [count][H][W][C] -> [count][classes]. Scaling and standardisation are the network's first op, so
 * that pixels go in as they are. A run that was calibrated divides its logits by the temperature.
 */
#include <cradle/evaluate.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct cr_predictor {
    struct cr_plan *plan;
    const struct cr_value *answer; /* the logits where there is a temperature, else the outputs */
    enum cr_task task;
    double temperature;
    int64_t batch, classes;
};

enum cr_status cr_predictor_new(struct cr_predictor **predictor, struct cr_context *context, const struct cr_run *run,
                                int64_t batch, struct cr_error *err)
{
    *predictor = NULL;
    if (batch < 1)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a batch of %lld pictures: expected 1 or more", (long long)batch);
    struct cr_predictor *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->task = run->network->task;
    made->temperature = made->task == CR_TASK_NUMBERS ? 1 : run->temperature;
    made->answer = made->temperature == 1 ? run->network->probabilities : run->network->logits;
    made->batch = batch;
    made->classes = cr_shape_count(run->network->output);
    struct cr_plan_options planned = {
        .batch = batch, .mode = CR_MODE_INFER, .outputs = {made->answer}, .constant = true};
    enum cr_status status = cr_plan_new(&made->plan, context, run->network->graph, run->network->params, &planned, err);
    if (status == CR_OK)
        *predictor = made;
    else
        cr_predictor_free(made);
    return status;
}

void cr_predictor_free(struct cr_predictor *predictor)
{
    if (!predictor)
        return;
    cr_plan_free(predictor->plan);
    free(predictor);
}

/* A row of logits to probabilities, by the temperature. */
static void soften(const struct cr_predictor *predictor, float *row)
{
    double most = (double)row[0], sum = 0;
    for (int64_t c = 1; c < predictor->classes; c++)
        most = fmax(most, (double)row[c]);
    for (int64_t c = 0; c < predictor->classes; c++)
        sum += exp(((double)row[c] - most) / predictor->temperature);
    for (int64_t c = 0; c < predictor->classes; c++)
        row[c] = predictor->task == CR_TASK_CLASS ? (float)(exp(((double)row[c] - most) / predictor->temperature) / sum)
                                                  : (float)(1 / (1 + exp(-(double)row[c] / predictor->temperature)));
}

enum cr_status cr_predict(struct cr_predictor *predictor, const uint8_t *pixels, int64_t count, float *outputs,
                          struct cr_error *err)
{
    if (count < 1 || count > predictor->batch)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%lld pictures at once: expected 1..%lld", (long long)count,
                       (long long)predictor->batch);
    cr_plan_run(predictor->plan, &(struct cr_feed){.count = count, .inputs = {pixels}});
    memcpy(outputs, cr_plan_tensor(predictor->plan, predictor->answer).data,
           (size_t)(count * predictor->classes) * sizeof *outputs);
    for (int64_t i = 0; i < count && predictor->temperature != 1; i++)
        soften(predictor, outputs + i * predictor->classes);
    return CR_OK;
}
