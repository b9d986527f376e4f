/*
 * The trainer's state as a file. Numbers in the metadata are written with as many digits as they have, so that sums of
 * half an epoch go on exactly where they stood.
 */
#include "train/trainer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "train/checkpoint.h"
#include "train/optimizer.h"

enum { OWN_PAIRS = 32, NUMBER_SIZE = 32 };

/* Pairs whose values are numbers, with room for their text. */
struct metadata {
    struct cr_arena *arena;
    struct cr_pair *pairs;
    int64_t count;
    bool failed;
};

static void add(struct metadata *metadata, const char *key, const char *value)
{
    metadata->failed = metadata->failed || !key || !value;
    metadata->pairs[metadata->count++] = (struct cr_pair){key, value};
}

static void add_int(struct metadata *metadata, const char *key, int64_t value)
{
    add(metadata, key, cr_arena_format(metadata->arena, "%lld", (long long)value));
}

static void add_float(struct metadata *metadata, const char *key, double value)
{
    char *text = cr_arena_alloc(metadata->arena, NUMBER_SIZE);
    if (text)
        cr_text_from_float(value, text, NUMBER_SIZE);
    add(metadata, key, text);
}

/* NAME_looks, NAME_waited, NAME_best. */
static void add_watch(struct metadata *metadata, const char *name, const struct cr_watch *watch)
{
    struct cr_arena *arena = metadata->arena;
    add_int(metadata, cr_arena_format(arena, "%s_looks", name), watch->looks);
    add_int(metadata, cr_arena_format(arena, "%s_waited", name), watch->waited);
    add_float(metadata, cr_arena_format(arena, "%s_best", name), watch->best);
}

static void add_state(struct metadata *metadata, const struct cr_trainer *trainer)
{
    const struct cr_progress *progress = &trainer->progress;
    const struct cr_optimizer *optimizer = trainer->options.optimizer;
    add_int(metadata, "position", progress->position);
    add_float(metadata, "loss_sum", progress->tally.loss);
    add_int(metadata, "count", progress->tally.count);
    for (int i = 0; i < CR_FIRST_SUMS; i++)
        add_float(metadata, cr_arena_format(metadata->arena, "metric_sum_%d", i), progress->tally.sums[i]);
    if (trainer->observing)
        add_int(metadata, "observe", cr_observing_interval(trainer->observing));
    add_int(metadata, "best_epoch", progress->best_epoch);
    add_float(metadata, "best_accuracy", progress->best_accuracy);
    add_float(metadata, "best_loss", progress->best_loss);
    if (trainer->options.schedule && cr_schedule_keeps_state(trainer->options.schedule)) {
        add_int(metadata, "schedule_falls", progress->schedule.falls);
        add_int(metadata, "schedule_cooling", progress->schedule.cooling);
        add_watch(metadata, "schedule", &progress->schedule.watch);
    }
    if (trainer->early_stop.on)
        add_watch(metadata, "early_stop", &progress->early_stop);
    if (optimizer->gathered)
        add_int(metadata, "gathered_samples", optimizer->samples);
    if (optimizer->average)
        add_int(metadata, "averaged", progress->averaged);
    if (progress->changes > 0) {
        add_int(metadata, "changes", progress->changes);
        add_int(metadata, "ended", progress->ended);
        add_float(metadata, "clip_norm", optimizer->refine.clip_norm);
    }
    add(metadata, "optimizer", optimizer->kind->entry.name);
    add_int(metadata, "optimizer_step", optimizer->step);
    add_float(metadata, "lr", optimizer->lr);
}

enum cr_status cr_trainer_save_with(const struct cr_trainer *trainer, const char *path, const char *fingerprint,
                                    bool weights_only, const struct cr_pair *extra, int64_t extras,
                                    struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct cr_parts parts;
    CR_TRY(
        cr_parts_new(&parts, trainer->options.network->params, weights_only ? NULL : trainer->options.optimizer, err));
    struct metadata metadata = {.arena = parts.arena};
    metadata.pairs = cr_arena_alloc(parts.arena, (size_t)(OWN_PAIRS + extras) * sizeof *metadata.pairs);
    if (!metadata.pairs)
        CR_GO(cr_fail_memory(err));
    add_int(&metadata, "step", trainer->progress.step);
    add_int(&metadata, "epoch", trainer->progress.epoch);
    if (fingerprint)
        add(&metadata, "fingerprint", fingerprint);
    if (!weights_only)
        add_state(&metadata, trainer);
    assert(metadata.count <= OWN_PAIRS);
    for (int64_t i = 0; i < extras; i++)
        add(&metadata, extra[i].key, extra[i].value);
    if (metadata.failed)
        CR_GO(cr_fail_memory(err));
    status = cr_checkpoint_write(path, &parts, metadata.pairs, metadata.count, err);
done:
    cr_parts_free(&parts);
    return status;
}

