/*
 * Ensembles: opened, joined, and one answer made of several. How they are kept: ensemble_file.c.
 */
#include "experiment/ensemble.h"

#include <stdlib.h>
#include <string.h>

#include <cradle/config.h>

#include "base/file.h"
#include "base/text.h"
#include "experiment/ensemble_file.h"

/* ------------------------------------------------------------------------------------------------------ made and let
 * go */

static enum cr_status allocate(struct cr_ensemble **ensemble, int64_t count, struct cr_error *err)
{
    *ensemble = NULL;
    if (count < 1 || count > CR_ENSEMBLE_MOST)
        return cr_fail(err, CR_ERROR_ARGUMENT, "an ensemble of %lld networks: expected 1..%d", (long long)count,
                       CR_ENSEMBLE_MOST);
    struct cr_ensemble *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->count = count;
    made->runs = calloc((size_t)count, sizeof *made->runs);
    made->names = calloc((size_t)count, sizeof *made->names);
    made->weights = calloc((size_t)count, sizeof *made->weights);
    if (!made->runs || !made->names || !made->weights) {
        cr_ensemble_free(made);
        return cr_fail_memory(err);
    }
    for (int64_t m = 0; m < count; m++)
        made->weights[m] = 1 / (double)count;
    made->rule = (const struct cr_rule *)cr_rules.entries[0]; /* the entry is the first member */
    made->rule_name = made->rule->entry.name;
    *ensemble = made;
    return CR_OK;
}

void cr_ensemble_free(struct cr_ensemble *ensemble)
{
    if (!ensemble)
        return;
    for (int64_t m = 0; m < ensemble->count; m++) {
        if (ensemble->runs)
            cr_run_free(ensemble->runs[m]);
        if (ensemble->names)
            free((char *)ensemble->names[m]);
    }
    free(ensemble->runs);
    free(ensemble->names);
    free(ensemble->weights);
    free(ensemble);
}

/* ---------------------------------------------------------------------------------------------------------- members */

static enum cr_status check_pictures(const struct cr_ensemble *ensemble, int64_t m, struct cr_error *err)
{
    const struct cr_run *first = ensemble->runs[0], *run = ensemble->runs[m];
    if (run->height == first->height && run->width == first->width && run->channels == first->channels &&
        run->numbers == first->numbers)
        return CR_OK;
    return cr_fail(err, CR_ERROR_SHAPE,
                   "%s takes %s of %lldx%lldx%lld, but %s takes %s of %lldx%lldx%lld: they cannot answer together",
                   ensemble->names[m], run->numbers ? "numbers" : "pictures", (long long)run->height,
                   (long long)run->width, (long long)run->channels, ensemble->names[0],
                   first->numbers ? "numbers" : "pictures", (long long)first->height, (long long)first->width,
                   (long long)first->channels);
}

static enum cr_status check_classes(const struct cr_ensemble *ensemble, int64_t m, struct cr_error *err)
{
    const struct cr_run *first = ensemble->runs[0], *run = ensemble->runs[m];
    if (run->network->task != CR_TASK_CLASS)
        return cr_fail(err, CR_ERROR_UNSUPPORTED,
                       "%s answers with %s: only networks that answer with one class out of many can be combined",
                       ensemble->names[m], run->network->task == CR_TASK_NUMBERS ? "numbers" : "several labels");
    if (run->classes != first->classes)
        return cr_fail(err, CR_ERROR_SHAPE, "%s knows %lld classes, but %s knows %lld: they cannot answer together",
                       ensemble->names[m], (long long)run->classes, ensemble->names[0], (long long)first->classes);
    for (int64_t c = 0; c < run->classes; c++)
        if (strcmp(run->class_names[c], first->class_names[c]) != 0)
            return cr_fail(err, CR_ERROR_SHAPE, "class %lld is %s to %s, but %s to %s: they cannot answer together",
                           (long long)c, run->class_names[c], ensemble->names[m], first->class_names[c],
                           ensemble->names[0]);
    return CR_OK;
}

static enum cr_status add(struct cr_ensemble *ensemble, struct cr_context *context, int64_t m, const char *path,
                          struct cr_error *err)
{
    char *name = strdup(path);
    if (!name)
        return cr_fail_memory(err);
    ensemble->names[m] = name;
    return cr_run_open(&ensemble->runs[m], context, path, err);
}

