/*
 * What a pass over samples comes to: mean loss, and how good the answers are, as the task has it:
 *
 *     class    share of the samples whose label has the largest output
 *     answers  share of right ones among the answers yes and no to each output, of all samples
 *     numbers  R^2 = 1 - sum (x - t)^2 / sum (t - mean t)^2 over all outputs of all samples; 0 is as good as the mean
 *
 * Sums are in double and in the order of the samples, so they depend on nothing else.
 */
#include <math.h>

#include "train/trainer.h"

static double number_at(const struct cr_tensor *tensor, int64_t index)
{
    return tensor->dtype == CR_F64 ? ((const double *)tensor->data)[index] : ((const float *)tensor->data)[index];
}

/* The label is the first of the largest. A NaN among the outputs is never right. */
static bool is_right(const struct cr_tensor *answers, int64_t row, int64_t width, int64_t label)
{
    int64_t first = row * width;
    double p = number_at(answers, first + label);
    for (int64_t i = 0; i < width; i++) {
        double other = number_at(answers, first + i);
        if (i < label ? !(other < p) : !(other <= p))
            return false;
    }
    return true;
}

/* What output k of a sample should be: the targets, or one-hot of the label. */
static double target_of(const struct cr_batch *batch, int64_t row, int64_t width, int64_t k)
{
    return batch->targets ? (double)batch->targets[row * width + k] : k == batch->labels[row];
}

/* The label, or of a row of targets the first of the largest. */
static int64_t label_of(const struct cr_batch *batch, int64_t row, int64_t width)
{
    int64_t label = 0;
    if (batch->labels)
        return batch->labels[row];
    for (int64_t k = 1; k < width; k++)
        label = target_of(batch, row, width, k) > target_of(batch, row, width, label) ? k : label;
    return label;
}

static void add_answers(struct cr_tally *tally, const struct cr_tensor *answers, int64_t row, int64_t width,
                        const struct cr_batch *batch)
{
    for (int64_t k = 0; k < width; k++) {
        double p = number_at(answers, row * width + k), t = target_of(batch, row, width, k);
        tally->correct += t >= 0.5 ? p > 0.5 : p <= 0.5; /* a NaN is never right */
    }
    tally->answers += width;
}

static void add_numbers(struct cr_tally *tally, const struct cr_tensor *answers, int64_t row, int64_t width,
                        const struct cr_batch *batch)
{
    for (int64_t k = 0; k < width; k++) {
        double t = target_of(batch, row, width, k), error = number_at(answers, row * width + k) - t;
        tally->targets += t;
        tally->squares += t * t;
        tally->errors += error * error;
    }
    tally->answers += width;
}

void cr_tally_batch(struct cr_tally *tally, const struct cr_plan *plan, const struct cr_network *network,
                    const struct cr_batch *batch)
{
    struct cr_tensor loss = cr_plan_tensor(plan, network->loss);
    struct cr_tensor answers = cr_plan_tensor(plan, network->probabilities);
    int64_t width = network->output.dims[0];
    tally->numbers = network->task == CR_TASK_NUMBERS;
    for (int64_t i = 0; i < batch->count; i++) {
        tally->loss += number_at(&loss, i);
        switch (network->task) {
        case CR_TASK_CLASS:
            tally->correct += is_right(&answers, i, width, label_of(batch, i, width));
            tally->answers++;
            break;
        case CR_TASK_ANSWERS:
            add_answers(tally, &answers, i, width, batch);
            break;
        case CR_TASK_NUMBERS:
            add_numbers(tally, &answers, i, width, batch);
            break;
        }
    }
    tally->count += batch->count;
}

void cr_tally_add(struct cr_tally *sum, const struct cr_tally *tally)
{
    sum->loss += tally->loss;
    sum->correct += tally->correct;
    sum->count += tally->count;
    sum->answers += tally->answers;
    sum->numbers = tally->numbers;
    sum->targets += tally->targets;
    sum->squares += tally->squares;
    sum->errors += tally->errors;
}

double cr_tally_loss(const struct cr_tally *tally)
{
    return tally->count > 0 ? tally->loss / (double)tally->count : NAN;
}

/* Where all targets are the same nothing can be explained: 1 where they are met, else 0. */
static double explained(const struct cr_tally *tally)
{
    double spread = tally->squares - tally->targets * tally->targets / (double)tally->answers;
    if (spread > 0)
        return 1 - tally->errors / spread;
    return tally->errors == 0;
}

double cr_tally_accuracy(const struct cr_tally *tally)
{
    if (tally->answers == 0)
        return NAN;
    return tally->numbers ? explained(tally) : (double)tally->correct / (double)tally->answers;
}

enum cr_status cr_trainer_validate(struct cr_trainer *trainer, struct cr_loader *loader, struct cr_tally *tally,
                                   struct cr_answer_counts *answers, struct cr_error *err)
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
        cr_tally_batch(tally, trainer->validating, network, batch);
        if (answers)
            cr_answers_add(answers, trainer->validating, network, batch);
    }
}
