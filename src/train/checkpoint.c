/*
 * Checkpoint files. The checksum is the CRC-32 of all that is in the file: of each tensor its name, type, shape and
 * numbers, then of each pair of the metadata in the order of the keys. Disks and copies do damage numbers silently, and
 * a network with damaged numbers trains on as if nothing were.
 */
#include "train/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/text.h"
#include "train/optimizer.h"

static const char format_name[] = "cradle 1";

/* ------------------------------------------------------------------------------------------------------------ parts */

static int64_t count_learned(const struct cr_params *params)
{
    int64_t count = 0;
    for (int i = 0; i < params->count; i++)
        count += params->items[i].kind == CR_PARAM;
    return count;
}

static struct cr_tensor tensor_of(const struct cr_params *params, const struct cr_param *param, void *values)
{
    struct cr_tensor tensor = {.dtype = params->dtype, .rank = param->shape.rank};
    memcpy(tensor.dims, param->shape.dims, sizeof tensor.dims);
    tensor.data = (char *)values + (size_t)param->offset * cr_dtype_size(params->dtype);
    return tensor;
}

static enum cr_status add_slot(struct cr_parts *parts, const struct cr_params *params,
                               const struct cr_optimizer *optimizer, int slot, struct cr_error *err)
{
    for (int i = 0; i < params->count; i++) {
        if (params->items[i].kind != CR_PARAM)
            continue;
        char *name =
            cr_arena_format(parts->arena, "optimizer.%s.%s", optimizer->kind->slots[slot], params->items[i].name);
        if (!name)
            return cr_fail_memory(err);
        parts->tensors[parts->count++] =
            (struct cr_named_tensor){name, tensor_of(params, &params->items[i], optimizer->slot[slot])};
    }
    return CR_OK;
}

/* NAME.PARAMETER for the learned ones, or for all. */
static enum cr_status add_array(struct cr_parts *parts, const struct cr_params *params, const char *name, void *values,
                                bool all, struct cr_error *err)
{
    for (int i = 0; i < params->count; i++) {
        if (params->items[i].kind != CR_PARAM && !all)
            continue;
        char *text = cr_arena_format(parts->arena, "%s.%s", name, params->items[i].name);
        if (!text)
            return cr_fail_memory(err);
        parts->tensors[parts->count++] = (struct cr_named_tensor){text, tensor_of(params, &params->items[i], values)};
    }
    return CR_OK;
}

static enum cr_status fill_parts(struct cr_parts *parts, const struct cr_params *params,
                                 const struct cr_optimizer *optimizer, struct cr_error *err)
{
    int64_t most = 2 * params->count + (optimizer ? (optimizer->slots + 1) * count_learned(params) : 0);
    parts->tensors = cr_arena_alloc(parts->arena, ((size_t)most + 1) * sizeof *parts->tensors);
    if (!parts->tensors)
        return cr_fail_memory(err);
    for (int i = 0; i < params->count; i++)
        parts->tensors[parts->count++] =
            (struct cr_named_tensor){params->items[i].name, tensor_of(params, &params->items[i], params->values)};
    for (int slot = 0; optimizer && slot < optimizer->slots; slot++)
        CR_TRY(add_slot(parts, params, optimizer, slot, err));
    if (optimizer && optimizer->gathered)
        CR_TRY(add_array(parts, params, "gathered", optimizer->gathered, false, err));
    if (optimizer && optimizer->average)
        CR_TRY(add_array(parts, params, "average", optimizer->average, true, err));
    return CR_OK;
}

enum cr_status cr_parts_new(struct cr_parts *parts, const struct cr_params *params,
                            const struct cr_optimizer *optimizer, struct cr_error *err)
{
    *parts = (struct cr_parts){.arena = cr_arena_new()};
    if (!parts->arena)
        return cr_fail_memory(err);
    enum cr_status status = fill_parts(parts, params, optimizer, err);
    if (status != CR_OK)
        cr_parts_free(parts);
    return status;
}

void cr_parts_free(struct cr_parts *parts)
{
    cr_arena_free(parts->arena);
    *parts = (struct cr_parts){0};
}

/* --------------------------------------------------------------------------------------------------------- checksum */

