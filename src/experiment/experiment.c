/*
 * An experiment: config -> data, split, statistics -> network -> optimizer, schedule -> trainer -> run folder. What can
 * fail for a mistake in the config fails before data are decoded, and everything else before the first step.
 */
#include "experiment/experiment.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "experiment/init_from.h"
#include "experiment/keeping.h"
#include "train/optimizer.h"
#include "train/schedule.h"

/* Of the training part, to be judged beside the validation part: one in so many, but at least so many. */
enum { SAMPLE_SHARE = 32, SAMPLE_LEAST = 256 };

/* -------------------------------------------------------------------------------------------------------- the config
 */

/* A resumed run has its own config; one that is given all the same must say the same. */
static enum cr_status compare_configs(struct cr_experiment *experiment, struct cr_config *given, struct cr_error *err)
{
    bool same;
    CR_TRY(cr_sections_match(&experiment->sections, given, &same, err));
    return same ? CR_OK : cr_run_folder_fail_differs(experiment->run, err);
}

static enum cr_status read_config(struct cr_experiment *experiment, struct cr_config *config,
                                  const struct cr_experiment_options *options, struct cr_error *err)
{
    if (!options->resume) {
        if (!config)
            return cr_fail(err, CR_ERROR_ARGUMENT, "an experiment needs a config");
        if (options->run)
            CR_TRY(cr_run_folder_check(options->run, err));
        experiment->config = config;
        return cr_sections_read(&experiment->sections, config, err);
    }
    if (!options->run)
        return cr_fail(err, CR_ERROR_ARGUMENT, "to resume needs the folder of a run");
    CR_TRY(cr_run_folder_open(&experiment->folder, options->run, err));
    char *file = cr_path_join(experiment->folder->path, "config.yaml");
    char *last = cr_path_join(experiment->folder->path, "last.safetensors");
    enum cr_status status = file && last ? cr_config_open(&experiment->own_config, file, err) : cr_fail_memory(err);
    experiment->resumed = last && cr_file_exists(last);
    free(last);
    free(file);
    CR_TRY(status);
    experiment->config = experiment->own_config;
    CR_TRY(cr_sections_read(&experiment->sections, experiment->config, err));
    return config ? compare_configs(experiment, config, err) : CR_OK;
}

/* -------------------------------------------------------------------------------------------------------- the pieces
 */

static enum cr_status open_data(struct cr_experiment *experiment, const struct cr_experiment_options *options,
                                struct cr_error *err)
{
    const struct cr_data_section *data = &experiment->sections.data;
    struct cr_data_options loading = {
        .workers = options->workers, .progress = options->progress, .progress_user = options->progress_user};
    CR_TRY(cr_dataset_open(&experiment->dataset, experiment->context, experiment->config, data->source, CR_PART_TRAIN,
                           &loading, err));
    return cr_split_new(&experiment->split, experiment->dataset, data, err);
}

static enum cr_status measure_data(struct cr_experiment *experiment, const struct cr_experiment_options *options,
                                   struct cr_error *err)
{
    const struct cr_split *split = experiment->split;
    struct cr_data_options telling = {
        .workers = options->workers, .progress = options->progress, .progress_user = options->progress_user};
    return cr_statistics_measure(&experiment->statistics, experiment->dataset, split->train, split->train_count,
                                 (enum cr_standardize)experiment->sections.data.standardize, &experiment->whiten,
                                 &telling, err);
}

