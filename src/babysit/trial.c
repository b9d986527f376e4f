#include "babysit/trial.h"

#include <stdlib.h>

#include "data/dataset.h"
#include "train/optimizer.h"

struct cr_trial {
    const struct cr_experiment *experiment;
    struct cr_network *network;
    struct cr_optimizer *optimizer;
    struct cr_plan *plan;
    struct cr_loader *loader;
    uint8_t *black; /* a batch of black pictures; NULL: the real ones */
    int64_t step, epoch;
};

static enum cr_status make_loader(struct cr_trial *trial, const struct cr_trial_options *options, int64_t *batch,
                                  struct cr_error *err)
{
    const struct cr_experiment *experiment = trial->experiment;
    const int64_t *indices = options->indices ? options->indices : experiment->split->train;
    int64_t count = options->indices ? options->count : experiment->split->train_count;
    struct cr_loader_options loading = {.batch = experiment->sections.train.batch,
                                        .shuffle = !options->indices,
                                        .soft = experiment->sections.train.mix != NULL,
                                        .seed = (uint64_t)experiment->sections.train.seed};
    loading.batch = *batch = loading.batch < count ? loading.batch : count;
    return cr_loader_new(&trial->loader, experiment->dataset, indices, count, &loading, err);
}

static enum cr_status make(struct cr_trial *trial, const struct cr_trial_options *options, struct cr_error *err)
{
    const struct cr_experiment *experiment = trial->experiment;
    struct cr_plan_options planning = {.mode = CR_MODE_TRAIN};
    CR_TRY(make_loader(trial, options, &planning.batch, err));
    CR_TRY(cr_experiment_network(experiment, CR_F32, &trial->network, err));
    planning.loss = trial->network->loss;
    planning.outputs[0] = trial->network->probabilities;
    planning.outputs[1] = trial->network->target;
    CR_TRY(cr_optimizer_new(&trial->optimizer, experiment->context, trial->network->params, experiment->config,
                            experiment->sections.train.optimizer, err));
    CR_TRY(
        cr_plan_new(&trial->plan, experiment->context, trial->network->graph, trial->network->params, &planning, err));
    if (!options->blank)
        return cr_loader_seek(trial->loader, 0, 0, err);
    trial->black = calloc((size_t)planning.batch, cr_sample_size(experiment->dataset));
    return trial->black ? cr_loader_seek(trial->loader, 0, 0, err) : cr_fail_memory(err);
}

enum cr_status cr_trial_new(struct cr_trial **trial, const struct cr_experiment *experiment,
                            const struct cr_trial_options *options, struct cr_error *err)
{
    *trial = NULL;
    struct cr_trial *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->experiment = experiment;
    enum cr_status status = make(made, options, err);
    if (status == CR_OK)
        *trial = made;
    else
        cr_trial_free(made);
    return status;
}

void cr_trial_free(struct cr_trial *trial)
{
    if (!trial)
        return;
    cr_plan_free(trial->plan);
    cr_optimizer_free(trial->optimizer);
    cr_network_free(trial->network);
    cr_loader_free(trial->loader);
    free(trial->black);
    free(trial);
}

double cr_trial_rate(const struct cr_trial *trial)
{
    const struct cr_experiment *experiment = trial->experiment;
    double time = (double)trial->step / (double)cr_loader_batches(experiment->train);
    return cr_optimizer_lr(trial->optimizer) *
           cr_schedule_factor(experiment->schedule, time, (double)experiment->sections.train.epochs);
}

static enum cr_status next_batch(struct cr_trial *trial, const struct cr_batch **batch, struct cr_error *err)
{
    CR_TRY(cr_loader_next(trial->loader, batch, err));
    if (*batch)
        return CR_OK;
    CR_TRY(cr_loader_seek(trial->loader, ++trial->epoch, 0, err));
    return cr_loader_next(trial->loader, batch, err);
}

enum cr_status cr_trial_step(struct cr_trial *trial, double rate, double *loss, double *accuracy, struct cr_error *err)
{
    const struct cr_batch *batch;
    struct cr_tally tally = {0};
    CR_TRY(next_batch(trial, &batch, err));
    struct cr_feed feed = {.count = batch->count,
                           .inputs = {trial->black ? trial->black : batch->pixels},
                           .labels = batch->labels,
                           .soft = batch->targets,
                           .seed = (uint64_t)trial->experiment->sections.train.seed,
                           .step = (uint64_t)trial->step};
    cr_plan_run(trial->plan, &feed);
    cr_optimizer_step(trial->optimizer, rate);
    cr_tally_batch(&tally, trial->plan, trial->network, batch);
    trial->step++;
    *loss = cr_tally_loss(&tally);
    *accuracy = cr_tally_accuracy(&tally);
    return CR_OK;
}
