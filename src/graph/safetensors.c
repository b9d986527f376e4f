/*
 * Reading safetensors. The content is checked in the order in which it is read, and nothing is believed that can be
 * counted: the header lies inside the file, each tensor's bytes are as many as its shape says, and together they fill
 * the rest of the file without a gap or an overlap.
 *
 * Numbers are left where they were read. Those that do not lie at a multiple of 8 bytes (files of others) are copied.
 */
#include "graph/safetensors.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/file.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers in safetensors files are little-endian");

enum { LENGTH_SIZE = 8, HEADER_MAX = 100000000 };

/* Where a tensor's numbers lie behind the header. */
struct range {
    uint64_t begin, end;
    int64_t index;
};

struct cr_safetensors {
    const char *path;
    char *content;
    size_t size, begin; /* of the content; of its numbers */
    cJSON *header;      /* owns the names, keys and values */
    struct cr_arena *arena;
    int64_t count, pairs;
    struct cr_named_tensor *tensors;        /* [count], as in the file */
    struct range *ranges;                   /* [count], sorted by begin */
    const struct cr_named_tensor **by_name; /* [count], sorted */
    struct cr_pair *metadata;               /* [pairs], sorted by key */
};

static enum cr_status check_length(const struct cr_safetensors *file, uint64_t *length, struct cr_error *err)
{
    if (file->size < LENGTH_SIZE)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: truncated, or no safetensors file: it has %zu bytes", file->path,
                       file->size);
    memcpy(length, file->content, LENGTH_SIZE);
    if (*length > HEADER_MAX)
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s: no safetensors file: its header would have %llu bytes, more than the limit of %d",
                       file->path, (unsigned long long)*length, HEADER_MAX);
    if (*length > file->size - LENGTH_SIZE)
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s: truncated, or no safetensors file: its header would have %llu bytes, the file has %zu",
                       file->path, (unsigned long long)*length, file->size);
    return CR_OK;
}

static enum cr_status parse_header(struct cr_safetensors *file, struct cr_error *err)
{
    uint64_t length = 0;
    CR_TRY(check_length(file, &length, err));
    const char *text = file->content + LENGTH_SIZE, *end = text + length, *rest = text;
    file->begin = LENGTH_SIZE + (size_t)length;
    errno = 0;
    file->header = cJSON_ParseWithLengthOpts(text, (size_t)length, &rest, false);
    if (!file->header && errno == ENOMEM)
        return cr_fail_memory(err);
    while (file->header && rest < end && *rest == ' ')
        rest++;
    if (!file->header || rest < end)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: the header is not JSON near byte %zu", file->path,
                       (size_t)(rest - file->content));
    if (!cJSON_IsObject(file->header))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: the header is no JSON object", file->path);
    return CR_OK;
}

static int compare_pairs(const void *a, const void *b)
{
    return strcmp(((const struct cr_pair *)a)->key, ((const struct cr_pair *)b)->key);
}

static enum cr_status read_metadata(struct cr_safetensors *file, const cJSON *metadata, struct cr_error *err)
{
    if (file->metadata)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: two tensors are called __metadata__", file->path);
    if (!cJSON_IsObject(metadata))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: __metadata__ is no JSON object", file->path);
    for (const cJSON *item = metadata->child; item; item = item->next)
        file->pairs++;
    file->metadata = cr_arena_alloc(file->arena, ((size_t)file->pairs + 1) * sizeof *file->metadata);
    if (!file->metadata)
        return cr_fail_memory(err);
    int64_t i = 0;
    for (const cJSON *item = metadata->child; item; item = item->next) {
        if (!cJSON_IsString(item))
            return cr_fail(err, CR_ERROR_FORMAT, "%s: __metadata__: %s is no text", file->path, item->string);
        file->metadata[i++] = (struct cr_pair){item->string, item->valuestring};
    }
    qsort(file->metadata, (size_t)file->pairs, sizeof *file->metadata, compare_pairs);
    for (i = 1; i < file->pairs; i++)
        if (compare_pairs(&file->metadata[i - 1], &file->metadata[i]) == 0)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: __metadata__: %s stands there twice", file->path,
                           file->metadata[i].key);
    return CR_OK;
}

/* A whole number that a double holds exactly. */
static bool read_count(const cJSON *item, uint64_t *value)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 0x1p53) ||
        item->valuedouble != floor(item->valuedouble))
        return false;
    *value = (uint64_t)item->valuedouble;
    return true;
}