enum cr_status cr_experiment_network(const struct cr_experiment *experiment, enum cr_dtype dtype,
                                     struct cr_network **network, struct cr_error *err)
{
    const struct cr_dataset *dataset = experiment->dataset;
    const struct cr_statistics *statistics = &experiment->statistics;
    struct cr_network_options options = {.height = dataset->height,
                                         .width = dataset->width,
                                         .channels = dataset->channels,
                                         .classes = dataset->classes,
                                         .bytes = !dataset->numbers,
                                         .soft = dataset->targets || experiment->sections.train.mix,
                                         .reconstruct = experiment->sections.train.target == CR_TARGET_INPUT,
                                         .mean = statistics->mean,
                                         .deviation = statistics->deviation,
                                         .by_pixel = statistics->by_pixel,
                                         .whitened = statistics->outputs,
                                         .flat = statistics->flat,
                                         .whitening = statistics->whitening,
                                         .loss = experiment->sections.train.loss,
                                         .distill = cr_teacher_weight(experiment->teacher),
                                         .temperature = cr_teacher_temperature(experiment->teacher),
                                         .seed = (uint64_t)experiment->sections.train.seed,
                                         .dtype = dtype,
                                         .freeze = experiment->sections.train.freeze};
    CR_TRY(cr_network_new(network, experiment->context, experiment->sections.model, &options, err));
    if (experiment->resumed)
        return CR_OK; /* from its checkpoint: what it began with may be gone */
    enum cr_status status = cr_init_from(*network, experiment->config, experiment->sections.train.init_from, err);
    if (status != CR_OK) {
        cr_network_free(*network);
        *network = NULL;
    }
    return status;
}

/* Spread evenly over the training part. */
static enum cr_status make_sample(struct cr_experiment *experiment, const struct cr_loader_options *options,
                                  struct cr_error *err)
{
    const struct cr_split *split = experiment->split;
    int64_t count = split->train_count / SAMPLE_SHARE;
    count = count > SAMPLE_LEAST ? count : SAMPLE_LEAST;
    count = count < split->train_count ? count : split->train_count;
    experiment->sampled = malloc((size_t)count * sizeof *experiment->sampled);
    if (!experiment->sampled)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < count; i++)
        experiment->sampled[i] = split->train[i * split->train_count / count];
    return cr_loader_new(&experiment->sample, experiment->dataset, experiment->sampled, count, options, err);
}

static enum cr_status make_loaders(struct cr_experiment *experiment, int64_t batch, int workers, struct cr_error *err)
{
    const struct cr_split *split = experiment->split;
    struct cr_loader_options options = {.batch = batch,
                                        .workers = workers,
                                        .shuffle = true,
                                        .sampling = experiment->sections.data.sampling,
                                        .oversample = experiment->sections.data.oversample,
                                        .seed = (uint64_t)experiment->sections.train.seed,
                                        .augment = experiment->augmenter,
                                        .mix = experiment->mix};
    CR_TRY(cr_loader_new(&experiment->train, experiment->dataset, split->train, split->train_count, &options, err));
    options.shuffle = false;
    options.oversample = 0;
    options.augment = NULL;
    options.mix = (struct cr_mix){0};
    options.soft = experiment->sections.train.mix != NULL; /* it is the same network */
    if (experiment->sections.babysit.compare)
        CR_TRY(make_sample(experiment, &options, err));
    if (split->validation_count == 0)
        return CR_OK;
    return cr_loader_new(&experiment->validation, experiment->dataset, split->validation, split->validation_count,
                         &options, err);
}

/* By the first batch of the first epoch. A resumed run has its weights from the checkpoint, if there is one. */
static enum cr_status calibrate_network(struct cr_experiment *experiment, struct cr_error *err)
{
    const struct cr_batch *batch;
    if (experiment->network->uncalibrated == 0)
        return CR_OK;
    CR_TRY(cr_loader_seek(experiment->train, 0, 0, err));
    CR_TRY(cr_loader_next(experiment->train, &batch, err));
    struct cr_feed feed = {.count = batch->count, .inputs = {batch->pixels}};
    return cr_network_calibrate(experiment->network, &feed, err);
}

