/*
 * Class folders of JPEG and PNG files: PATH/CLASS/any/where.jpg, or the same under PATH/train and PATH/test.
 *
 * Every file is decoded once when the dataset is opened, by the workers: so all damaged files are known before the
 * first epoch. Where that pays, the pixels go to a cache on the disk (data/cache.h) and come from there the next time.
 * Else they stay in memory where they fit in `memory`, or each picture is decoded anew whenever it is asked for.
 */
#include "data/dataset.h"
#include "data/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/cache.h"
#include "data/thread.h"
#include "data/tree.h"

/* What the dataset adds to a store. */
struct folder {
    size_t root_length; /* of each path, with the slash */
    const char **paths; /* [count] */
};

static enum cr_status get(const struct cr_dataset *dataset, int64_t index, uint8_t *pixels, struct cr_error *err)
{
    const struct folder *folder = ((const struct cr_store *)dataset)->own;
    return cr_image_load(folder->paths[index], dataset->height, dataset->width, dataset->channels, pixels, err);
}

static void describe(const struct cr_dataset *dataset, int64_t index, char *text, size_t size)
{
    const struct folder *folder = ((const struct cr_store *)dataset)->own;
    snprintf(text, size, "%s", folder->paths[index] + folder->root_length);
}

struct decoding {
    const struct cr_tree *tree;
    int64_t side, channels;
    size_t sample;
    uint8_t *pixels; /* [tree->count][sample], NULL: decoded pictures are dropped */
    bool owned;      /* `pixels` are memory of ours, and not of a pack */
    char **reasons;  /* [tree->count], NULL: the file is sound */
};

static enum cr_status decode(void *user, int64_t index, struct cr_error *err)
{
    struct decoding *work = user;
    uint8_t *scratch = work->pixels ? NULL : malloc(work->sample);
    uint8_t *pixels = work->pixels ? work->pixels + (size_t)index * work->sample : scratch;
    if (!pixels)
        return cr_fail_memory(err);
    enum cr_status status =
        cr_image_load(work->tree->files[index].path, work->side, work->side, work->channels, pixels, err);
    free(scratch);
    if (status == CR_OK || status == CR_ERROR_MEMORY)
        return status;
    work->reasons[index] = strdup(err->message);
    return work->reasons[index] ? CR_OK : cr_fail_memory(err);
}

/* Names the damaged files by their `reasons`, and fails where there are more than `limit`. */
static enum cr_status judge(const struct cr_tree *tree, const char *const *reasons, int64_t damaged, int64_t limit,
                            const struct cr_context *context, struct cr_error *err)
{
    enum { IN_MESSAGE = 3, IN_LOG = 20 };
    bool too_many = damaged > limit;
    char list[700] = "";
    size_t used = 0;
    for (int64_t i = 0; i < damaged; i++) {
        if (!too_many || i < IN_LOG)
            cr_log(context, CR_LOG_WARNING, "%s%s", reasons[i], too_many ? "" : " (skipped)");
        if (i < IN_MESSAGE && used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? "; " : "", reasons[i]);
    }
    if (!too_many)
        return CR_OK;
    return cr_fail(
        err, CR_ERROR_FORMAT,
        "%s: %lld of %lld pictures are damaged, more than the %lld that `damaged` lets pass (repair or remove "
        "them, or raise it): %s%s",
        tree->root, (long long)damaged, (long long)tree->count, (long long)limit, list,
        damaged > IN_MESSAGE ? "; ..." : "");
}

/* Moves what is sound into the store, in order. */
static enum cr_status take(struct cr_store *store, struct decoding *work, struct cr_error *err)
{
    const struct cr_tree *tree = work->tree;
    struct folder *folder = cr_arena_alloc(store->arena, sizeof *folder);
    if (!folder)
        return cr_fail_memory(err);
    folder->root_length = cr_tree_root_length(tree);
    folder->paths = cr_arena_alloc(store->arena, (size_t)store->dataset.count * sizeof *folder->paths);
    if (!folder->paths)
        return cr_fail_memory(err);
    int64_t at = 0;
    for (int64_t i = 0; i < tree->count; i++) {
        if (work->reasons[i])
            continue;
        folder->paths[at] = cr_arena_text(store->arena, tree->files[i].path);
        if (!folder->paths[at])
            return cr_fail_memory(err);
        store->labels[at] = tree->files[i].label;
        if (work->pixels && at < i)
            memcpy(work->pixels + (size_t)at * work->sample, work->pixels + (size_t)i * work->sample, work->sample);
        at++;
    }
    store->own = folder;
    store->dataset.pixels = work->pixels;
    if (!work->pixels)
        store->dataset.get = get;
    if (work->owned)
        store->pixels = work->pixels;
    work->owned = false;
    store->dataset.describe = describe;
    return CR_OK;
}