enum cr_status cr_trainer_save(const struct cr_trainer *trainer, const char *path, const char *fingerprint,
                               bool weights_only, struct cr_error *err)
{
    return cr_trainer_save_with(trainer, path, fingerprint, weights_only, NULL, 0, err);
}

/* ---------------------------------------------------------------------------------------------------------- loading */

static enum cr_status check_identity(const struct cr_trainer *trainer, const struct cr_safetensors *file,
                                     const char *path, const char *fingerprint, struct cr_error *err)
{
    const char *name = trainer->options.optimizer->kind->entry.name;
    const char *optimizer = cr_safetensors_get(file, "optimizer"), *found = cr_safetensors_get(file, "fingerprint");
    if (!optimizer)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: holds weights alone; training goes on from a full state", path);
    if (strcmp(optimizer, name) != 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is of another experiment: it was trained by %s, not by %s", path,
                       optimizer, name);
    if (fingerprint && (!found || strcmp(found, fingerprint) != 0))
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s: is of another experiment (%s, this one is %s): the config or the data were changed since, "
                       "or the file comes from another run",
                       path, found ? found : "without a fingerprint", fingerprint);
    return CR_OK;
}

static enum cr_status read_watch(const struct cr_safetensors *file, const char *path, const char *name, int64_t epochs,
                                 struct cr_watch *watch, struct cr_error *err)
{
    char key[64];
    snprintf(key, sizeof key, "%s_looks", name);
    CR_TRY(cr_checkpoint_int(file, path, key, 0, epochs, &watch->looks, err));
    snprintf(key, sizeof key, "%s_waited", name);
    CR_TRY(cr_checkpoint_int(file, path, key, 0, epochs, &watch->waited, err));
    snprintf(key, sizeof key, "%s_best", name);
    return cr_checkpoint_float(file, path, key, &watch->best, err);
}

static enum cr_status read_results(const struct cr_trainer *trainer, const struct cr_safetensors *file,
                                   const char *path, struct cr_progress *progress, struct cr_error *err)
{
    struct cr_schedule_state *state = &progress->schedule;
    int64_t epochs = trainer->options.epochs;
    if (trainer->early_stop.on)
        CR_TRY(read_watch(file, path, "early_stop", epochs, &progress->early_stop, err));
    if (trainer->options.optimizer->average)
        CR_TRY(cr_checkpoint_int(file, path, "averaged", 0, epochs, &progress->averaged, err));
    if (!trainer->options.schedule || !cr_schedule_keeps_state(trainer->options.schedule))
        return CR_OK;
    CR_TRY(cr_checkpoint_int(file, path, "schedule_falls", 0, epochs, &state->falls, err));
    CR_TRY(cr_checkpoint_int(file, path, "schedule_cooling", 0, INT32_MAX, &state->cooling, err));
    return read_watch(file, path, "schedule", epochs, &state->watch, err);
}

static enum cr_status read_sums(const struct cr_trainer *trainer, const struct cr_safetensors *file, const char *path,
                                struct cr_tally *tally, struct cr_error *err)
{
    char key[32];
    CR_TRY(cr_checkpoint_float(file, path, "loss_sum", &tally->loss, err));
    CR_TRY(cr_checkpoint_int(file, path, "count", 0, INT64_MAX, &tally->count, err));
    for (int i = 0; i < CR_FIRST_SUMS; i++) {
        snprintf(key, sizeof key, "metric_sum_%d", i);
        CR_TRY(cr_checkpoint_float(file, path, key, &tally->sums[i], err));
    }
    tally->metric = tally->count > 0 ? cr_metric_first(trainer->options.network) : NULL;
    return CR_OK;
}

