/*
 * The loader: an epoch's samples in order, batch after batch, made ahead by workers.
 *
 * The order of an epoch is a function of (seed, epoch) (lineup.c), and a batch is a slice of it: batch b of epoch e is
 * the same whoever makes it and whenever. Batch b lies in slot b mod `slots`. A worker takes the next batch that nobody
 * makes once its slot is free; the caller waits for the batch that is next in order. Without workers the caller makes
 * it itself.
 *
 *     released <= taken <= claimed <= released + slots      (batches; the one between released and taken is lent)
 *
 * With an augmenter a picture is changed as it is put into its batch, by a key of (seed, epoch, place in the epoch).
 *
 * Everything is allocated in cr_loader_new. A failure belongs to its batch and is told when that batch is asked for.
 */
#include <cradle/data.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "data/augment.h"
#include "data/dataset.h"
#include "data/lineup.h"
#include "data/mix.h"
#include "data/moments.h"
#include "data/thread.h"

enum { WORKERS_MAX = 256, ALIGNMENT = 64 };

struct slot {
    struct cr_batch batch;
    uint8_t *pixels;
    void *room;      /* to augment in; NULL: nothing is augmented */
    int32_t *labels; /* NULL: the dataset has none */
    float *targets;  /* NULL: nobody wants them */
    int64_t *indices;
    bool ready;
    enum cr_status status;
    struct cr_error error;
};

struct cr_loader {
    const struct cr_dataset *dataset;
    struct cr_loader_options options;
    int64_t count, batches;
    size_t sample; /* bytes */
    struct cr_lineup *lineup;
    int64_t *order; /* [count], of this epoch */
    int64_t epoch;  /* that `order` is of; -1: none yet */
    pthread_mutex_t
        lock; /* of everything below, and of slot.ready; a slot's content is its maker's until it is ready */
    pthread_cond_t changed;
    int64_t claimed, taken, released;
    int making;        /* workers at work on a batch */
    atomic_bool hurry; /* what is being made is not wanted any more */
    bool closing;
    int64_t slots;
    struct slot *slot; /* [slots] */
    int started;
    pthread_t *workers; /* [started] */
};

/* The picture at `place` of this epoch. */
static enum cr_status load(struct cr_loader *loader, struct slot *slot, int64_t place, uint8_t *pixels,
                           struct cr_error *err)
{
    const struct cr_dataset *dataset = loader->dataset;
    int64_t index = loader->order[place];
    struct cr_augment_key key = {loader->options.seed, loader->epoch, place, index};
    const uint8_t *from;
    if (!slot->room)
        return dataset->get(dataset, index, pixels, err);
    CR_TRY(cr_dataset_view(dataset, index, slot->room, &from, err));
    cr_augmenter_run(loader->options.augment, &key, from, pixels, slot->room);
    return CR_OK;
}

/* The sample's row of targets: the dataset's, or one-hot of its label. */
static void set_targets(const struct cr_dataset *dataset, int64_t index, float *targets)
{
    size_t row = (size_t)dataset->classes;
    if (dataset->targets) {
        memcpy(targets, dataset->targets + (size_t)index * row, row * sizeof *targets);
        return;
    }
    memset(targets, 0, row * sizeof *targets);
    targets[dataset->labels[index]] = 1;
}

static void mix(const struct cr_loader *loader, struct slot *slot, int64_t number)
{
    const struct cr_dataset *dataset = loader->dataset;
    struct cr_mixture mixture = {.count = slot->batch.count,
                                 .height = dataset->height,
                                 .width = dataset->width,
                                 .channels = dataset->channels,
                                 .classes = dataset->classes,
                                 .numbers = dataset->numbers,
                                 .samples = slot->pixels,
                                 .targets = slot->targets};
    cr_mix_batch(&loader->options.mix, &mixture, loader->options.seed, loader->epoch, number);
    slot->batch.labels = NULL;
}

