/*
 * The trainer's loop:
 *
 *     each epoch:  each batch: forward, backward, update   -> STEP
 *                  validation                              -> EPOCH, CHECKPOINT
 *
 * What it does next depends on `progress` and the numbers of network and optimizer alone, so that it can begin anywhere
 * where a checkpoint was kept: in the middle of an epoch, or between its last step and its validation. A loss that is
 * not finite does not stop it: to judge is the observers' part.
 */
#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "train/optimizer.h"
#include "train/schedule.h"

/* ------------------------------------------------------------------------------------------------ made and let go */

static enum cr_status check_schedule(const struct cr_trainer_options *options, struct cr_error *err)
{
    double momentum;
    CR_TRY(cr_schedule_check(options->schedule, options->epochs, err));
    if (cr_schedule_momentum(options->schedule, 0, (double)options->epochs, &momentum))
        return cr_optimizer_move_momentum(options->optimizer, err);
    return CR_OK;
}

static enum cr_status check(const struct cr_trainer_options *options, struct cr_error *err)
{
    if (!options->network || !options->optimizer || !options->train)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a trainer needs a network, an optimizer and a loader");
    if (options->optimizer->params != options->network->params)
        return cr_fail(err, CR_ERROR_ARGUMENT, "the optimizer is of another network");
    if (cr_loader_has_targets(options->train) && options->network->params->dtype != CR_F32)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "rows of targets are for networks of floats");
    if (options->observe < CR_OBSERVE_AUTO)
        return cr_fail(err, CR_ERROR_ARGUMENT, "an observation each %lld steps: expected 0 or more",
                       (long long)options->observe);
    if (options->epochs < 1 || options->batch < 1 || options->checkpoint < 0)
        return cr_fail(err, CR_ERROR_ARGUMENT,
                       "a training of %lld epochs, batches of %lld, a checkpoint each %lld steps: expected 1 or more, "
                       "1 or more, 0 or more",
                       (long long)options->epochs, (long long)options->batch, (long long)options->checkpoint);
    return options->schedule ? check_schedule(options, err) : CR_OK;
}

static enum cr_status make_plans(struct cr_trainer *trainer, struct cr_error *err)
{
    const struct cr_network *network = trainer->options.network;
    struct cr_plan_options training = {.batch = trainer->options.batch,
                                       .mode = CR_MODE_TRAIN,
                                       .loss = network->loss,
                                       .outputs = {network->probabilities, network->target},
                                       .observe = trainer->options.observe ? CR_OBSERVE_ASKED : CR_OBSERVE_NEVER,
                                       .lean = trainer->options.lean};
    struct cr_plan_options validating = {.batch = trainer->options.batch,
                                         .mode = CR_MODE_INFER,
                                         .outputs = {network->loss, network->probabilities, network->target}};
    CR_TRY(cr_plan_new(&trainer->training, trainer->context, network->graph, network->params, &training, err));
    if (trainer->options.observe)
        CR_TRY(cr_observing_new(&trainer->observing, network, trainer->training, trainer->options.observe,
                                trainer->options.epochs * trainer->steps_per_epoch, err));
    if (!trainer->options.validation && !trainer->options.sample)
        return CR_OK;
    CR_TRY(cr_answers_new(&trainer->answers, network, err));
    CR_TRY(cr_meter_new(&trainer->meter, network, err));
    return cr_plan_new(&trainer->validating, trainer->context, network->graph, network->params, &validating, err);
}

static enum cr_status make(struct cr_trainer *trainer, struct cr_error *err)
{
    const struct cr_trainer_options *options = &trainer->options;
    size_t size = (size_t)options->observer_count * sizeof *trainer->observers;
    trainer->observers = malloc(size + 1);
    if (!trainer->observers)
        return cr_fail_memory(err);
    if (size > 0)
        memcpy(trainer->observers, options->observers, size);
    trainer->steps_per_epoch = cr_loader_batches(options->train);
    trainer->started = cr_clock();
    if (options->early_stop)
        trainer->early_stop = *options->early_stop;
    return make_plans(trainer, err);
}

enum cr_status cr_trainer_new(struct cr_trainer **trainer, struct cr_context *context,
                              const struct cr_trainer_options *options, struct cr_error *err)
{
    *trainer = NULL;
    CR_TRY(check(options, err));
    struct cr_trainer *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->context = context;
    made->options = *options;
    enum cr_status status = make(made, err);
    if (status == CR_OK)
        *trainer = made;
    else
        cr_trainer_free(made);
    return status;
}

