/*
 * Writing safetensors: the header as text, then each tensor's numbers from where they lie; the file is never in memory
 * as a whole.
 */
#include "graph/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* A text that grows; after a failed allocation nothing more is added. */
struct text {
    char *data;
    size_t used, size;
    bool failed;
};

static void add_bytes(struct text *text, const char *bytes, size_t count)
{
    if (text->failed)
        return;
    if (text->size - text->used < count) {
        size_t size = 2 * (text->used + count) + 256;
        char *grown = realloc(text->data, size);
        if (!grown) {
            text->failed = true;
            return;
        }
        text->data = grown;
        text->size = size;
    }
    memcpy(text->data + text->used, bytes, count);
    text->used += count;
}

static void add(struct text *text, const char *words)
{
    add_bytes(text, words, strlen(words));
}

static void add_count(struct text *text, size_t value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%zu", value);
    add(text, digits);
}

/* In quotes, with what JSON wants escaped. UTF-8 stays as it is. */
static void add_string(struct text *text, const char *string)
{
    add(text, "\"");
    for (const unsigned char *c = (const unsigned char *)string; *c; c++) {
        char escape[8];
        if (*c == '"' || *c == '\\') {
            snprintf(escape, sizeof escape, "\\%c", *c);
            add(text, escape);
        } else if (*c < 0x20) {
            snprintf(escape, sizeof escape, "\\u%04x", *c);
            add(text, escape);
        } else {
            add_bytes(text, (const char *)c, 1);
        }
    }
    add(text, "\"");
}

static int compare_pairs(const void *a, const void *b)
{
    return strcmp((*(const struct cr_pair *const *)a)->key, (*(const struct cr_pair *const *)b)->key);
}

static void add_metadata(struct text *text, const struct cr_pair *metadata, int64_t pairs)
{
    const struct cr_pair **sorted = malloc(((size_t)pairs + 1) * sizeof *sorted);
    if (!sorted) {
        text->failed = true;
        return;
    }
    for (int64_t i = 0; i < pairs; i++)
        sorted[i] = &metadata[i];
    qsort(sorted, (size_t)pairs, sizeof *sorted, compare_pairs);
    add(text, "\"__metadata__\":{");
    for (int64_t i = 0; i < pairs; i++) {
        add(text, i ? "," : "");
        add_string(text, sorted[i]->key);
        add(text, ":");
        add_string(text, sorted[i]->value);
    }
    add(text, "}");
    free(sorted);
}

static void add_tensor(struct text *text, const struct cr_named_tensor *named, size_t begin)
{
    static const char *const dtypes[] = {
        [CR_F32] = "F32", [CR_F64] = "F64", [CR_U8] = "U8", [CR_I32] = "I32", [CR_I64] = "I64"};
    const struct cr_tensor *tensor = &named->tensor;
    add_string(text, named->name);
    add(text, ":{\"dtype\":\"");
    add(text, dtypes[tensor->dtype]);
    add(text, "\",\"shape\":[");
    for (int i = 0; i < tensor->rank; i++) {
        add(text, i ? "," : "");
        add_count(text, (size_t)tensor->dims[i]);
    }
    add(text, "],\"data_offsets\":[");
    add_count(text, begin);
    add(text, ",");
    add_count(text, begin + cr_tensor_size(tensor));
    add(text, "]}");
}

size_t cr_tensor_size(const struct cr_tensor *tensor)
{
    size_t size = cr_dtype_size(tensor->dtype);
    for (int i = 0; i < tensor->rank; i++)
        size *= (size_t)tensor->dims[i];
    return size;
}

static enum cr_status make_header(struct text *text, const struct cr_named_tensor *tensors, int64_t count,
                                  const struct cr_pair *metadata, int64_t pairs, struct cr_error *err)
{
    size_t begin = 0;
    add_bytes(text, (const char[8]){0}, 8); /* its length, when that is known */
    add(text, "{");
    if (pairs > 0)
        add_metadata(text, metadata, pairs);
    for (int64_t i = 0; i < count; i++) {
        add(text, i || pairs ? "," : "");
        add_tensor(text, &tensors[i], begin);
        begin += cr_tensor_size(&tensors[i].tensor);
    }
    add(text, "}");
    while (!text->failed && text->used % 8 != 0)
        add(text, " ");
    if (text->failed)
        return cr_fail_memory(err);
    uint64_t length = text->used - 8;
    memcpy(text->data, &length, sizeof length);
    return CR_OK;
}

enum cr_status cr_safetensors_write(const char *path, const struct cr_named_tensor *tensors, int64_t count,
                                    const struct cr_pair *metadata, int64_t pairs, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct text text = {0};
    struct cr_file_writer *writer = NULL;
    CR_GO(make_header(&text, tensors, count, metadata, pairs, err));
    CR_GO(cr_file_writer_open(&writer, path, err));
    CR_GO(cr_file_writer_write(writer, text.data, text.used, err));
    for (int64_t i = 0; i < count; i++)
        CR_GO(cr_file_writer_write(writer, tensors[i].tensor.data, cr_tensor_size(&tensors[i].tensor), err));
    status = cr_file_writer_commit(writer, err);
    writer = NULL;
done:
    cr_file_writer_cancel(writer);
    free(text.data);
    return status;
}