static enum cr_status make_trainer(struct cr_experiment *experiment, int64_t batch, struct cr_error *err)
{
    const struct cr_train_section *train = &experiment->sections.train;
    CR_TRY(cr_optimizer_new(&experiment->optimizer, experiment->context, experiment->network->params,
                            experiment->config, train->optimizer, err));
    CR_TRY(cr_optimizer_refine(experiment->optimizer, &experiment->refine, err));
    struct cr_trainer_options options = {.network = experiment->network,
                                         .optimizer = experiment->optimizer,
                                         .schedule = experiment->schedule,
                                         .train = experiment->train,
                                         .validation = experiment->validation,
                                         .epochs = train->epochs,
                                         .batch = batch,
                                         .seed = (uint64_t)train->seed,
                                         .checkpoint = train->checkpoint,
                                         .early_stop = &experiment->early_stop,
                                         .lean = train->lean,
                                         .observe = experiment->sections.babysit.observe,
                                         .rollback = experiment->sections.babysit.act,
                                         .sample = experiment->sample,
                                         .teaching = cr_teacher_teaching(experiment->teacher),
                                         .observers = experiment->observers,
                                         .observer_count = experiment->observer_count};
    return cr_trainer_new(&experiment->trainer, experiment->context, &options, err);
}

/* What follows from the config alone. */
static enum cr_status read_pieces(struct cr_experiment *experiment, struct cr_error *err)
{
    const struct cr_train_section *train = &experiment->sections.train;
    const struct cr_node *augment = experiment->sections.data.augment;
    CR_TRY(cr_schedule_new(&experiment->schedule, experiment->config, train->schedule, err));
    CR_TRY(cr_schedule_check(experiment->schedule, train->epochs, err));
    CR_TRY(cr_refine_read(&experiment->refine, &experiment->early_stop, experiment->config, train, err));
    CR_TRY(cr_mix_read(&experiment->mix, experiment->config, train->mix, err));
    if (augment)
        CR_TRY(cr_augmenter_new(&experiment->augmenter, experiment->config, augment, err));
    return cr_whiten_read(&experiment->whiten, experiment->config, experiment->sections.data.whiten, err);
}

static enum cr_status make_pieces(struct cr_experiment *experiment, const struct cr_experiment_options *options,
                                  struct cr_error *err)
{
    const struct cr_train_section *train = &experiment->sections.train;
    CR_TRY(read_pieces(experiment, err));
    CR_TRY(cr_teacher_open(&experiment->teacher, experiment->context, experiment->config, train->distill, err));
    CR_TRY(open_data(experiment, options, err));
    int64_t samples = experiment->split->train_count, batch = train->batch < samples ? train->batch : samples;
    CR_TRY(cr_teacher_fit(experiment->teacher, experiment->dataset, batch, err));
    CR_TRY(measure_data(experiment, options, err));
    if (experiment->augmenter)
        CR_TRY(cr_augmenter_fit(experiment->augmenter, experiment->dataset, experiment->statistics.ground, err));
    CR_TRY(cr_experiment_network(experiment, CR_F32, &experiment->network, err));
    CR_TRY(cr_identity_new(&experiment->identity, &experiment->sections, experiment->dataset, &experiment->statistics,
                           experiment->teacher, err));
    CR_TRY(make_loaders(experiment, batch, options->workers, err));
    CR_TRY(calibrate_network(experiment, err));
    return make_trainer(experiment, batch, err);
}

/* ------------------------------------------------------------------------------------------------------- the contract
 */

static enum cr_status make(struct cr_experiment *experiment, struct cr_config *config,
                           const struct cr_experiment_options *options, struct cr_error *err)
{
    if (options->run && !(experiment->run = strdup(options->run)))
        return cr_fail_memory(err);
    CR_TRY(read_config(experiment, config, options, err));
    CR_TRY(cr_keeping_observers(experiment, options, err));
    CR_TRY(make_pieces(experiment, options, err));
    if (options->prepare)
        CR_TRY(options->prepare(options->prepare_user, experiment, err));
    return cr_keeping_open(experiment, options->workers, err);
}