void cr_trainer_free(struct cr_trainer *trainer)
{
    if (!trainer)
        return;
    cr_plan_free(trainer->training);
    cr_plan_free(trainer->validating);
    cr_observing_free(trainer->observing);
    cr_answers_free(&trainer->answers);
    cr_meter_free(trainer->meter);
    for (int i = 0; i < CR_KEPT; i++)
        cr_state_free(trainer->kept[i]);
    free(trainer->observers);
    free(trainer);
}

const struct cr_network *cr_trainer_network(const struct cr_trainer *trainer)
{
    return trainer->options.network;
}

size_t cr_trainer_memory(const struct cr_trainer *trainer)
{
    return cr_plan_memory(trainer->training) + (trainer->validating ? cr_plan_memory(trainer->validating) : 0);
}

/* --------------------------------------------------------------------------------------------------------- the loop */

/* The rate of the next step, and where the schedule moves it the momentum. */
static void set_rate(struct cr_trainer *trainer)
{
    const struct cr_schedule_use *schedule = trainer->options.schedule;
    double time = (double)trainer->progress.step / (double)trainer->steps_per_epoch;
    double epochs = (double)trainer->options.epochs, momentum;
    trainer->lr = cr_optimizer_lr(trainer->options.optimizer);
    if (!schedule)
        return;
    trainer->lr *= cr_schedule_factor_after(schedule, &trainer->progress.schedule, time, epochs);
    if (cr_schedule_momentum(schedule, time, epochs, &momentum))
        cr_optimizer_set_momentum(trainer->options.optimizer, momentum);
}

static enum cr_status check_batch(const struct cr_trainer *trainer, const struct cr_batch *batch, struct cr_error *err)
{
    if (batch->count <= trainer->options.batch)
        return CR_OK;
    return cr_fail(err, CR_ERROR_ARGUMENT, "the loader gives batches of %lld samples, the trainer expects %lld at most",
                   (long long)batch->count, (long long)trainer->options.batch);
}

/* Of several batches that make an update the last, or the epoch's last, updates. */
static bool updates(const struct cr_trainer *trainer)
{
    int64_t batch = trainer->progress.position + 1, every = trainer->options.optimizer->refine.accumulate;
    return every <= 1 || batch % every == 0 || batch >= trainer->steps_per_epoch;
}

static void update(struct cr_trainer *trainer, const struct cr_feed *feed)
{
    struct cr_optimizer *optimizer = trainer->options.optimizer;
    double decay = optimizer->refine.ema;
    if (!updates(trainer)) {
        cr_optimizer_gather(optimizer, trainer->training, feed);
        return;
    }
    cr_optimizer_run(optimizer, trainer->training, feed, trainer->lr);
    if (decay > 0)
        cr_optimizer_average(optimizer, optimizer->step == 1 ? 0 : decay, optimizer->step == 1 ? 1 : 1 - decay);
}

/* Where the step is observed, what was seen. */
static const struct cr_observation *update_observed(struct cr_trainer *trainer, struct cr_feed *feed)
{
    feed->observe =
        trainer->observing && updates(trainer) && cr_observing_is_due(trainer->observing, trainer->progress.step);
    if (!feed->observe) {
        update(trainer, feed);
        return NULL;
    }
    cr_observing_begin(trainer->observing);
    update(trainer, feed);
    return cr_observing_end(trainer->observing);
}

static void count_time(struct cr_trainer *trainer, int64_t images, bool observed, double seconds)
{
    struct cr_looking *looking = &trainer->looking;
    trainer->images += images;
    trainer->seconds += seconds;
    looking->all += seconds;
    looking->of++;
    looking->seconds += observed ? seconds : 0;
    looking->steps += observed;
}

static enum cr_status tell_observation(struct cr_trainer *trainer, const struct cr_observation *observation,
                                       struct cr_error *err)
{
    struct cr_event event = cr_trainer_event(trainer, CR_EVENT_OBSERVE);
    event.observation = observation;
    return cr_trainer_tell(trainer, &event, err);
}

/* What the training plan is fed: the batch, and what a teacher says of it, if there is one and it was asked. */
static struct cr_feed feed_of(const struct cr_trainer *trainer, const struct cr_batch *batch, const float *answers)
{
    return (struct cr_feed){.count = batch->count,
                            .inputs = {batch->pixels, answers},
                            .labels = batch->labels,
                            .soft = batch->targets,
                            .seed = trainer->options.seed,
                            .step = (uint64_t)trainer->progress.step};
}

