/*
 * Checkpoints: safetensors files with a format name and a checksum, held against what they are loaded into.
 */
#ifndef CR_TRAIN_CHECKPOINT_H
#define CR_TRAIN_CHECKPOINT_H

#include <cradle/train.h>

#include "base/arena.h"
#include "graph/safetensors.h"

/* Tensors by name that lie in a network and its optimizer. */
struct cr_parts {
    struct cr_arena *arena;
    struct cr_named_tensor *tensors;
    int64_t count;
};

/* Names are those of the parameters; with an optimizer also "optimizer.SLOT.PARAMETER". */
enum cr_status cr_parts_new(struct cr_parts *parts, const struct cr_params *params,
                            const struct cr_optimizer *optimizer, struct cr_error *err);
void cr_parts_free(struct cr_parts *parts);

/* Adds the keys "format" and "crc32". */
enum cr_status cr_checkpoint_write(const char *path, const struct cr_parts *parts, const struct cr_pair *metadata,
                                   int64_t pairs, struct cr_error *err);
/* Refuses files that are not ours, or altered. */
enum cr_status cr_checkpoint_open(struct cr_safetensors **file, const char *path, struct cr_error *err);
/* Any safetensors file: one that says it is ours is refused where it was altered. */
enum cr_status cr_checkpoint_open_any(struct cr_safetensors **file, const char *path, struct cr_error *err);
/* The same of a file's content in memory, which is copied. */
enum cr_status cr_checkpoint_parse_any(struct cr_safetensors **file, const char *name, const void *content, size_t size,
                                       struct cr_error *err);
bool cr_checkpoint_is_own(const struct cr_safetensors *file);
/* Every part is there with its shape; with `exact` also nothing else is. */
enum cr_status cr_checkpoint_check(const struct cr_safetensors *file, const char *path, const struct cr_parts *parts,
                                   bool exact, struct cr_error *err);
/* After the check. */
void cr_checkpoint_copy(const struct cr_safetensors *file, const struct cr_parts *parts);

/* A number in the metadata; fails where it is missing or out of range. */
enum cr_status cr_checkpoint_int(const struct cr_safetensors *file, const char *path, const char *key, int64_t least,
                                 int64_t most, int64_t *value, struct cr_error *err);
enum cr_status cr_checkpoint_float(const struct cr_safetensors *file, const char *path, const char *key, double *value,
                                   struct cr_error *err);

#endif