/* A class whose pictures were all damaged. */
static enum cr_status check_classes(const struct cr_dataset *dataset, const struct cr_tree *tree, struct cr_error *err)
{
    for (int64_t label = 0, i = 0; label < dataset->classes; label++) {
        if (i == dataset->count || dataset->labels[i] != label)
            return cr_fail(err, CR_ERROR_FORMAT, "%s/%s: every picture of this class is damaged", tree->root,
                           tree->class_names[label]);
        while (i < dataset->count && dataset->labels[i] == label)
            i++;
    }
    return CR_OK;
}

/* How many files are damaged, and why: `list` has room for all. */
static int64_t gather_reasons(const struct decoding *work, char **list)
{
    int64_t damaged = 0;
    for (int64_t i = 0; i < work->tree->count; i++)
        if (work->reasons[i])
            list[damaged++] = work->reasons[i];
    return damaged;
}

/* Where decoded pictures go: into the pack that is being written, memory, or nowhere. */
static enum cr_status choose_room(struct decoding *work, const struct cr_format_call *call,
                                  struct cr_pack_writer *writer, struct cr_error *err)
{
    const struct cr_folder_values *values = call->values;
    uint64_t all = (uint64_t)work->sample * (uint64_t)work->tree->count;
    work->owned = !writer && all <= (uint64_t)values->memory << 20;
    work->pixels = writer ? cr_pack_room(writer) : work->owned ? malloc((size_t)all) : NULL;
    if (work->owned && !work->pixels)
        return cr_fail_memory(err);
    if (!work->pixels)
        cr_log(call->context, CR_LOG_INFO,
               "%s: %lld pictures need %llu MiB, more than memory: %lld; each is decoded whenever it is needed",
               work->tree->root, (long long)work->tree->count, (unsigned long long)(all >> 20),
               (long long)values->memory);
    return CR_OK;
}

/* Decodes all files. With a writer (which this ends) the pack is made and *dataset stays NULL. */
static enum cr_status open_tree(struct cr_dataset **dataset, const struct cr_format_call *call,
                                const struct cr_tree *tree, struct cr_pack_writer *writer, const char *key,
                                struct cr_error *err)
{
    const struct cr_folder_values *values = call->values;
    struct decoding work = {.tree = tree, .side = values->size, .channels = values->channels};
    struct cr_store *store = NULL;
    enum cr_status status = CR_OK;
    work.sample = (size_t)(work.side * work.side * work.channels);
    work.reasons = calloc((size_t)tree->count, sizeof *work.reasons);
    char **damaged = calloc((size_t)tree->count, sizeof *damaged);
    if (!work.reasons || !damaged)
        CR_GO(cr_fail_memory(err));
    CR_GO(choose_room(&work, call, writer, err));
    CR_GO(cr_parallel(&call->options, "decoding pictures", tree->count, decode, &work, err));
    int64_t damaged_count = gather_reasons(&work, damaged);
    CR_GO(judge(tree, (const char *const *)damaged, damaged_count, values->damaged, call->context, err));
    struct cr_extent extent = {.count = tree->count - damaged_count,
                               .height = work.side,
                               .width = work.side,
                               .channels = work.channels,
                               .classes = tree->classes};
    if (extent.count == 0)
        CR_GO(cr_fail(err, CR_ERROR_FORMAT, "%s: every picture is damaged", tree->root));
    CR_GO(cr_store_new(&store, &extent, false, tree->class_names, err, "folder %s", tree->root));
    CR_GO(take(store, &work, err));
    if (call->part == CR_PART_TRAIN)
        CR_GO(check_classes(&store->dataset, tree, err));
    if (writer) {
        status = cr_pack_commit(writer, &store->dataset, key, damaged, damaged_count, err);
        writer = NULL;
        goto done;
    }
    *dataset = &store->dataset;
    store = NULL;
done:
    for (int64_t i = 0; work.reasons && i < tree->count; i++)
        free(work.reasons[i]);
    free(work.reasons);
    free(damaged);
    if (work.owned)
        free(work.pixels);
    cr_pack_cancel(writer);
    cr_dataset_free(store ? &store->dataset : NULL);
    return status;
}

