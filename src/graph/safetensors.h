/*
 * safetensors: 8 bytes little-endian header size, a JSON header, then the numbers. Files that we write depend on their
 * content alone: tensors in the order given, metadata keys sorted, the header padded with blanks to 8 bytes.
 * Reading trusts nothing: sizes, offsets, overlaps, duplicate names and the header's length are checked against the
 * file.
 */
#ifndef CR_GRAPH_SAFETENSORS_H
#define CR_GRAPH_SAFETENSORS_H

#include <cradle/graph.h>

struct cr_named_tensor {
    const char *name;
    struct cr_tensor tensor;
};

struct cr_pair {
    const char *key, *value;
};

/* Replaces `path` atomically, as cr_file_replace. Names and keys must differ. */
enum cr_status cr_safetensors_write(const char *path, const struct cr_named_tensor *tensors, int64_t count,
                                    const struct cr_pair *metadata, int64_t pairs, struct cr_error *err);

struct cr_safetensors;
enum cr_status cr_safetensors_open(struct cr_safetensors **file, const char *path, struct cr_error *err);
/* The same from a file's content in memory, which it takes over (free), also where it fails; `path` for messages. */
enum cr_status cr_safetensors_parse(struct cr_safetensors **file, const char *path, char *content, size_t size,
                                    struct cr_error *err);
void cr_safetensors_free(struct cr_safetensors *file);
int64_t cr_safetensors_count(const struct cr_safetensors *file);
const struct cr_named_tensor *cr_safetensors_at(const struct cr_safetensors *file, int64_t index);
/* The tensor of that name, or NULL. Data are 8-byte aligned and live as long as the file. */
const struct cr_tensor *cr_safetensors_find(const struct cr_safetensors *file, const char *name);
/* The metadata, sorted by key; a value, or NULL. */
int64_t cr_safetensors_pairs(const struct cr_safetensors *file);
const struct cr_pair *cr_safetensors_pair(const struct cr_safetensors *file, int64_t index);
const char *cr_safetensors_get(const struct cr_safetensors *file, const char *key);

/* Bytes of a tensor's numbers. */
size_t cr_tensor_size(const struct cr_tensor *tensor);

#endif