enum cr_status cr_experiment_new(struct cr_experiment **experiment, struct cr_context *context,
                                 struct cr_config *config, const struct cr_experiment_options *options,
                                 struct cr_error *err)
{
    static const struct cr_experiment_options none = {0};
    *experiment = NULL;
    struct cr_experiment *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->context = context;
    enum cr_status status = make(made, config, options ? options : &none, err);
    if (status == CR_OK)
        *experiment = made;
    else
        cr_experiment_free(made);
    return status;
}

enum cr_status cr_experiment_check(struct cr_config *config, struct cr_error *err)
{
    struct cr_experiment *trial = calloc(1, sizeof *trial);
    if (!trial)
        return cr_fail_memory(err);
    trial->config = config;
    enum cr_status status = cr_sections_read(&trial->sections, config, err);
    if (status == CR_OK && trial->sections.babysit.act)
        status = cr_node_fail(cr_node_get(cr_node_get(cr_config_root(config), "babysit"), "auto"), err,
                              "is for a single training: of several that are compared none may go on otherwise than "
                              "it says");
    if (status == CR_OK)
        status = read_pieces(trial, err);
    cr_experiment_free(trial);
    return status;
}

void cr_experiment_free(struct cr_experiment *experiment)
{
    if (!experiment)
        return;
    cr_event_log_free(experiment->log);
    cr_tensorboard_free(experiment->tensorboard);
    cr_trainer_free(experiment->trainer);
    cr_optimizer_free(experiment->optimizer);
    cr_schedule_free(experiment->schedule);
    cr_loader_free(experiment->train);
    cr_loader_free(experiment->validation);
    cr_loader_free(experiment->sample);
    free(experiment->sampled);
    cr_augmenter_free(experiment->augmenter);
    cr_identity_free(&experiment->identity);
    cr_teacher_free(experiment->teacher);
    cr_network_free(experiment->network);
    cr_statistics_free(&experiment->statistics);
    cr_split_free(experiment->split);
    cr_dataset_free(experiment->dataset);
    cr_sections_free(&experiment->sections);
    cr_config_free(experiment->own_config);
    cr_run_folder_free(experiment->folder);
    free(experiment->observers);
    free(experiment->run);
    free(experiment->best);
    free(experiment->last);
    free(experiment->events);
    free(experiment->first);
    free(experiment->good);
    free(experiment->board);
    free(experiment);
}

struct cr_experiment_parts cr_experiment_parts(const struct cr_experiment *experiment)
{
    const struct cr_sections *sections = &experiment->sections;
    return (struct cr_experiment_parts){.dataset = experiment->dataset,
                                        .split = experiment->split,
                                        .network = experiment->network,
                                        .trainer = experiment->trainer,
                                        .augmenter = experiment->augmenter,
                                        .steps_per_epoch = cr_loader_batches(experiment->train),
                                        .data = &sections->data,
                                        .train = &sections->train,
                                        .babysit = &sections->babysit,
                                        .optimizer = sections->optimizer.entry->name,
                                        .schedule = sections->schedule.entry->name,
                                        .loss = sections->loss.entry->name,
                                        .teacher = cr_teacher_path(experiment->teacher),
                                        .run = experiment->run,
                                        .finished = experiment->finished,
                                        .stopped_early =
                                            experiment->finished && cr_trainer_stopped_early(experiment->trainer)};
}

enum cr_status cr_experiment_run(struct cr_experiment *experiment, struct cr_error *err)
{
    return experiment->finished ? CR_OK : cr_trainer_run(experiment->trainer, err);
}

enum cr_status cr_config_set_fold(struct cr_config *config, int64_t fold, int64_t folds, struct cr_error *err)
{
    char assignment[64];
    cr_text_format(assignment, sizeof assignment, "data.folds=%lld", (long long)folds);
    CR_TRY(cr_config_set(config, assignment, err));
    cr_text_format(assignment, sizeof assignment, "data.fold=%lld", (long long)fold);
    return cr_config_set(config, assignment, err);
}