static enum cr_status fill(struct cr_loader *loader, struct slot *slot, int64_t number, struct cr_error *err)
{
    int64_t begin = number * loader->options.batch, count = loader->count - begin;
    count = count < loader->options.batch ? count : loader->options.batch;
    slot->batch = (struct cr_batch){.count = count,
                                    .pixels = slot->pixels,
                                    .labels = slot->labels,
                                    .targets = slot->targets,
                                    .indices = slot->indices};
    size_t row = (size_t)loader->dataset->classes;
    for (int64_t i = 0; i < count; i++) {
        int64_t index = loader->order[begin + i];
        slot->indices[i] = index;
        if (slot->labels)
            slot->labels[i] = loader->dataset->labels[index];
        if (slot->targets)
            set_targets(loader->dataset, index, slot->targets + (size_t)i * row);
        if (atomic_load_explicit(&loader->hurry, memory_order_relaxed))
            return CR_OK;
        CR_TRY(load(loader, slot, begin + i, slot->pixels + (size_t)i * loader->sample, err));
    }
    if (cr_mix_is_on(&loader->options.mix))
        mix(loader, slot, number);
    return CR_OK;
}

static void *work(void *argument)
{
    struct cr_loader *loader = argument;
    pthread_mutex_lock(&loader->lock);
    while (!loader->closing) {
        if (loader->claimed >= loader->batches || loader->claimed >= loader->released + loader->slots) {
            pthread_cond_wait(&loader->changed, &loader->lock);
            continue;
        }
        int64_t number = loader->claimed++;
        struct slot *slot = &loader->slot[number % loader->slots];
        loader->making++;
        pthread_mutex_unlock(&loader->lock);
        slot->status = fill(loader, slot, number, &slot->error);
        pthread_mutex_lock(&loader->lock);
        loader->making--;
        slot->ready = true;
        pthread_cond_broadcast(&loader->changed);
    }
    pthread_mutex_unlock(&loader->lock);
    return NULL;
}

static void set_epoch(struct cr_loader *loader, int64_t epoch)
{
    if (loader->epoch == epoch)
        return;
    loader->epoch = epoch;
    cr_lineup_order(loader->lineup, epoch, loader->order);
}

enum cr_status cr_loader_seek(struct cr_loader *loader, int64_t epoch, int64_t batch, struct cr_error *err)
{
    if (epoch < 0 || batch < 0 || batch > loader->batches)
        return cr_fail(err, CR_ERROR_ARGUMENT, "batch %lld of epoch %lld: expected batch 0..%lld and an epoch from 0",
                       (long long)batch, (long long)epoch, (long long)loader->batches);
    pthread_mutex_lock(&loader->lock);
    loader->claimed = loader->batches; /* nobody begins another one */
    atomic_store(&loader->hurry, true);
    while (loader->making > 0)
        pthread_cond_wait(&loader->changed, &loader->lock);
    atomic_store(&loader->hurry, false);
    for (int64_t i = 0; i < loader->slots; i++)
        loader->slot[i].ready = false;
    set_epoch(loader, epoch);
    loader->claimed = loader->taken = loader->released = batch;
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
    return CR_OK;
}

enum cr_status cr_loader_next(struct cr_loader *loader, const struct cr_batch **batch, struct cr_error *err)
{
    *batch = NULL;
    pthread_mutex_lock(&loader->lock);
    if (loader->released < loader->taken) {
        loader->slot[loader->released++ % loader->slots].ready = false;
        pthread_cond_broadcast(&loader->changed);
    }
    if (loader->taken == loader->batches) {
        pthread_mutex_unlock(&loader->lock);
        return CR_OK;
    }
    int64_t number = loader->taken++;
    struct slot *slot = &loader->slot[number % loader->slots];
    if (loader->started == 0)
        slot->status = fill(loader, slot, number, &slot->error);
    else
        while (!slot->ready)
            pthread_cond_wait(&loader->changed, &loader->lock);
    pthread_mutex_unlock(&loader->lock);
    if (slot->status == CR_OK)
        *batch = &slot->batch;
    else if (err)
        *err = slot->error;
    return slot->status;
}

bool cr_loader_has_targets(const struct cr_loader *loader)
{
    return loader->dataset->targets || loader->options.soft || cr_mix_is_on(&loader->options.mix);
}

int64_t cr_loader_batches(const struct cr_loader *loader)
{
    return loader->batches;
}

