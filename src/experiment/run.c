/*
 * A run that is used: its config and its weights are enough, the data it was trained on are not asked for. A file that
 * holds both (`cradle export`) stands for a run too.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "experiment/calibration.h"
#include "experiment/identity.h"
#include "experiment/run.h"
#include "experiment/run_folder.h"
#include "train/checkpoint.h"

struct run {
    struct cr_run public; /* first: a cr_run is one of these */
    struct cr_arena *arena;
    struct cr_sections sections;
};

enum cr_status cr_run_find_weights(const char *folder, char **path, struct cr_error *err)
{
    static const char *const names[] = {"best.safetensors", "last.safetensors"};
    for (int i = 0; i < 2; i++) {
        *path = cr_path_join(folder, names[i]);
        if (!*path)
            return cr_fail_memory(err);
        if (cr_file_exists(*path))
            return CR_OK;
        free(*path);
        *path = NULL;
    }
    return cr_fail(err, CR_ERROR_IO, "%s: has no weights yet: train it with cradle train --resume %s", folder, folder);
}

static enum cr_status read_config(struct run *run, const char *folder, struct cr_error *err)
{
    char *path = cr_path_join(folder, "config.yaml");
    if (!path)
        return cr_fail_memory(err);
    enum cr_status status = CR_OK;
    if (!cr_file_exists(path))
        CR_GO(cr_run_folder_fail(folder, "is no run: there is no config.yaml in it", err));
    CR_GO(cr_config_open(&run->public.config, path, err));
    CR_GO(cr_sections_read(&run->sections, run->public.config, err));
done:
    free(path);
    return status;
}

static enum cr_status make_network(struct run *run, struct cr_context *context, const struct cr_told *told,
                                   struct cr_error *err)
{
    const struct cr_data_section *data = &run->sections.data;
    struct cr_data_shape shape = {told->height, told->width, told->channels, told->classes};
    struct cr_statistics statistics;
    struct cr_whiten whiten;
    CR_TRY(cr_whiten_read(&whiten, run->public.config, data->whiten, err));
    cr_statistics_outline(&statistics, &shape, (enum cr_standardize)data->standardize, &whiten);
    struct cr_network_options options = {.height = told->height,
                                         .width = told->width,
                                         .channels = told->channels,
                                         .classes = told->classes,
                                         .bytes = !told->numbers,
                                         .soft = told->targets,
                                         .reconstruct = run->sections.train.target == CR_TARGET_INPUT,
                                         .by_pixel = statistics.by_pixel,
                                         .whitened = statistics.outputs,
                                         .flat = statistics.flat,
                                         .loss = run->sections.train.loss,
                                         .inference = true};
    return cr_network_new(&run->public.network, context, run->sections.model, &options, err);
}

static enum cr_status load(struct run *run, struct cr_context *context, const struct cr_safetensors *file,
                           const char *path, struct cr_error *err)
{
    struct cr_run *public = &run->public;
    struct cr_told told;
    CR_TRY(cr_identity_read(&told, run->arena, file, path, err));
    CR_TRY(cr_checkpoint_int(file, path, "step", 0, INT64_MAX, &public->step, err));
    CR_TRY(cr_checkpoint_int(file, path, "epoch", 0, INT64_MAX, &public->epoch, err));
    CR_TRY(make_network(run, context, &told, err));
    public->height = told.height;
    public->width = told.width;
    public->channels = told.channels;
    public->classes = told.classes;
    public->numbers = told.numbers;
    public->targets = told.targets;
    public->class_names = told.class_names;
    return cr_run_load_weights(public->network, file, path, false, err);
}

static enum cr_status open_folder(struct run *run, struct cr_safetensors **file, const char *folder, char **path,
                                  struct cr_error *err)
{
    CR_TRY(read_config(run, folder, err));
    CR_TRY(cr_run_find_weights(folder, path, err));
    return cr_checkpoint_open(file, *path, err);
}