static uLong add_bytes(uLong sum, const void *data, size_t size)
{
    return crc32_z(sum, data, size);
}

static uLong add_text(uLong sum, const char *text)
{
    return add_bytes(sum, text, strlen(text) + 1);
}

static uLong add_tensor(uLong sum, const struct cr_named_tensor *named)
{
    const struct cr_tensor *tensor = &named->tensor;
    int64_t head[2] = {tensor->dtype, tensor->rank};
    sum = add_text(sum, named->name);
    sum = add_bytes(sum, head, sizeof head);
    sum = add_bytes(sum, tensor->dims, (size_t)tensor->rank * sizeof *tensor->dims);
    return add_bytes(sum, tensor->data, cr_tensor_size(tensor));
}

static uLong add_pair(uLong sum, const struct cr_pair *pair)
{
    return strcmp(pair->key, "crc32") == 0 ? sum : add_text(add_text(sum, pair->key), pair->value);
}

static void write_sum(uLong sum, char text[16])
{
    cr_text_format(text, 16, "%08lx", (unsigned long)sum);
}

/* ------------------------------------------------------------------------------------------------------------- files
 */

static int compare_pairs(const void *a, const void *b)
{
    return strcmp(((const struct cr_pair *)a)->key, ((const struct cr_pair *)b)->key);
}

enum cr_status cr_checkpoint_write(const char *path, const struct cr_parts *parts, const struct cr_pair *metadata,
                                   int64_t pairs, struct cr_error *err)
{
    char text[16];
    uLong sum = crc32_z(0, NULL, 0);
    struct cr_pair *all = malloc((size_t)(pairs + 2) * sizeof *all);
    if (!all)
        return cr_fail_memory(err);
    all[0] = (struct cr_pair){"format", format_name};
    memcpy(all + 1, metadata, (size_t)pairs * sizeof *all);
    qsort(all, (size_t)pairs + 1, sizeof *all, compare_pairs);
    for (int64_t i = 0; i < parts->count; i++)
        sum = add_tensor(sum, &parts->tensors[i]);
    for (int64_t i = 0; i < pairs + 1; i++)
        sum = add_pair(sum, &all[i]);
    write_sum(sum, text);
    all[pairs + 1] = (struct cr_pair){"crc32", text};
    enum cr_status status = cr_safetensors_write(path, parts->tensors, parts->count, all, pairs + 2, err);
    free(all);
    return status;
}

static enum cr_status check_file(const struct cr_safetensors *file, const char *path, struct cr_error *err)
{
    char text[16];
    const char *format = cr_safetensors_get(file, "format"), *wanted = cr_safetensors_get(file, "crc32");
    if (!format || strcmp(format, format_name) != 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is no checkpoint that can be read here: its format is %s, not %s",
                       path, format ? format : "unknown", format_name);
    uLong sum = crc32_z(0, NULL, 0);
    for (int64_t i = 0; i < cr_safetensors_count(file); i++)
        sum = add_tensor(sum, cr_safetensors_at(file, i));
    for (int64_t i = 0; i < cr_safetensors_pairs(file); i++)
        sum = add_pair(sum, cr_safetensors_pair(file, i));
    write_sum(sum, text);
    if (!wanted || strcmp(wanted, text) != 0)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: was altered or damaged: its checksum is %s, not %s", path, text,
                       wanted ? wanted : "there");
    return CR_OK;
}

bool cr_checkpoint_is_own(const struct cr_safetensors *file)
{
    const char *format = cr_safetensors_get(file, "format");
    return format && strcmp(format, format_name) == 0;
}

/* Frees a file that is refused. */
static enum cr_status check_or_free(struct cr_safetensors **file, const char *path, bool any, struct cr_error *err)
{
    enum cr_status status = any && !cr_checkpoint_is_own(*file) ? CR_OK : check_file(*file, path, err);
    if (status != CR_OK) {
        cr_safetensors_free(*file);
        *file = NULL;
    }
    return status;
}

enum cr_status cr_checkpoint_open(struct cr_safetensors **file, const char *path, struct cr_error *err)
{
    CR_TRY(cr_safetensors_open(file, path, err));
    return check_or_free(file, path, false, err);
}