static enum cr_status check(const struct cr_dataset *dataset, const int64_t *indices, int64_t count,
                            const struct cr_loader_options *options, struct cr_error *err)
{
    if (options->batch < 1)
        return cr_fail(err, CR_ERROR_ARGUMENT, "a batch of %lld samples: expected 1 or more",
                       (long long)options->batch);
    if (options->workers < 0 || options->workers > WORKERS_MAX)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%d workers: expected 0..%d", options->workers, WORKERS_MAX);
    if (options->mix.cutmix > 0 && dataset->height * dataset->width == 1)
        return cr_fail(err, CR_ERROR_CONFIG, "%s: cutmix is of pictures, and these are rows of numbers: use mixup",
                       dataset->name);
    if (count < 1)
        return cr_fail(err, CR_ERROR_ARGUMENT, "%s: no samples to load", dataset->name);
    for (int64_t i = 0; i < count; i++)
        if (indices[i] < 0 || indices[i] >= dataset->count)
            return cr_fail(err, CR_ERROR_ARGUMENT, "%s: sample %lld is out of range 0..%lld", dataset->name,
                           (long long)indices[i], (long long)dataset->count - 1);
    return CR_OK;
}

static enum cr_status allocate(struct cr_loader *loader, struct cr_error *err)
{
    size_t batch = (size_t)(loader->options.batch < loader->count ? loader->options.batch : loader->count);
    size_t bytes = (batch * loader->sample + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    bool targets = cr_loader_has_targets(loader);
    loader->order = malloc((size_t)loader->count * sizeof *loader->order);
    loader->slot = calloc((size_t)loader->slots, sizeof *loader->slot);
    loader->workers = calloc((size_t)loader->options.workers + 1, sizeof *loader->workers);
    if (!loader->order || !loader->slot || !loader->workers)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < loader->slots; i++) {
        struct slot *slot = &loader->slot[i];
        slot->pixels = aligned_alloc(ALIGNMENT, bytes);
        if (targets)
            slot->targets = malloc(batch * (size_t)loader->dataset->classes * sizeof *slot->targets);
        if (loader->dataset->labels)
            slot->labels = malloc(batch * sizeof *slot->labels);
        slot->indices = malloc(batch * sizeof *slot->indices);
        if (loader->options.augment)
            slot->room = aligned_alloc(ALIGNMENT, cr_augmenter_room(loader->options.augment));
        if (!slot->pixels || !slot->indices || (targets && !slot->targets) ||
            (loader->dataset->labels && !slot->labels) || (loader->options.augment && !slot->room))
            return cr_fail_memory(err);
    }
    return CR_OK;
}

enum cr_status cr_loader_new(struct cr_loader **loader, const struct cr_dataset *dataset, const int64_t *indices,
                             int64_t count, const struct cr_loader_options *options, struct cr_error *err)
{
    *loader = NULL;
    CR_TRY(check(dataset, indices, count, options, err));
    struct cr_loader *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->dataset = dataset;
    made->options = *options;
    made->sample = cr_sample_size(dataset);
    made->epoch = -1;
    /* One is lent to the caller, each worker makes one, and as many lie ready. */
    made->slots = 2 * options->workers + 1;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    enum cr_status status = CR_OK;
    CR_GO(cr_lineup_new(&made->lineup, dataset, indices, count, options, err));
    made->count = cr_lineup_count(made->lineup);
    made->batches = made->count / options->batch + (made->count % options->batch != 0);
    CR_GO(allocate(made, err));
    set_epoch(made, 0);
    for (; made->started < options->workers; made->started++) {
        int code = cr_thread_start(&made->workers[made->started], work, made);
        if (code != 0)
            CR_GO(cr_fail(err, CR_ERROR_UNSUPPORTED, "cannot start loader worker %d of %d: %s", made->started + 1,
                          options->workers, strerror(code)));
    }
    *loader = made;
    made = NULL;
done:
    cr_loader_free(made);
    return status;
}

void cr_loader_free(struct cr_loader *loader)
{
    if (!loader)
        return;
    pthread_mutex_lock(&loader->lock);
    loader->closing = true;
    atomic_store(&loader->hurry, true);
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
    for (int i = 0; i < loader->started; i++)
        pthread_join(loader->workers[i], NULL);
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->lock);
    for (int64_t i = 0; loader->slot && i < loader->slots; i++) {
        free(loader->slot[i].pixels);
        free(loader->slot[i].room);
        free(loader->slot[i].labels);
        free(loader->slot[i].targets);
        free(loader->slot[i].indices);
    }
    free(loader->slot);
    cr_lineup_free(loader->lineup);
    free(loader->order);
    free(loader->workers);
    free(loader);
}