/* Of a checkpoint in the folder of its run the config lies beside it. */
static enum cr_status read_config_beside(struct run *run, const char *path, bool *found, struct cr_error *err)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strdup(path) : strdup(".");
    if (!folder)
        return cr_fail_memory(err);
    if (slash)
        folder[slash - path + (slash == path)] = 0;
    char *config = cr_path_join(folder, "config.yaml");
    *found = config && cr_file_exists(config);
    enum cr_status status = !config ? cr_fail_memory(err) : *found ? read_config(run, folder, err) : CR_OK;
    free(config);
    free(folder);
    return status;
}

/* What a file tells besides its weights. */
static enum cr_status read_file(struct run *run, const struct cr_safetensors *file, const char *path, bool on_disk,
                                struct cr_error *err)
{
    const char *config = cr_safetensors_get(file, "config");
    bool found = false;
    CR_TRY(cr_run_read_temperature(file, path, &run->public.temperature, err));
    if (!config && on_disk)
        CR_TRY(read_config_beside(run, path, &found, err));
    if (found)
        return CR_OK;
    if (!config)
        return cr_fail(err, CR_ERROR_FORMAT,
                       "%s: holds weights, but no config: name the folder of its run, or begin a training with them "
                       "(train.init_from)",
                       path);
    CR_TRY(cr_config_parse(&run->public.config, config, path, err));
    return cr_sections_read(&run->sections, run->public.config, err);
}

static enum cr_status open_path(struct run *run, struct cr_context *context, const char *name, struct cr_error *err)
{
    enum cr_status status;
    struct cr_safetensors *file = NULL;
    char *expanded = cr_path_expand(name), *path = NULL;
    if (!expanded)
        CR_GO(cr_fail_memory(err));
    if (cr_file_exists(expanded)) {
        CR_GO(cr_checkpoint_open_any(&file, expanded, err));
        CR_GO(read_file(run, file, expanded, true, err));
        CR_GO(load(run, context, file, expanded, err));
        goto done;
    }
    CR_GO(open_folder(run, &file, expanded, &path, err));
    CR_GO(load(run, context, file, path, err));
    status = cr_calibration_read(context, expanded, run->public.step, &run->public.temperature, err);
done:
    cr_safetensors_free(file);
    free(path);
    free(expanded);
    return status;
}

static enum cr_status open_memory(struct run *run, struct cr_context *context, const void *content, size_t size,
                                  const char *name, struct cr_error *err)
{
    enum cr_status status;
    struct cr_safetensors *file = NULL;
    CR_GO(cr_checkpoint_parse_any(&file, name, content, size, err));
    CR_GO(read_file(run, file, name, false, err));
    CR_GO(load(run, context, file, name, err));
done:
    cr_safetensors_free(file);
    return status;
}

/* From a path, or where there is none from memory. */
static enum cr_status make(struct cr_run **run, struct cr_context *context, const char *path, const void *content,
                           size_t size, const char *name, struct cr_error *err)
{
    enum cr_status status;
    struct run *made = calloc(1, sizeof *made);
    *run = NULL;
    if (!made)
        return cr_fail_memory(err);
    made->arena = cr_arena_new();
    if (!made->arena)
        CR_GO(cr_fail_memory(err));
    CR_GO(path ? open_path(made, context, path, err) : open_memory(made, context, content, size, name, err));
    *run = &made->public;
    made = NULL;
done:
    if (made)
        cr_run_free(&made->public);
    return status;
}

enum cr_status cr_run_open(struct cr_run **run, struct cr_context *context, const char *path, struct cr_error *err)
{
    return make(run, context, path, NULL, 0, "", err);
}

enum cr_status cr_run_open_memory(struct cr_run **run, struct cr_context *context, const void *content, size_t size,
                                  const char *name, struct cr_error *err)
{
    return make(run, context, NULL, content, size, name, err);
}

void cr_run_free(struct cr_run *run)
{
    struct run *own = (struct run *)run;
    if (!run)
        return;
    cr_network_free(run->network);
    cr_sections_free(&own->sections);
    cr_config_free(run->config);
    cr_arena_free(own->arena);
    free(own);
}