static bool read_dtype(const cJSON *item, enum cr_dtype *dtype)
{
    static const char *const names[] = {
        [CR_F32] = "F32", [CR_F64] = "F64", [CR_U8] = "U8", [CR_I32] = "I32", [CR_I64] = "I64"};
    for (int i = 0; cJSON_IsString(item) && i < (int)(sizeof names / sizeof *names); i++)
        if (strcmp(item->valuestring, names[i]) == 0) {
            *dtype = (enum cr_dtype)i;
            return true;
        }
    return false;
}

static enum cr_status read_shape(const struct cr_safetensors *file, const char *name, const cJSON *shape,
                                 struct cr_tensor *tensor, uint64_t *bytes, struct cr_error *err)
{
    if (!cJSON_IsArray(shape))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: %s: it has no shape", file->path, name);
    *bytes = cr_dtype_size(tensor->dtype);
    for (const cJSON *item = shape->child; item; item = item->next) {
        uint64_t side;
        if (tensor->rank == CR_MAX_RANK)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: %s: its shape has more than %d sides", file->path, name,
                           CR_MAX_RANK);
        if (!read_count(item, &side))
            return cr_fail(err, CR_ERROR_FORMAT, "%s: %s: a side of its shape is no whole number", file->path, name);
        if (__builtin_mul_overflow(*bytes, side, bytes))
            return cr_fail(err, CR_ERROR_FORMAT, "%s: %s: its shape is too large", file->path, name);
        tensor->dims[tensor->rank++] = (int64_t)side;
    }
    return CR_OK;
}

static enum cr_status read_tensor(struct cr_safetensors *file, const cJSON *item, int64_t index, struct cr_error *err)
{
    const char *name = item->string;
    struct cr_tensor *tensor = &file->tensors[index].tensor;
    struct range *range = &file->ranges[index];
    uint64_t bytes = 0;
    file->tensors[index].name = name;
    range->index = index;
    const cJSON *dtype = cJSON_GetObjectItemCaseSensitive(item, "dtype");
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
    if (!cJSON_IsObject(item))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: %s: is no JSON object", file->path, name);
    if (!read_dtype(dtype, &tensor->dtype))
        return cr_fail(err, CR_ERROR_FORMAT, "%s: %s: numbers of type %s cannot be read (F32, F64, U8, I32, I64 can)",
                       file->path, name, cJSON_IsString(dtype) ? dtype->valuestring : "?");
    CR_TRY(read_shape(file, name, cJSON_GetObjectItemCaseSensitive(item, "shape"), tensor, &bytes, err));
    if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2 || !read_count(offsets->child, &range->begin) ||
        !read_count(offsets->child->next, &range->end) || range->begin > range->end)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: %s: its data_offsets are not [begin, end]", file->path, name);
    if (range->end - range->begin != bytes)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: %s: its shape needs %llu bytes, its data_offsets are %llu apart",
                       file->path, name, (unsigned long long)bytes, (unsigned long long)(range->end - range->begin));
    return CR_OK;
}

static enum cr_status read_tensors(struct cr_safetensors *file, struct cr_error *err)
{
    size_t most = (size_t)cJSON_GetArraySize(file->header) + 1;
    file->tensors = cr_arena_alloc(file->arena, most * sizeof *file->tensors);
    file->ranges = cr_arena_alloc(file->arena, most * sizeof *file->ranges);
    file->by_name = cr_arena_alloc(file->arena, most * sizeof(*file->by_name));
    if (!file->tensors || !file->ranges || !file->by_name)
        return cr_fail_memory(err);
    for (const cJSON *item = file->header->child; item; item = item->next) {
        if (strcmp(item->string, "__metadata__") == 0) {
            CR_TRY(read_metadata(file, item, err));
            continue;
        }
        CR_TRY(read_tensor(file, item, file->count, err));
        file->by_name[file->count] = &file->tensors[file->count];
        file->count++;
    }
    return CR_OK;
}

