/*
 * What a pass over samples comes to: mean loss and accuracy. Sums are in double and in the order of the samples, so
 * they depend on nothing else.
 */
#include <math.h>

#include "train/trainer.h"

static double number_at(const struct cr_tensor *tensor, int64_t index)
{
    return tensor->dtype == CR_F64 ? ((const double *)tensor->data)[index] : ((const float *)tensor->data)[index];
}

/* The label is the first of the largest. A NaN among the probabilities is never right. */
static bool is_right(const struct cr_tensor *probabilities, int64_t row, int64_t classes, int32_t label)
{
    int64_t first = row * classes;
    double p = number_at(probabilities, first + label);
    for (int64_t i = 0; i < classes; i++) {
        double other = number_at(probabilities, first + i);
        if (i < label ? !(other < p) : !(other <= p))
            return false;
    }
    return true;
}

/* Of a row of targets: the first of the largest. */
static int32_t label_of(const struct cr_batch *batch, int64_t row, int64_t classes)
{
    const float *targets = batch->targets + row * classes;
    int32_t label = 0;
    for (int32_t k = 1; k < classes; k++)
        label = targets[k] > targets[label] ? k : label;
    return label;
}

void cr_tally_batch(struct cr_tally *tally, const struct cr_plan *plan, const struct cr_network *network,
                    const struct cr_batch *batch)
{
    struct cr_tensor loss = cr_plan_tensor(plan, network->loss);
    struct cr_tensor probabilities = cr_plan_tensor(plan, network->probabilities);
    int64_t classes = network->output.dims[0];
    for (int64_t i = 0; i < batch->count; i++) {
        int32_t label = batch->labels ? batch->labels[i] : label_of(batch, i, classes);
        tally->loss += number_at(&loss, i);
        tally->correct += is_right(&probabilities, i, classes, label);
    }
    tally->count += batch->count;
}

double cr_tally_loss(const struct cr_tally *tally)
{
    return tally->count > 0 ? tally->loss / (double)tally->count : NAN;
}

double cr_tally_accuracy(const struct cr_tally *tally)
{
    return tally->count > 0 ? (double)tally->correct / (double)tally->count : NAN;
}

enum cr_status cr_trainer_validate(struct cr_trainer *trainer, struct cr_tally *tally, struct cr_error *err)
{
    const struct cr_network *network = trainer->options.network;
    struct cr_loader *loader = trainer->options.validation;
    const struct cr_batch *batch;
    *tally = (struct cr_tally){0};
    CR_TRY(cr_loader_seek(loader, 0, 0, err));
    for (;;) {
        CR_TRY(cr_loader_next(loader, &batch, err));
        if (!batch)
            return CR_OK;
        struct cr_feed feed = {
            .count = batch->count, .inputs = {batch->pixels}, .labels = batch->labels, .soft = batch->targets};
        cr_plan_run(trainer->validating, &feed);
        cr_tally_batch(tally, trainer->validating, network, batch);
    }
}
