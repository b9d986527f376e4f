/*
 * Predicting: the probability of each class, or the numbers of a regression, for samples as bytes (or floats where the
 * run has numbers), [count][H][W][C] -> [count][classes]. Scaling and standardisation are the network's first op, so
 * that pixels go in as they are. A run that was calibrated divides its logits by the temperature. The members of an
 * ensemble answer one after the other, and its rule makes one answer of theirs.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/ensemble.h"

struct member {
    struct cr_plan *plan;
    const struct cr_value *answer; /* the logits where there is a temperature, else the outputs */
    enum cr_task task;
    double temperature;
    float *outputs; /* [batch][classes]; NULL: of the only member, which writes where the answer is wanted */
};

struct cr_predictor {
    int64_t batch, classes;
    const struct cr_ensemble *ensemble; /* NULL: one run */
    int64_t members;
    struct member member[];
};

static enum cr_status make_member(struct member *member, struct cr_context *context, const struct cr_run *run,
                                  int64_t batch, struct cr_error *err)
{
    member->task = run->network->task;
    member->temperature = member->task == CR_TASK_NUMBERS ? 1 : run->temperature;
    member->answer = member->temperature == 1 ? run->network->probabilities : run->network->logits;
    struct cr_plan_options planned = {
        .batch = batch, .mode = CR_MODE_INFER, .outputs = {member->answer}, .constant = true};
    return cr_plan_new(&member->plan, context, run->network->graph, run->network->params, &planned, err);
}

static enum cr_status make(struct cr_predictor **predictor, struct cr_context *context, struct cr_run *const *runs,
                           int64_t members, int64_t batch, struct cr_error *err)
{
    *predictor = NULL;
    if (batch < 1)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a batch of %lld pictures: expected 1 or more", (long long)batch);
    struct cr_predictor *made = calloc(1, sizeof *made + (size_t)members * sizeof *made->member);
    enum cr_status status = CR_OK;
    if (!made)
        return cr_fail_memory(err);
    made->batch = batch;
    made->classes = cr_shape_count(runs[0]->network->output);
    made->members = members;
    for (int64_t m = 0; m < members; m++) {
        CR_GO(make_member(&made->member[m], context, runs[m], batch, err));
        if (members == 1)
            break;
        made->member[m].outputs = malloc((size_t)(batch * made->classes) * sizeof(float));
        if (!made->member[m].outputs)
            CR_GO(cr_fail_memory(err));
    }
    *predictor = made;
    made = NULL;
done:
    cr_predictor_free(made);
    return status;
}

enum cr_status cr_predictor_new(struct cr_predictor **predictor, struct cr_context *context, const struct cr_run *run,
                                int64_t batch, struct cr_error *err)
{
    return make(predictor, context, (struct cr_run *const[]){(struct cr_run *)run}, 1, batch, err);
}

enum cr_status cr_predictor_of_ensemble(struct cr_predictor **predictor, struct cr_context *context,
                                        const struct cr_ensemble *ensemble, int64_t batch, struct cr_error *err)
{
    CR_TRY(make(predictor, context, ensemble->runs, ensemble->count, batch, err));
    (*predictor)->ensemble = ensemble;
    return CR_OK;
}

void cr_predictor_free(struct cr_predictor *predictor)
{
    if (!predictor)
        return;
    for (int64_t m = 0; m < predictor->members; m++) {
        cr_plan_free(predictor->member[m].plan);
        free(predictor->member[m].outputs);
    }
    free(predictor);
}

void cr_soften(float *row, int64_t classes, enum cr_task task, double temperature)
{
    double most = (double)row[0], sum = 0;
    for (int64_t c = 1; c < classes; c++)
        most = fmax(most, (double)row[c]);
    for (int64_t c = 0; c < classes; c++)
        sum += exp(((double)row[c] - most) / temperature);
    for (int64_t c = 0; c < classes; c++)
        row[c] = task == CR_TASK_CLASS ? (float)(exp(((double)row[c] - most) / temperature) / sum)
                                       : (float)(1 / (1 + exp(-(double)row[c] / temperature)));
}

static void answer(const struct member *member, const struct cr_feed *feed, int64_t classes, float *outputs)
{
    cr_plan_run(member->plan, feed);
    memcpy(outputs, cr_plan_tensor(member->plan, member->answer).data,
           (size_t)(feed->count * classes) * sizeof *outputs);
    for (int64_t i = 0; i < feed->count && member->temperature != 1; i++)
        cr_soften(outputs + i * classes, classes, member->task, member->temperature);
}

enum cr_status cr_predict(struct cr_predictor *predictor, const uint8_t *pixels, int64_t count, float *outputs,
                          struct cr_error *err)
{
    const struct cr_feed feed = {.count = count, .inputs = {pixels}};
    const float *all[CR_ENSEMBLE_MOST];
    if (count < 1 || count > predictor->batch)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%lld pictures at once: expected 1..%lld", (long long)count,
                       (long long)predictor->batch);
    for (int64_t m = 0; m < predictor->members; m++) {
        all[m] = predictor->member[m].outputs;
        answer(&predictor->member[m], &feed, predictor->classes, all[m] ? predictor->member[m].outputs : outputs);
    }
    if (predictor->members > 1)
        cr_ensemble_combine(predictor->ensemble, all, count, outputs);
    return CR_OK;
}
