/*
 * Predicting: the probability of each class for pictures as bytes, [count][H][W][C] -> [count][classes]. Scaling and
 * standardisation are the network's first op, so that pixels go in as they are.
 */
#include <cradle/evaluate.h>

#include <stdlib.h>
#include <string.h>

struct cr_predictor {
    struct cr_plan *plan;
    const struct cr_value *probabilities;
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
    made->probabilities = run->network->probabilities;
    made->batch = batch;
    made->classes = run->classes;
    struct cr_plan_options planned = {.batch = batch, .mode = CR_MODE_INFER, .outputs = {made->probabilities}};
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

enum cr_status cr_predict(struct cr_predictor *predictor, const uint8_t *pixels, int64_t count, float *probabilities,
                          struct cr_error *err)
{
    if (count < 1 || count > predictor->batch)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%lld pictures at once: expected 1..%lld", (long long)count,
                       (long long)predictor->batch);
    cr_plan_run(predictor->plan, &(struct cr_feed){.count = count, .inputs = {pixels}});
    memcpy(probabilities, cr_plan_tensor(predictor->plan, predictor->probabilities).data,
           (size_t)(count * predictor->classes) * sizeof *probabilities);
    return CR_OK;
}
