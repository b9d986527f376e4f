/*
 * Runs as others of the library use them: where their weights lie, and what goes into a file that stands for one.
 */
#ifndef CR_EXPERIMENT_RUN_H
#define CR_EXPERIMENT_RUN_H

#include <cradle/experiment.h>

#include "base/arena.h"
#include "graph/safetensors.h"
#include "model/layout.h"
#include "train/checkpoint.h"

/* Their best weights, or where there is no best yet their last: a new string. */
enum cr_status cr_run_find_weights(const char *folder, char **path, struct cr_error *err);

/*
 * The metadata from which cr_run_open makes a run of a single file: config, shapes, classes, step, temperature, and in
 * PyTorch's layout the statistics of the input, which have no module there. Everything lives in the arena.
 */
enum cr_status cr_run_pairs(const struct cr_run *run, enum cr_layout_kind layout, struct cr_arena *arena,
                            struct cr_pair **pairs, int64_t *count, struct cr_error *err);

/* All weights in the layout; they live in the arena. */
enum cr_status cr_run_tensors(const struct cr_layout *layout, struct cr_arena *arena, struct cr_parts *parts,
                              struct cr_error *err);
/* The run as one file that stands for it, in our own layout. */
enum cr_status cr_run_write(const struct cr_run *run, const char *path, struct cr_error *err);

/* The temperature of a calibrated run; 1 where the file has none. */
enum cr_status cr_run_read_temperature(const struct cr_safetensors *file, const char *path, double *temperature,
                                       struct cr_error *err);

/* The layout of a file: by its metadata; of a file of others it is PyTorch's. */
enum cr_layout_kind cr_run_layout(const struct cr_safetensors *file);
/* Loads weights and, where the file tells them, the statistics of the input. */
enum cr_status cr_run_load_weights(struct cr_network *network, const struct cr_safetensors *file, const char *path,
                                   bool new_head, struct cr_error *err);

#endif
