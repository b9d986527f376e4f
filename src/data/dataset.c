/*
 * Datasets: opened by name through the registry of formats, or laid over the caller's memory.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "data/format.h"

static enum cr_status get(const struct cr_dataset *dataset, int64_t index, uint8_t *pixels, struct cr_error *err)
{
    (void)err;
    size_t size = cr_sample_size(dataset);
    memcpy(pixels, dataset->pixels + (size_t)index * size, size);
    return CR_OK;
}

static void describe(const struct cr_dataset *dataset, int64_t index, char *text, size_t size)
{
    (void)dataset;
    snprintf(text, size, "image %lld", (long long)index);
}

static void close_store(struct cr_dataset *dataset)
{
    struct cr_store *store = (struct cr_store *)dataset;
    free(store->pixels);
    free(store->labels);
    free(store->targets);
    cr_arena_free(store->arena);
    free(store);
}

static char *format_name(struct cr_arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *name = length < 0 ? NULL : cr_arena_alloc(arena, (size_t)length + 1);
    if (name)
        vsnprintf(name, (size_t)length + 1, format, again);
    va_end(again);
    return name;
}

static const char *const *copy_class_names(struct cr_arena *arena, const char *const *names, int64_t classes)
{
    const char **copy = cr_arena_alloc(arena, (size_t)classes * sizeof *copy);
    for (int64_t i = 0; copy && i < classes; i++) {
        copy[i] = names ? cr_arena_text(arena, names[i]) : cr_arena_format(arena, "%lld", (long long)i);
        if (!copy[i])
            return NULL;
    }
    return copy;
}

/* Bytes of all pixels, or 0 where that is more than can be addressed. */
static size_t total_size(const struct cr_extent *extent)
{
    size_t size = (size_t)extent->count;
    if (__builtin_mul_overflow(size, (size_t)extent->height, &size) ||
        __builtin_mul_overflow(size, (size_t)extent->width, &size) ||
        __builtin_mul_overflow(size, (size_t)extent->channels, &size) ||
        __builtin_mul_overflow(size, extent->numbers ? sizeof(float) : 1, &size))
        return 0;
    return size;
}

/* Everything but labels and pixels. */
static struct cr_store *new_store(const struct cr_extent *extent, const char *const *class_names, const char *name,
                                  va_list arguments)
{
    struct cr_store *store = calloc(1, sizeof *store);
    if (!store)
        return NULL;
    store->dataset = (struct cr_dataset){.count = extent->count,
                                         .height = extent->height,
                                         .width = extent->width,
                                         .channels = extent->channels,
                                         .classes = extent->classes,
                                         .numbers = extent->numbers,
                                         .get = get,
                                         .describe = describe,
                                         .close = close_store};
    store->arena = cr_arena_new();
    if (store->arena) {
        store->dataset.name = format_name(store->arena, name, arguments);
        store->dataset.class_names = copy_class_names(store->arena, class_names, extent->classes);
    }
    if (!store->dataset.name || !store->dataset.class_names) {
        cr_dataset_free(&store->dataset);
        return NULL;
    }
    return store;
}

enum cr_status cr_extent_shape(struct cr_extent *extent, const struct cr_list *shape, int64_t numbers, const char *path,
                               struct cr_error *err)
{
    extent->height = extent->width = 1;
    extent->channels = numbers;
    if (shape->count == 0)
        return CR_OK;
    bool whole = true;
    for (int64_t i = 0; i < shape->count; i++)
        whole = whole && shape->items[i] == floor(shape->items[i]);
    if (shape->count < 2 || shape->count > 3 || !whole)
        return cr_fail(err, CR_ERROR_ARGUMENT,
                       "shape: expected [height, width] or [height, width, channels] in whole numbers");
    extent->height = (int64_t)shape->items[0];
    extent->width = (int64_t)shape->items[1];
    extent->channels = shape->count == 3 ? (int64_t)shape->items[2] : 1;
    int64_t needed = extent->height * extent->width * extent->channels;
    if (needed != numbers)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: has %lld numbers a sample, but shape %lldx%lldx%lld needs %lld", path,
                       (long long)numbers, (long long)extent->height, (long long)extent->width,
                       (long long)extent->channels, (long long)needed);
    return CR_OK;
}

enum cr_status cr_store_new(struct cr_store **store, const struct cr_extent *extent, bool in_memory,
                            const char *const *class_names, struct cr_error *err, const char *name, ...)
{
    va_list arguments;
    va_start(arguments, name);
    *store = new_store(extent, class_names, name, arguments);
    va_end(arguments);
    if (!*store)
        return cr_fail_memory(err);
    size_t size = total_size(extent), rows = (size_t)extent->count;
    if (extent->targets)
        (*store)->targets = calloc(rows, (size_t)extent->classes * sizeof(float));
    else
        (*store)->labels = malloc(rows * sizeof *(*store)->labels);
    (*store)->pixels = in_memory && size > 0 ? malloc(size) : NULL;
    if (!((*store)->labels || (*store)->targets) || (in_memory && !(*store)->pixels)) {
        cr_dataset_free(&(*store)->dataset);
        *store = NULL;
        return cr_fail_memory(err);
    }
    (*store)->dataset.labels = (*store)->labels;
    (*store)->dataset.targets = (*store)->targets;
    (*store)->dataset.pixels = (*store)->pixels;
    return CR_OK;
}

static struct cr_store *new_borrowed(const struct cr_extent *extent, const char *const *class_names, const char *name,
                                     ...)
{
    va_list arguments;
    va_start(arguments, name);
    struct cr_store *store = new_store(extent, class_names, name, arguments);
    va_end(arguments);
    return store;
}