static enum cr_status step(struct cr_trainer *trainer, const struct cr_batch *batch, double began, struct cr_error *err)
{
    struct cr_progress *progress = &trainer->progress;
    const struct cr_observation *observation;
    struct cr_tally tally = {0};
    const struct cr_teaching *teaching = &trainer->options.teaching;
    const float *answers = NULL;
    CR_TRY(check_batch(trainer, batch, err));
    if (teaching->answer)
        CR_TRY(teaching->answer(teaching->user, batch, &answers, err));
    struct cr_feed feed = feed_of(trainer, batch, answers);
    trainer->indices = batch->indices;
    set_rate(trainer);
    observation = update_observed(trainer, &feed);
    cr_tally_batch(&tally, trainer->training, trainer->options.network, batch);
    cr_tally_add(&progress->tally, &tally);
    progress->step++;
    progress->position++;
    count_time(trainer, batch->count, observation != NULL, cr_clock() - began);

    struct cr_event event = cr_trainer_event(trainer, CR_EVENT_STEP);
    event.loss = cr_tally_loss(&tally);
    event.accuracy = cr_tally_accuracy(&tally);
    event.images_per_second = cr_trainer_speed(trainer);
    CR_TRY(cr_trainer_tell(trainer, &event, err));
    return observation && !trainer->turn.due ? tell_observation(trainer, observation, err) : CR_OK;
}

/* A checkpoint at the end of an epoch comes after the validation. */
static bool wants_checkpoint(const struct cr_trainer *trainer)
{
    int64_t every = trainer->options.checkpoint;
    return every > 0 && trainer->progress.step % every == 0 && trainer->progress.position < trainer->steps_per_epoch;
}

static enum cr_status run_steps(struct cr_trainer *trainer, struct cr_error *err)
{
    const struct cr_batch *batch;
    CR_TRY(cr_loader_seek(trainer->options.train, trainer->progress.epoch, trainer->progress.position, err));
    trainer->seconds = 0;
    trainer->images = 0;
    while (!trainer->stop && !trainer->turn.due) {
        double began = cr_clock();
        CR_TRY(cr_loader_next(trainer->options.train, &batch, err));
        if (!batch)
            break;
        CR_TRY(step(trainer, batch, began, err));
        if (!trainer->stop && !trainer->turn.due && wants_checkpoint(trainer))
            CR_TRY(cr_trainer_tell_kind(trainer, CR_EVENT_CHECKPOINT, err));
    }
    return CR_OK;
}

/* Higher accuracy, then lower loss; a loss that is no number is the highest. */
static bool is_better(const struct cr_progress *progress, double accuracy, double loss)
{
    if (progress->best_epoch == 0 || accuracy != progress->best_accuracy)
        return progress->best_epoch == 0 || accuracy > progress->best_accuracy;
    return isnan(progress->best_loss) ? !isnan(loss) : loss < progress->best_loss;
}

/* Batch norms measure the training part again, by averaged weights that they have never seen. */
static enum cr_status measure_again(struct cr_trainer *trainer, struct cr_error *err)
{
    const struct cr_batch *batch;
    CR_TRY(cr_loader_seek(trainer->options.train, trainer->progress.epoch, 0, err));
    for (;;) {
        CR_TRY(cr_loader_next(trainer->options.train, &batch, err));
        if (!batch)
            return CR_OK;
        const struct cr_feed feed = feed_of(trainer, batch, NULL); /* forward alone counts: no teacher is asked */
        cr_plan_run(trainer->training, &feed);
    }
}

/* Puts the averaged weights, where there are any yet, into the place of the others. */
static enum cr_status show_average(struct cr_trainer *trainer, bool *shown, struct cr_error *err)
{
    struct cr_optimizer *optimizer = trainer->options.optimizer;
    struct cr_progress *progress = &trainer->progress;
    double epoch = (double)progress->epoch + 1, begin = optimizer->refine.swa * (double)trainer->options.epochs;
    bool swa = optimizer->refine.swa > 0 && epoch > begin;
    *shown = optimizer->refine.ema > 0 || swa;
    if (swa) {
        double before = (double)progress->averaged++;
        cr_optimizer_average(optimizer, before / (before + 1), 1 / (before + 1));
    }
    if (*shown)
        cr_optimizer_swap(optimizer);
    return swa ? measure_again(trainer, err) : CR_OK;
}