static enum cr_status add_all(struct cr_ensemble *ensemble, struct cr_context *context, const char *const *paths,
                              struct cr_error *err)
{
    for (int64_t m = 0; m < ensemble->count; m++) {
        if (cr_ensemble_is(paths[m]))
            return cr_fail(err, CR_ERROR_UNSUPPORTED,
                           "%s is an ensemble itself: name its members, %s/member-1.safetensors and so on", paths[m],
                           paths[m]);
        CR_TRY(add(ensemble, context, m, paths[m], err));
        CR_TRY(check_pictures(ensemble, m, err));
        CR_TRY(check_classes(ensemble, m, err));
    }
    return CR_OK;
}

enum cr_status cr_ensemble_join(struct cr_ensemble **ensemble, struct cr_context *context, const char *const *paths,
                                int64_t count, struct cr_error *err)
{
    struct cr_ensemble *made;
    *ensemble = NULL;
    CR_TRY(allocate(&made, count, err));
    enum cr_status status = add_all(made, context, paths, err);
    if (status == CR_OK)
        *ensemble = made;
    else
        cr_ensemble_free(made);
    return status;
}

/* ------------------------------------------------------------------------------------------------------------ opened
 */

static enum cr_status open_members(struct cr_ensemble *ensemble, struct cr_context *context, const char *folder,
                                   struct cr_error *err)
{
    for (int64_t m = 0; m < ensemble->count; m++) {
        char name[CR_MEMBER_SIZE];
        cr_ensemble_member(name, m);
        char *path = cr_path_join(folder, name);
        if (!path)
            return cr_fail_memory(err);
        enum cr_status status = add(ensemble, context, m, path, err);
        free(path);
        CR_TRY(status);
        CR_TRY(check_pictures(ensemble, m, err));
        CR_TRY(check_classes(ensemble, m, err));
    }
    return CR_OK;
}

static enum cr_status open_folder(struct cr_ensemble **ensemble, struct cr_context *context, const char *folder,
                                  struct cr_error *err)
{
    enum cr_status status;
    struct cr_ensemble *made = NULL;
    struct cr_ensemble_file file;
    CR_TRY(cr_ensemble_file_read(&file, folder, err));
    CR_GO(allocate(&made, file.values.weights.count, err));
    made->rule = file.rule;
    made->rule_name = file.rule->entry.name;
    made->fitted = file.rule->fit != NULL;
    memcpy(made->weights, file.values.weights.items, (size_t)made->count * sizeof *made->weights);
    CR_GO(open_members(made, context, folder, err));
    *ensemble = made;
    made = NULL;
done:
    cr_ensemble_free(made);
    cr_config_free(file.config);
    return status;
}

static enum cr_status open_run(struct cr_ensemble **ensemble, struct cr_context *context, const char *path,
                               struct cr_error *err)
{
    struct cr_ensemble *made;
    CR_TRY(allocate(&made, 1, err));
    enum cr_status status = add(made, context, 0, path, err);
    if (status == CR_OK)
        *ensemble = made;
    else
        cr_ensemble_free(made);
    return status;
}

bool cr_ensemble_is(const char *path)
{
    char *expanded = cr_path_expand(path), *file = expanded ? cr_path_join(expanded, CR_ENSEMBLE_FILE) : NULL;
    bool is = file && cr_file_exists(file);
    free(file);
    free(expanded);
    return is;
}

enum cr_status cr_ensemble_open(struct cr_ensemble **ensemble, struct cr_context *context, const char *path,
                                struct cr_error *err)
{
    *ensemble = NULL;
    if (!cr_ensemble_is(path))
        return open_run(ensemble, context, path, err);
    char *expanded = cr_path_expand(path);
    enum cr_status status = expanded ? open_folder(ensemble, context, expanded, err) : cr_fail_memory(err);
    free(expanded);
    return status;
}

/* ---------------------------------------------------------------------------------------------------------- answers */

void cr_ensemble_combine(const struct cr_ensemble *ensemble, const float *const *outputs, int64_t count,
                         float *combined)
{
    int64_t classes = ensemble->runs[0]->classes;
    const float *rows[CR_ENSEMBLE_MOST];
    for (int64_t i = 0; i < count; i++) {
        for (int64_t m = 0; m < ensemble->count; m++)
            rows[m] = outputs[m] + i * classes;
        ensemble->rule->combine(ensemble->weights, ensemble->count, rows, classes, combined + i * classes);
    }
}