enum cr_status cr_checkpoint_open_any(struct cr_safetensors **file, const char *path, struct cr_error *err)
{
    CR_TRY(cr_safetensors_open(file, path, err));
    return check_or_free(file, path, true, err);
}

enum cr_status cr_checkpoint_parse_any(struct cr_safetensors **file, const char *name, const void *content, size_t size,
                                       struct cr_error *err)
{
    char *copy = malloc(size + 1);
    *file = NULL;
    if (!copy)
        return cr_fail_memory(err);
    memcpy(copy, content, size);
    copy[size] = 0;
    CR_TRY(cr_safetensors_parse(file, name, copy, size, err)); /* takes the copy over */
    return check_or_free(file, name, true, err);
}

static void describe(const struct cr_tensor *tensor, char *text, size_t size)
{
    struct cr_shape shape = {.rank = tensor->rank};
    memcpy(shape.dims, tensor->dims, sizeof shape.dims);
    cr_shape_describe(shape, text, size);
}

static bool same_shape(const struct cr_tensor *a, const struct cr_tensor *b)
{
    return a->rank == b->rank && memcmp(a->dims, b->dims, (size_t)a->rank * sizeof *a->dims) == 0;
}

static enum cr_status check_part(const struct cr_safetensors *file, const char *path,
                                 const struct cr_named_tensor *part, struct cr_error *err)
{
    char found[96], wanted[96];
    const struct cr_tensor *tensor = cr_safetensors_find(file, part->name);
    if (!tensor)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is of another model: it has no %s", path, part->name);
    describe(tensor, found, sizeof found);
    describe(&part->tensor, wanted, sizeof wanted);
    if (!same_shape(tensor, &part->tensor))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: is of another model: %s is %s in the file and %s in the model", path,
                       part->name, found, wanted);
    if (tensor->dtype != part->tensor.dtype)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: %s has numbers of %zu bytes in the file and of %zu in the model",
                       path, part->name, cr_dtype_size(tensor->dtype), cr_dtype_size(part->tensor.dtype));
    return CR_OK;
}

enum cr_status cr_checkpoint_check(const struct cr_safetensors *file, const char *path, const struct cr_parts *parts,
                                   bool exact, struct cr_error *err)
{
    for (int64_t i = 0; i < parts->count; i++)
        CR_TRY(check_part(file, path, &parts->tensors[i], err));
    if (!exact || cr_safetensors_count(file) == parts->count)
        return CR_OK;
    /* As many names differ as there are tensors: all parts are there, so the file has more. */
    for (int64_t i = 0;; i++) {
        const char *name = cr_safetensors_at(file, i)->name;
        bool known = false;
        for (int64_t j = 0; j < parts->count && !known; j++)
            known = strcmp(parts->tensors[j].name, name) == 0;
        if (!known)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: is of another model: it has %s, which the model has not", path,
                           name);
    }
}

void cr_checkpoint_copy(const struct cr_safetensors *file, const struct cr_parts *parts)
{
    for (int64_t i = 0; i < parts->count; i++) {
        const struct cr_tensor *part = &parts->tensors[i].tensor;
        memcpy(part->data, cr_safetensors_find(file, parts->tensors[i].name)->data, cr_tensor_size(part));
    }
}

enum cr_status cr_checkpoint_int(const struct cr_safetensors *file, const char *path, const char *key, int64_t least,
                                 int64_t most, int64_t *value, struct cr_error *err)
{
    const char *text = cr_safetensors_get(file, key);
    if (!text)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: its metadata have no %s", path, key);
    if (!cr_text_int(text, value) || *value < least || *value > most)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: %s is %s, expected %lld..%lld", path, key, text, (long long)least,
                       (long long)most);
    return CR_OK;
}

enum cr_status cr_checkpoint_float(const struct cr_safetensors *file, const char *path, const char *key, double *value,
                                   struct cr_error *err)
{
    const char *text = cr_safetensors_get(file, key);
    if (!text)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: its metadata have no %s", path, key);
    if (!cr_text_float(text, value))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: %s is %s, expected a number", path, key, text);
    return CR_OK;
}