static enum cr_status check_extent(const struct cr_extent *e, struct cr_error *err)
{
    if (e->count < 1 || e->height < 1 || e->width < 1 || e->channels < 1 || e->classes < 1 || total_size(e) == 0)
        return cr_fail(err, CR_ERROR_ARGUMENT,
                       "%lld pictures of %lldx%lldx%lld in %lld classes: each number must be 1 or more",
                       (long long)e->count, (long long)e->height, (long long)e->width, (long long)e->channels,
                       (long long)e->classes);
    return CR_OK;
}

enum cr_status cr_dataset_from_memory(struct cr_dataset **dataset, const uint8_t *pixels, const int32_t *labels,
                                      int64_t count, int64_t height, int64_t width, int64_t channels, int64_t classes,
                                      const char *const *class_names, struct cr_error *err)
{
    *dataset = NULL;
    struct cr_extent extent = {
        .count = count, .height = height, .width = width, .channels = channels, .classes = classes};
    CR_TRY(check_extent(&extent, err));
    for (int64_t i = 0; i < count; i++)
        if (labels[i] < 0 || labels[i] >= classes)
            return cr_fail(err, CR_ERROR_ARGUMENT, "label %d of item %lld (from 0) is out of range 0..%lld",
                           (int)labels[i], (long long)i, (long long)classes - 1);
    struct cr_store *store = new_borrowed(&extent, class_names, "memory");
    if (!store)
        return cr_fail_memory(err);
    store->dataset.pixels = pixels;
    store->dataset.labels = labels;
    *dataset = &store->dataset;
    return CR_OK;
}

enum cr_status cr_dataset_with_targets(struct cr_dataset **dataset, const void *samples, bool numbers,
                                       const float *targets, int64_t count, int64_t height, int64_t width,
                                       int64_t channels, int64_t target_width, const char *const *target_names,
                                       struct cr_error *err)
{
    *dataset = NULL;
    struct cr_extent extent = {.count = count,
                               .height = height,
                               .width = width,
                               .channels = channels,
                               .classes = target_width,
                               .numbers = numbers,
                               .targets = true};
    CR_TRY(check_extent(&extent, err));
    for (int64_t i = 0; i < count * target_width; i++)
        if (!isfinite(targets[i]))
            return cr_fail(err, CR_ERROR_ARGUMENT, "target %lld of item %lld (both from 0) is no finite number",
                           (long long)(i % target_width), (long long)(i / target_width));
    struct cr_store *store = new_borrowed(&extent, target_names, "memory");
    if (!store)
        return cr_fail_memory(err);
    store->dataset.pixels = samples;
    store->dataset.targets = targets;
    *dataset = &store->dataset;
    return CR_OK;
}

void cr_dataset_free(struct cr_dataset *dataset)
{
    if (dataset)
        dataset->close(dataset);
}

enum cr_status cr_part_missing(struct cr_error *err, const char *name, const char *advice)
{
    return cr_fail(err, CR_ERROR_UNSUPPORTED, "%s has no test part: %s", name, advice);
}

/* Memory and a stop have nothing to do with the place in the config file. */
static bool concerns_config(enum cr_status status)
{
    return status != CR_ERROR_MEMORY && status != CR_ERROR_STOPPED && status != CR_ERROR_UNSUPPORTED;
}

static enum cr_status open_default(struct cr_dataset **dataset, struct cr_format_call *call, struct cr_error *err)
{
    const struct cr_format *format = &cr_format_digits;
    void *values = calloc(1, cr_options_size(format->entry.options));
    if (!values)
        return cr_fail_memory(err);
    if (format->entry.options)
        cr_options_default(format->entry.options, values);
    call->values = values;
    enum cr_status status = format->open(dataset, call, err);
    free(values);
    return status;
}

enum cr_status cr_dataset_open(struct cr_dataset **dataset, struct cr_context *context, struct cr_config *config,
                               const struct cr_node *source, enum cr_part part, const struct cr_data_options *options,
                               struct cr_error *err)
{
    *dataset = NULL;
    struct cr_format_call call = {.context = context, .part = part};
    if (options)
        call.options = *options;
    if (!source || source->kind == CR_NODE_NULL)
        return open_default(dataset, &call, err);
    const struct cr_entry *entry;
    CR_TRY(cr_bind_choice(config, &cr_formats, source, &entry, &call.values, err));
    const struct cr_format *format = (const struct cr_format *)entry;
    enum cr_status status = format->open(dataset, &call, err);
    if (status == CR_OK || !err || !concerns_config(status))
        return status;
    cr_node_fail(source, err, "%s", err->message);
    err->status = status;
    return status;
}

enum cr_status cr_data_shape(struct cr_data_shape *shape, struct cr_context *context, struct cr_config *config,
                             const struct cr_node *source, const struct cr_data_options *options, struct cr_error *err)
{
    const struct cr_entry *entry = &cr_format_digits.entry;
    const void *values;
    struct cr_dataset *dataset;
    if (source && source->kind != CR_NODE_NULL)
        CR_TRY(cr_bind_choice(config, &cr_formats, source, &entry, &values, err));
    *shape = ((const struct cr_format *)entry)->shape;
    if (shape->classes > 0)
        return CR_OK;
    CR_TRY(cr_dataset_open(&dataset, context, config, source, CR_PART_TRAIN, options, err));
    *shape = (struct cr_data_shape){dataset->height, dataset->width, dataset->channels, dataset->classes};
    cr_dataset_free(dataset);
    return CR_OK;
}

uint64_t cr_sample_hash(const uint8_t *pixels, size_t size)
{
    uint64_t hash = size;
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = 0;
        memcpy(&word, pixels + i, size - i < 8 ? size - i : 8);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return hash;
}
