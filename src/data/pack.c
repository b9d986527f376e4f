/*
 * Reading a pack: the file is mapped, and everything in it held against its hashes, the samples by the workers. After
 * that a sample is memory: the system keeps what is used and drops what is not, and processes share it.
 */
#include "data/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "data/dataset.h"
#include "data/pack_head.h"
#include "data/thread.h"

enum { SAMPLES_AT_ONCE = 256 };

/* What the dataset adds to a store. */
struct pack {
    const uint8_t *map;
    size_t size;
    const char *path;
    struct cr_pack_head head;
    struct cr_pack_places places;
    const char *const *names; /* [count], of the samples */
    const char *const *notes; /* [head.notes] */
    void (*close)(struct cr_dataset *dataset);
};

static struct pack *pack_of(const struct cr_dataset *dataset)
{
    return (struct pack *)(uintptr_t)((const struct cr_store *)dataset)->own;
}

static void describe(const struct cr_dataset *dataset, int64_t index, char *text, size_t size)
{
    snprintf(text, size, "%s", pack_of(dataset)->names[index]);
}

static void close_pack(struct cr_dataset *dataset)
{
    struct pack *pack = pack_of(dataset);
    munmap((void *)(uintptr_t)pack->map, pack->size);
    pack->close(dataset);
}

static enum cr_status damaged(const char *path, const char *what, struct cr_error *err)
{
    return cr_fail(err, CR_ERROR_FORMAT, "%s: is damaged: %s; remove it and make it anew", path, what);
}

static enum cr_status map_file(struct pack *pack, const char *path, struct cr_error *err)
{
    struct stat info;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 || fstat(file, &info) != 0) {
        int reason = errno;
        if (file >= 0)
            close(file);
        return cr_fail(err, CR_ERROR_IO, "%s: cannot open: %s", path, strerror(reason));
    }
    bool regular = S_ISREG(info.st_mode) && info.st_size >= CR_PACK_HEAD;
    void *map = regular ? mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, file, 0) : NULL;
    int reason = errno;
    close(file);
    if (!regular)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is no pack: shorter than the head of one", path);
    if (map == MAP_FAILED)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot map it: %s", path, strerror(reason));
    pack->map = map;
    pack->size = (size_t)info.st_size;
    return CR_OK;
}