/* Empty ranges before the one that begins where they do. */
static int compare_ranges(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static enum cr_status check_ranges(struct cr_safetensors *file, struct cr_error *err)
{
    uint64_t end = 0, there = file->size - file->begin;
    qsort(file->ranges, (size_t)file->count, sizeof *file->ranges, compare_ranges);
    for (int64_t i = 0; i < file->count; i++) {
        const struct range *range = &file->ranges[i];
        const char *name = file->tensors[range->index].name;
        if (range->begin < end)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: %s: its bytes overlap those of %s", file->path, name,
                           file->tensors[file->ranges[i - 1].index].name);
        if (range->begin > end)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: %llu bytes before %s belong to no tensor", file->path,
                           (unsigned long long)(range->begin - end), name);
        end = range->end;
    }
    if (end > there)
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s: truncated: the header promises %llu bytes of tensors, the file has "
                       "%llu",
                       file->path, (unsigned long long)end, (unsigned long long)there);
    if (end < there)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: %llu bytes at the end belong to no tensor", file->path,
                       (unsigned long long)(there - end));
    return CR_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(const struct cr_named_tensor *const *)a)->name, (*(const struct cr_named_tensor *const *)b)->name);
}

static enum cr_status check_names(struct cr_safetensors *file, struct cr_error *err)
{
    qsort(file->by_name, (size_t)file->count, sizeof *file->by_name, compare_names);
    for (int64_t i = 1; i < file->count; i++)
        if (compare_names(&file->by_name[i - 1], &file->by_name[i]) == 0)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: two tensors are called %s", file->path, file->by_name[i]->name);
    return CR_OK;
}

static enum cr_status place_numbers(struct cr_safetensors *file, struct cr_error *err)
{
    for (int64_t i = 0; i < file->count; i++) {
        const struct range *range = &file->ranges[i];
        size_t offset = file->begin + (size_t)range->begin, size = (size_t)(range->end - range->begin);
        void *data = file->content + offset;
        if (offset % 8 != 0) {
            data = cr_arena_alloc(file->arena, size + 1);
            if (!data)
                return cr_fail_memory(err);
            memcpy(data, file->content + offset, size);
        }
        file->tensors[range->index].tensor.data = data;
    }
    return CR_OK;
}

enum cr_status cr_safetensors_parse(struct cr_safetensors **file, const char *path, char *content, size_t size,
                                    struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct cr_safetensors *made = calloc(1, sizeof *made);
    *file = NULL;
    if (!made) {
        free(content);
        return cr_fail_memory(err);
    }
    made->content = content;
    made->size = size;
    made->arena = cr_arena_new();
    made->path = made->arena ? cr_arena_text(made->arena, path) : NULL;
    if (!made->path)
        CR_GO(cr_fail_memory(err));
    CR_GO(parse_header(made, err));
    CR_GO(read_tensors(made, err));
    CR_GO(check_names(made, err));
    CR_GO(check_ranges(made, err));
    CR_GO(place_numbers(made, err));
    *file = made;
    made = NULL;
done:
    cr_safetensors_free(made);
    return status;
}

enum cr_status cr_safetensors_open(struct cr_safetensors **file, const char *path, struct cr_error *err)
{
    char *content;
    size_t size;
    *file = NULL;
    CR_TRY(cr_file_read(path, SIZE_MAX / 2, &content, &size, err));
    return cr_safetensors_parse(file, path, content, size, err);
}

void cr_safetensors_free(struct cr_safetensors *file)
{
    if (!file)
        return;
    cJSON_Delete(file->header);
    cr_arena_free(file->arena);
    free(file->content);
    free(file);
}

int64_t cr_safetensors_count(const struct cr_safetensors *file)
{
    return file->count;
}

const struct cr_named_tensor *cr_safetensors_at(const struct cr_safetensors *file, int64_t index)
{
    return &file->tensors[index];
}

const struct cr_tensor *cr_safetensors_find(const struct cr_safetensors *file, const char *name)
{
    int64_t low = 0, high = file->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        const struct cr_named_tensor *tensor = file->by_name[middle];
        int order = strcmp(name, tensor->name);
        if (order == 0)
            return &tensor->tensor;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

int64_t cr_safetensors_pairs(const struct cr_safetensors *file)
{
    return file->pairs;
}

const struct cr_pair *cr_safetensors_pair(const struct cr_safetensors *file, int64_t index)
{
    return &file->metadata[index];
}

const char *cr_safetensors_get(const struct cr_safetensors *file, const char *key)
{
    struct cr_pair wanted = {.key = key};
    const struct cr_pair *pair =
        file->pairs == 0 ? NULL
                         : bsearch(&wanted, file->metadata, (size_t)file->pairs, sizeof *file->metadata, compare_pairs);
    return pair ? pair->value : NULL;
}