/* What was changed on the way; the clip is the config's where nothing was. */
static enum cr_status read_changes(const struct cr_trainer *trainer, const struct cr_safetensors *file,
                                   const char *path, struct cr_progress *progress, double *clip, struct cr_error *err)
{
    int64_t ended;
    *clip = trainer->options.optimizer->refine.clip_norm;
    if (!cr_safetensors_get(file, "changes"))
        return CR_OK;
    CR_TRY(cr_checkpoint_int(file, path, "changes", 1, INT32_MAX, &progress->changes, err));
    CR_TRY(cr_checkpoint_int(file, path, "ended", 0, 1, &ended, err));
    progress->ended = ended;
    return cr_checkpoint_float(file, path, "clip_norm", clip, err);
}

/* Reads into `progress`, which must agree with itself and the loader. */
static enum cr_status read_progress(const struct cr_trainer *trainer, const struct cr_safetensors *file,
                                    const char *path, struct cr_progress *progress, struct cr_error *err)
{
    int64_t epochs = trainer->options.epochs, steps = trainer->steps_per_epoch;
    CR_TRY(cr_checkpoint_int(file, path, "epoch", 0, epochs, &progress->epoch, err));
    CR_TRY(cr_checkpoint_int(file, path, "position", 0, steps, &progress->position, err));
    CR_TRY(cr_checkpoint_int(file, path, "step", 0, epochs * steps, &progress->step, err));
    if (progress->step != progress->epoch * steps + progress->position)
        return cr_fail(
            err, CR_ERROR_FORMAT,
            "%s: is of another experiment: step %lld is not step %lld of epoch %lld with %lld steps an epoch", path,
            (long long)progress->step, (long long)progress->position, (long long)progress->epoch + 1, (long long)steps);
    CR_TRY(read_sums(trainer, file, path, &progress->tally, err));
    CR_TRY(cr_checkpoint_int(file, path, "best_epoch", 0, progress->epoch, &progress->best_epoch, err));
    CR_TRY(cr_checkpoint_float(file, path, "best_accuracy", &progress->best_accuracy, err));
    CR_TRY(cr_checkpoint_float(file, path, "best_loss", &progress->best_loss, err));
    return read_results(trainer, file, path, progress, err);
}

static enum cr_status load(struct cr_trainer *trainer, const struct cr_safetensors *file, const char *path,
                           const char *fingerprint, const struct cr_parts *parts, struct cr_error *err)
{
    struct cr_optimizer *optimizer = trainer->options.optimizer;
    struct cr_progress progress = {0};
    int64_t updates, samples = 0, interval = 0;
    double lr, clip;
    struct cr_parts weights = *parts;
    weights.count = trainer->options.network->params->count; /* they come first */
    CR_TRY(cr_checkpoint_check(file, path, &weights, false, err));
    CR_TRY(check_identity(trainer, file, path, fingerprint, err));
    CR_TRY(cr_checkpoint_check(file, path, parts, true, err));
    CR_TRY(read_progress(trainer, file, path, &progress, err));
    CR_TRY(read_changes(trainer, file, path, &progress, &clip, err));
    CR_TRY(cr_checkpoint_int(file, path, "optimizer_step", 0, INT64_MAX - 1, &updates, err));
    if (optimizer->gathered)
        CR_TRY(cr_checkpoint_int(file, path, "gathered_samples", 0, INT64_MAX, &samples, err));
    CR_TRY(cr_checkpoint_float(file, path, "lr", &lr, err));
    CR_TRY(cr_optimizer_set_clip(optimizer, clip, err));
    CR_TRY(cr_optimizer_set_lr(optimizer, lr, err));
    if (trainer->observing && cr_safetensors_get(file, "observe"))
        CR_TRY(cr_checkpoint_int(file, path, "observe", 1, INT32_MAX, &interval, err));
    cr_checkpoint_copy(file, parts);
    if (interval > 0)
        cr_observing_set_interval(trainer->observing, interval);
    optimizer->step = updates;
    optimizer->samples = samples;
    trainer->progress = progress;
    return CR_OK;
}

enum cr_status cr_trainer_load(struct cr_trainer *trainer, const char *path, const char *fingerprint,
                               struct cr_error *err)
{
    struct cr_safetensors *file;
    struct cr_parts parts;
    CR_TRY(cr_checkpoint_open(&file, path, err));
    enum cr_status status = cr_parts_new(&parts, trainer->options.network->params, trainer->options.optimizer, err);
    if (status == CR_OK) {
        status = load(trainer, file, path, fingerprint, &parts, err);
        cr_parts_free(&parts);
    }
    cr_safetensors_free(file);
    return status;
}