static enum cr_status read_head(struct pack *pack, const char *path, const char *key, struct cr_error *err)
{
    struct cr_pack_head *head = &pack->head;
    memcpy(head, pack->map, sizeof *head);
    if (memcmp(head->magic, CR_PACK_MAGIC, sizeof CR_PACK_MAGIC) != 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is no pack of this version", path);
    if (head->order != CR_PACK_ORDER)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: was made on a machine of the other byte order", path);
    uint64_t self = head->self;
    head->self = 0;
    if (cr_sample_hash((const uint8_t *)head, sizeof *head) != self)
        return damaged(path, "its head is not as it was written", err);
    if (head->count < 1 || head->height < 1 || head->width < 1 || head->channels < 1 || head->classes < 1 ||
        head->notes < 0 || !cr_pack_places(head, &pack->places) || pack->places.end != pack->size)
        return damaged(path, "it is not as long as its head says", err);
    if (key && strncmp(key, head->key, sizeof head->key) != 0)
        return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s: was made of other files", path);
    return CR_OK;
}

static enum cr_status check_samples(void *user, int64_t block, struct cr_error *err)
{
    const struct pack *pack = user;
    const uint64_t *hashes = (const uint64_t *)(const void *)(pack->map + pack->places.hashes);
    int64_t first = block * SAMPLES_AT_ONCE, last = first + SAMPLES_AT_ONCE;
    for (int64_t i = first; i < last && i < pack->head.count; i++) {
        const uint8_t *sample = pack->map + CR_PACK_HEAD + (size_t)i * pack->places.sample;
        if (cr_sample_hash(sample, (size_t)pack->places.sample) != hashes[i])
            return damaged(pack->path, "samples are not as they were written", err);
    }
    return CR_OK;
}

static enum cr_status check(struct pack *pack, const struct cr_data_options *options, struct cr_error *err)
{
    const struct cr_data_options none = {0};
    const uint8_t *tail = pack->map + pack->places.hashes;
    if (cr_sample_hash(tail, pack->size - (size_t)pack->places.hashes) != pack->head.check)
        return damaged(pack->path, "what stands behind the samples is not as it was written", err);
    int64_t blocks = (pack->head.count + SAMPLES_AT_ONCE - 1) / SAMPLES_AT_ONCE;
    return cr_parallel(options ? options : &none, "reading decoded samples", blocks, check_samples, pack, err);
}

/* The next `count` texts; NULL where the file holds fewer, or memory ran out (then `*status` says so). */
static const char **take_texts(const struct pack *pack, uint64_t *at, int64_t count, struct cr_arena *arena,
                               enum cr_status *status, struct cr_error *err)
{
    if ((uint64_t)count > pack->head.text) {
        *status = damaged(pack->path, "it lacks texts", err);
        return NULL;
    }
    const char **texts = cr_arena_alloc(arena, ((size_t)count + 1) * sizeof *texts);
    *status = texts ? CR_OK : cr_fail_memory(err);
    for (int64_t i = 0; texts && i < count; i++) {
        const uint8_t *text = pack->map + *at, *end = memchr(text, 0, (size_t)(pack->places.end - *at));
        if (!end) {
            *status = damaged(pack->path, "it lacks texts", err);
            return NULL;
        }
        texts[i] = (const char *)text;
        *at += (uint64_t)(end - text) + 1;
    }
    return texts;
}

/* Labels or targets, copied: they stand wherever the samples end. */
static enum cr_status read_answers(struct cr_store *store, const struct pack *pack, struct cr_error *err)
{
    const uint8_t *answers = pack->map + pack->places.answers;
    size_t size = (size_t)(pack->places.text - pack->places.answers);
    memcpy(store->targets ? (void *)store->targets : store->labels, answers, size);
    for (size_t i = 0; i < size / 4; i++)
        if (store->targets ? !isfinite(store->targets[i])
                           : store->labels[i] < 0 || store->labels[i] >= pack->head.classes)
            return damaged(pack->path, "a label or target is out of range", err);
    if (pack->head.numbers) {
        const float *numbers = (const float *)(const void *)(pack->map + CR_PACK_HEAD);
        size_t count = (size_t)(pack->places.sample / sizeof(float)) * (size_t)pack->head.count;
        for (size_t i = 0; i < count; i++)
            if (!isfinite(numbers[i]))
                return damaged(pack->path, "a number is not finite", err);
    }
    return CR_OK;
}

static enum cr_status new_store(struct cr_store **store, struct pack *pack, struct cr_error *err)
{
    const struct cr_pack_head *head = &pack->head;
    struct cr_extent extent = {.count = head->count,
                               .height = head->height,
                               .width = head->width,
                               .channels = head->channels,
                               .classes = head->classes,
                               .numbers = head->numbers,
                               .targets = head->targets};
    uint64_t at = pack->places.text;
    enum cr_status status;
    struct cr_arena *arena = cr_arena_new();
    if (!arena)
        return cr_fail_memory(err);
    const char **name = take_texts(pack, &at, 1, arena, &status, err);
    const char **classes = name ? take_texts(pack, &at, head->classes, arena, &status, err) : NULL;
    if (classes)
        status = cr_store_new(store, &extent, false, classes, err, "%s", name[0]);
    cr_arena_free(arena);
    if (status != CR_OK)
        return status;
    arena = (*store)->arena;
    const char **columns = head->columns ? take_texts(pack, &at, head->channels, arena, &status, err) : NULL;
    if (status == CR_OK)
        pack->names = take_texts(pack, &at, head->count, arena, &status, err);
    if (status == CR_OK)
        pack->notes = take_texts(pack, &at, head->notes, arena, &status, err);
    (*store)->dataset.columns = columns;
    return status == CR_OK ? read_answers(*store, pack, err) : status;
}

enum cr_status cr_pack_open(struct cr_dataset **dataset, const char *path, const char *key,
                            const struct cr_data_options *options, struct cr_error *err)
{
    struct pack opened = {.path = path}, *pack;
    struct cr_store *store = NULL;
    enum cr_status status;
    *dataset = NULL;
    CR_TRY(map_file(&opened, path, err));
    CR_GO(read_head(&opened, path, key, err));
    CR_GO(check(&opened, options, err));
    CR_GO(new_store(&store, &opened, err));
    pack = cr_arena_alloc(store->arena, sizeof *pack);
    if (!pack)
        CR_GO(cr_fail_memory(err));
    *pack = opened;
    pack->path = NULL; /* the caller's */
    pack->close = store->dataset.close;
    store->own = pack;
    store->dataset.pixels = pack->map + CR_PACK_HEAD;
    store->dataset.describe = describe;
    store->dataset.close = close_pack;
    *dataset = &store->dataset;
    return CR_OK;
done:
    cr_dataset_free(store ? &store->dataset : NULL);
    munmap((void *)(uintptr_t)opened.map, opened.size);
    return status;
}

const char *const *cr_pack_notes(const struct cr_dataset *dataset, int64_t *count)
{
    const struct pack *pack = pack_of(dataset);
    *count = pack->head.notes;
    return pack->notes;
}