static void keep_best(struct cr_progress *progress, const struct cr_result *result)
{
    progress->best_epoch = progress->epoch;
    progress->best_accuracy = result->accuracy;
    progress->best_loss = result->loss;
}

/* What goes by results hears them. */
static void judge(struct cr_trainer *trainer, const struct cr_result *result)
{
    const struct cr_early_stop *stop = &trainer->early_stop;
    if (trainer->options.schedule)
        cr_schedule_judge(trainer->options.schedule, &trainer->progress.schedule, result);
    if (stop->on)
        cr_watch_look(&trainer->progress.early_stop, stop->watch, stop->threshold, result);
}

/* How the network answers after the epoch: to the validation part, and to a sample of what it was trained on. */
static enum cr_status validate(struct cr_trainer *trainer, struct cr_tally *validation, struct cr_tally *sample,
                               struct cr_error *err)
{
    cr_answers_clear(&trainer->answers);
    if (trainer->meter)
        cr_meter_clear(trainer->meter);
    if (trainer->options.validation)
        CR_TRY(cr_trainer_validate(trainer, trainer->options.validation, validation, &trainer->answers, trainer->meter,
                                   err));
    if (trainer->options.sample)
        CR_TRY(cr_trainer_validate(trainer, trainer->options.sample, sample, NULL, NULL, err));
    return CR_OK;
}

static enum cr_status end_epoch(struct cr_trainer *trainer, struct cr_error *err)
{
    struct cr_progress *progress = &trainer->progress;
    struct cr_tally validation = {0}, sample = {0};
    bool averaged;
    CR_TRY(show_average(trainer, &averaged, err));
    CR_TRY(validate(trainer, &validation, &sample, err));
    const struct cr_tally *judged = trainer->options.validation ? &validation : &progress->tally;
    struct cr_result result = {cr_tally_loss(judged), cr_tally_accuracy(judged)};
    bool best = is_better(progress, result.accuracy, result.loss);
    progress->epoch++;
    judge(trainer, &result);
    if (best)
        keep_best(progress, &result);
    struct cr_event event = cr_trainer_event(trainer, CR_EVENT_EPOCH);
    event.loss = cr_tally_loss(&progress->tally);
    event.accuracy = cr_tally_accuracy(&progress->tally);
    event.validated = trainer->options.validation != NULL;
    event.validation_loss = event.validated ? result.loss : 0;
    event.validation_accuracy = event.validated ? result.accuracy : 0;
    event.answers = event.validated ? cr_answers_sum(&trainer->answers) : NULL;
    event.compared = trainer->options.sample != NULL;
    event.train_loss = event.compared ? cr_tally_loss(&sample) : 0;
    event.train_accuracy = event.compared ? cr_tally_accuracy(&sample) : 0;
    if (event.validated)
        event.scores = cr_meter_scores(trainer->meter, &event.score_count);
    event.best = best;
    event.images_per_second = cr_trainer_speed(trainer);
    progress->position = 0;
    progress->tally = (struct cr_tally){0};
    CR_TRY(cr_trainer_tell(trainer, &event, err));
    if (averaged)
        cr_optimizer_swap(trainer->options.optimizer);
    if (trainer->turn.due)
        return CR_OK;
    CR_TRY(cr_trainer_keep(trainer, CR_KEPT_GOOD, err));
    return cr_trainer_tell_kind(trainer, CR_EVENT_CHECKPOINT, err);
}

enum cr_status cr_trainer_run(struct cr_trainer *trainer, struct cr_error *err)
{
    trainer->stop = false;
    trainer->started = cr_clock();
    trainer->looking = (struct cr_looking){.seconds = 0};
    trainer->turn.due = false;
    set_rate(trainer);
    if (trainer->progress.step == 0 && trainer->progress.changes == 0)
        CR_TRY(cr_trainer_keep(trainer, CR_KEPT_FIRST, err));
    CR_TRY(cr_trainer_tell_kind(trainer, CR_EVENT_START, err));
    CR_TRY(cr_trainer_turn(trainer, err));
    while (!trainer->stop && !cr_trainer_is_over(trainer)) {
        CR_TRY(run_steps(trainer, err));
        if (trainer->stop)
            CR_TRY(cr_trainer_tell_kind(trainer, CR_EVENT_CHECKPOINT, err));
        else if (!trainer->turn.due)
            CR_TRY(end_epoch(trainer, err));
        CR_TRY(cr_trainer_turn(trainer, err));
    }
    return cr_trainer_tell_kind(trainer, CR_EVENT_END, err);
}
