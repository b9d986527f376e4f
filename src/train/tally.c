/*
 * What a pass over samples comes to: the mean loss, and how good the answers are by the first metric of the loss; over
 * the validation part by all of them. Sums are in double and in the order of the samples, so they depend on nothing
 * else.
 */
#include <math.h>

#include "train/trainer.h"

/* Where `meter` and `answers` are NULL, by the first metric alone. */
static void add_batch(struct cr_tally *tally, struct cr_meter *meter, struct cr_answer_counts *answers,
                      const struct cr_plan *plan, const struct cr_network *network, const struct cr_batch *batch)
{
    struct cr_tensor loss = cr_plan_tensor(plan, network->loss);
    struct cr_tensor outputs = cr_plan_tensor(plan, network->probabilities), targets = outputs;
    const int32_t *labels = network->target ? NULL : batch->labels;
    targets.dtype = CR_F32;
    targets.data = (void *)batch->targets;
    if (network->target)
        targets = cr_plan_tensor(plan, network->target);
    tally->metric = cr_metric_first(network);
    for (int64_t i = 0; i < batch->count; i++) {
        struct cr_answer answer = cr_answer_at(&outputs, labels, &targets, i);
        tally->loss += loss.dtype == CR_F64 ? ((const double *)loss.data)[i] : ((const float *)loss.data)[i];
        tally->metric->add(tally->sums, &answer);
        if (meter)
            cr_meter_add(meter, &answer);
        if (answers)
            cr_answers_add(answers, &answer);
    }
    tally->count += batch->count;
}

void cr_tally_batch(struct cr_tally *tally, const struct cr_plan *plan, const struct cr_network *network,
                    const struct cr_batch *batch)
{
    add_batch(tally, NULL, NULL, plan, network, batch);
}

void cr_tally_add(struct cr_tally *sum, const struct cr_tally *tally)
{
    sum->loss += tally->loss;
    sum->count += tally->count;
    sum->metric = tally->metric;
    for (int i = 0; i < CR_FIRST_SUMS; i++)
        sum->sums[i] += tally->sums[i];
}

/* The sign of a NaN means nothing, and who prints it shows it. */
static double without_sign(double number)
{
    return isnan(number) ? (double)NAN : number;
}

double cr_tally_loss(const struct cr_tally *tally)
{
    return tally->count > 0 ? without_sign(tally->loss / (double)tally->count) : NAN;
}

double cr_tally_accuracy(const struct cr_tally *tally)
{
    return tally->count > 0 ? without_sign(tally->metric->value(tally->sums, 0)) : NAN;
}

enum cr_status cr_trainer_validate(struct cr_trainer *trainer, struct cr_loader *loader, struct cr_tally *tally,
                                   struct cr_answer_counts *answers, struct cr_meter *meter, struct cr_error *err)
{
    const struct cr_network *network = trainer->options.network;
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
        add_batch(tally, meter, answers, trainer->validating, network, batch);
    }
}
