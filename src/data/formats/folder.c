/*
 * Class folders of JPEG and PNG files: PATH/CLASS/any/where.jpg, or the same under PATH/train and PATH/test.
 *
 * Every file is decoded once when the dataset is opened, by the workers: so all damaged files are known before the
 * first epoch. Where the pixels fit in `memory` they stay there; else each picture is decoded anew whenever it is asked
 * for.
 */
#include "data/dataset.h"
#include "data/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Names the damaged files, and fails where there are more than `limit`. */
static enum cr_status judge(const struct decoding *work, int64_t limit, int64_t *sound,
                            const struct cr_context *context, struct cr_error *err)
{
    enum { IN_MESSAGE = 3, IN_LOG = 20 };
    const struct cr_tree *tree = work->tree;
    int64_t damaged = 0;
    for (int64_t i = 0; i < tree->count; i++)
        damaged += work->reasons[i] != NULL;
    *sound = tree->count - damaged;
    bool too_many = damaged > limit;
    char list[700] = "";
    size_t used = 0;
    for (int64_t i = 0, seen = 0; i < tree->count; i++) {
        if (!work->reasons[i])
            continue;
        if (!too_many || seen < IN_LOG)
            cr_log(context, CR_LOG_WARNING, "%s%s", work->reasons[i], too_many ? "" : " (skipped)");
        if (seen < IN_MESSAGE && used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", seen ? "; " : "", work->reasons[i]);
        seen++;
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
    folder->root_length = strlen(tree->root) + (tree->root[strlen(tree->root) - 1] != '/');
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
    store->pixels = work->pixels;
    work->pixels = NULL;
    store->dataset.pixels = store->pixels;
    if (!store->pixels)
        store->dataset.get = get;
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

static enum cr_status open_tree(struct cr_dataset **dataset, const struct cr_format_call *call,
                                const struct cr_tree *tree, struct cr_error *err)
{
    const struct cr_folder_values *values = call->values;
    struct decoding work = {.tree = tree, .side = values->size, .channels = values->channels};
    struct cr_store *store = NULL;
    enum cr_status status = CR_OK;
    work.sample = (size_t)(work.side * work.side * work.channels);
    work.reasons = calloc((size_t)tree->count, sizeof *work.reasons);
    if (!work.reasons)
        CR_GO(cr_fail_memory(err));
    uint64_t all = (uint64_t)work.sample * (uint64_t)tree->count;
    bool in_memory = all <= (uint64_t)values->memory << 20;
    if (in_memory && !(work.pixels = malloc((size_t)all)))
        CR_GO(cr_fail_memory(err));
    if (!in_memory)
        cr_log(call->context, CR_LOG_INFO,
               "%s: %lld pictures need %llu MiB, more than memory: %lld; each is decoded whenever it is needed",
               tree->root, (long long)tree->count, (unsigned long long)(all >> 20), (long long)values->memory);
    CR_GO(cr_parallel(&call->options, "decoding pictures", tree->count, decode, &work, err));
    struct cr_extent extent = {
        .height = work.side, .width = work.side, .channels = work.channels, .classes = tree->classes};
    CR_GO(judge(&work, values->damaged, &extent.count, call->context, err));
    if (extent.count == 0)
        CR_GO(cr_fail(err, CR_ERROR_FORMAT, "%s: every picture is damaged", tree->root));
    CR_GO(cr_store_new(&store, &extent, false, tree->class_names, err, "folder %s", tree->root));
    CR_GO(take(store, &work, err));
    if (call->part == CR_PART_TRAIN)
        CR_GO(check_classes(&store->dataset, tree, err));
    *dataset = &store->dataset;
    store = NULL;
done:
    for (int64_t i = 0; work.reasons && i < tree->count; i++)
        free(work.reasons[i]);
    free(work.reasons);
    free(work.pixels);
    cr_dataset_free(store ? &store->dataset : NULL);
    return status;
}

static enum cr_status open(struct cr_dataset **dataset, const struct cr_format_call *call, struct cr_error *err)
{
    const struct cr_folder_values *values = call->values;
    struct cr_tree tree;
    CR_TRY(cr_tree_new(&tree, values->path, values->test, call->part, call->context, err));
    enum cr_status status = open_tree(dataset, call, &tree, err);
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
    {0},
};

const struct cr_format cr_format_folder = {
    .entry = {.name = "folder", .help = "one folder a class with JPEG and PNG files of any size", .options = options},
    .open = open,
};