/* What opening the files themselves would have said and refused. */
static enum cr_status welcome(struct cr_dataset *dataset, const struct cr_format_call *call, const struct cr_tree *tree,
                              struct cr_error *err)
{
    const struct cr_folder_values *values = call->values;
    int64_t damaged;
    const char *const *reasons = cr_pack_notes(dataset, &damaged);
    CR_TRY(judge(tree, reasons, damaged, values->damaged, call->context, err));
    dataset->name = cr_arena_format(((struct cr_store *)dataset)->arena, "folder %s", tree->root);
    if (!dataset->name)
        return cr_fail_memory(err);
    return call->part == CR_PART_TRAIN ? check_classes(dataset, tree, err) : CR_OK;
}

/* Makes the pack; without it, by whatever reason, the files are read as ever. */
static enum cr_status make_cache(const struct cr_cache *cache, const struct cr_format_call *call,
                                 const struct cr_tree *tree, struct cr_error *err)
{
    const struct cr_folder_values *values = call->values;
    struct cr_pack_writer *writer;
    CR_TRY(cr_cache_begin(&writer, cache, values->cache, call->context, err));
    if (!writer)
        return CR_OK;
    enum cr_status status = open_tree(NULL, call, tree, writer, cache->key, err);
    if (status == CR_OK)
        cr_log(call->context, CR_LOG_INFO, "%s: decoded pictures are kept for the next time in %s (%llu MiB)",
               tree->root, cache->path, (unsigned long long)(cache->bytes >> 20));
    if (status == CR_ERROR_IO)
        cr_log(call->context, CR_LOG_INFO, "decoded pictures are not kept for the next time: %s", err->message);
    return status == CR_ERROR_IO ? CR_OK : status;
}

/* By the cache; *dataset stays NULL where there is none. */
static enum cr_status open_cached(struct cr_dataset **dataset, const struct cr_format_call *call,
                                  const struct cr_tree *tree, struct cr_error *err)
{
    const struct cr_folder_values *values = call->values;
    struct cr_dataset *opened = NULL;
    struct cr_cache cache;
    bool made = false;
    enum cr_status status;
    *dataset = NULL;
    CR_GO(cr_cache_find(&cache, tree, values->size, values->channels, values->cache, err));
    if (!cache.path)
        goto done;
    CR_GO(cr_cache_open(&opened, &cache, &call->options, call->context, err));
    if (!opened) {
        CR_GO(make_cache(&cache, call, tree, err));
        CR_GO(cr_cache_open(&opened, &cache, &call->options, call->context, err));
        made = true;
    }
    if (opened && !made)
        CR_GO(welcome(opened, call, tree, err));
    *dataset = opened;
    opened = NULL;
done:
    cr_dataset_free(opened);
    cr_cache_free(&cache);
    return status;
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct cr_folder_values *values = call->values;
    struct cr_tree tree;
    CR_TRY(cr_tree_new(&tree, values->path, values->test, call->part, call->context, err));
    enum cr_status status = open_cached(dataset, call, &tree, err);
    if (status == CR_OK && !*dataset)
        status = open_tree(dataset, call, &tree, NULL, NULL, err);
    cr_tree_free(&tree);
    return status;
}

static const struct cr_name channel_names[] = {
    {"1", 1},
    {"3", 3},
    {0},
};

static const struct cr_option options[] = {
    CR_STRING("path", struct cr_folder_values, path, .help = "folder of the class folders, or of train/ and test/"),
    CR_INT("size", struct cr_folder_values, size, .min = 1, .max = 4096, .def = 64,
           .help = "side of the square that pictures become, pixels: resized, the middle cropped"),
    CR_CHOICE("channels", struct cr_folder_values, channels, .def = 3, .names = channel_names,
              .help = "1: grey, 3: RGB"),
    CR_STRING("test", struct cr_folder_values, test, .text = "",
              .help = "folder of the test part's class folders; default: test/ beside train/"),
    CR_INT("damaged", struct cr_folder_values, damaged, .min = 0, .max = 1e9, .def = 10,
           .help = "damaged files that are named and skipped; more are an error"),
    CR_INT("memory", struct cr_folder_values, memory, .min = 0, .max = 1 << 24, .def = 4096,
           .help = "MiB that decoded pictures may take; where they need more, each is decoded whenever it is needed"),
    CR_INT("cache", struct cr_folder_values, cache, .min = 0, .max = 1 << 24, .def = CR_CACHE_MIB,
           .help = "MiB on the disk for decoded pictures of all folders, so that they are decoded once; 0: none"),
    {0},
};

const struct cr_format cr_format_folder = {
    .entry = {.name = "folder", .help = "one folder a class with JPEG and PNG files of any size", .options = options},
    .open = open,
};
