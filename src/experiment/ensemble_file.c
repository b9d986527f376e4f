/*
 * ensemble.yaml:
 *
 *     rule: greedy
 *     weights: [0.5, 0.25, 0.25]      # of member-1.safetensors, ...
 *
 * The folder is made beside its place under another name, filled, and renamed: who sees it sees all of it.
 */
#include "experiment/ensemble_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cradle/config.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "config/node.h"
#include "experiment/run.h"

enum { NUMBER_SIZE = 32 };

struct values {
    const char *rule;
    struct cr_list weights;
};

static const struct cr_option options[] = {
    CR_STRING("rule", struct values, rule, .help = "how the answers become one: mean, vote, stack, greedy"),
    CR_LIST("weights", struct values, weights, .min = 0, .max = 1, .help = "of each member; their sum is 1"),
    {0},
};

void cr_ensemble_member(char name[CR_MEMBER_SIZE], int64_t member)
{
    cr_text_format(name, CR_MEMBER_SIZE, "member-%lld.safetensors", (long long)member + 1);
}

/* ---------------------------------------------------------------------------------------------------------- reading */

static enum cr_status check(struct cr_ensemble_file *file, const char *path, struct cr_error *err)
{
    const struct cr_list *weights = &file->values.weights;
    double sum = 0;
    file->rule = (const struct cr_rule *)cr_registry_find(&cr_rules, file->values.rule);
    if (!file->rule)
        return cr_fail(err, CR_ERROR_CONFIG, "%s: rule is %s: expected mean, vote, stack or greedy", path,
                       file->values.rule);
    for (int64_t m = 0; m < weights->count; m++)
        sum += weights->items[m];
    if (weights->count < 1 || fabs(sum - 1) > 1e-6)
        return cr_fail(err, CR_ERROR_CONFIG, "%s: %lld weights with a sum of %g: expected one a member, sum 1", path,
                       (long long)weights->count, sum);
    return CR_OK;
}

enum cr_status cr_ensemble_file_read(struct cr_ensemble_file *file, const char *folder, struct cr_error *err)
{
    struct values values;
    enum cr_status status;
    *file = (struct cr_ensemble_file){0};
    char *path = cr_path_join(folder, CR_ENSEMBLE_FILE);
    if (!path)
        return cr_fail_memory(err);
    CR_GO(cr_config_open(&file->config, path, err));
    CR_GO(cr_bind(file->config, options, cr_config_root(file->config), &values, err));
    file->values.rule = values.rule;
    file->values.weights = values.weights;
    CR_GO(check(file, path, err));
done:
    free(path);
    if (status != CR_OK) {
        cr_config_free(file->config);
        file->config = NULL;
    }
    return status;
}

/* ---------------------------------------------------------------------------------------------------------- writing */

static enum cr_status write_list(const struct cr_ensemble *ensemble, const char *folder, struct cr_error *err)
{
    struct cr_arena *arena = cr_arena_new();
    const char *text = arena ? cr_arena_format(arena,
                                               "# An ensemble: cradle test and cradle predict take this folder "
                                               "like that of a run.\nrule: %s\nweights: [",
                                               ensemble->rule_name)
                             : NULL;
    bool first = true;
    for (int64_t m = 0; text && m < ensemble->count; m++) {
        char number[NUMBER_SIZE];
        if (!(ensemble->weights[m] > 0))
            continue;
        cr_text_from_float(ensemble->weights[m], number, sizeof number);
        text = cr_arena_format(arena, "%s%s%s", text, first ? "" : ", ", number);
        first = false;
    }
    text = text ? cr_arena_format(arena, "%s]\n", text) : NULL;
    char *path = cr_path_join(folder, CR_ENSEMBLE_FILE);
    enum cr_status status = text && path ? cr_file_replace(path, text, strlen(text), err) : cr_fail_memory(err);
    free(path);
    cr_arena_free(arena);
    return status;
}

static enum cr_status write_member(const struct cr_run *run, const char *folder, int64_t member, struct cr_error *err)
{
    char name[CR_MEMBER_SIZE];
    cr_ensemble_member(name, member);
    char *path = cr_path_join(folder, name);
    enum cr_status status = path ? cr_run_write(run, path, err) : cr_fail_memory(err);
    free(path);
    return status;
}

static enum cr_status fill(const struct cr_ensemble *ensemble, const char *folder, int64_t *kept, struct cr_error *err)
{
    *kept = 0;
    for (int64_t m = 0; m < ensemble->count; m++)
        if (ensemble->weights[m] > 0)
            CR_TRY(write_member(ensemble->runs[m], folder, (*kept)++, err));
    return write_list(ensemble, folder, err);
}

/* What a failed attempt leaves. */
static void clear(const struct cr_ensemble *ensemble, const char *folder)
{
    for (int64_t m = -1; m < ensemble->count; m++) {
        char name[CR_MEMBER_SIZE] = CR_ENSEMBLE_FILE;
        if (m >= 0)
            cr_ensemble_member(name, m);
        char *path = cr_path_join(folder, name);
        if (path)
            unlink(path);
        free(path);
    }
    rmdir(folder);
}

/* The folder above `path`, which may lie some way down. */
static enum cr_status make_parents(char *path, struct cr_error *err)
{
    char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return CR_OK;
    *slash = 0;
    enum cr_status status = cr_folder_make(path, err);
    *slash = '/';
    return status;
}

static enum cr_status save(const struct cr_ensemble *ensemble, char *place, char *part, int64_t *kept,
                           struct cr_error *err)
{
    struct stat info;
    if (lstat(place, &info) == 0)
        return cr_fail(err, CR_ERROR_EXISTS, "%s exists: choose another name for the ensemble", place);
    CR_TRY(make_parents(place, err));
    clear(ensemble, part);
    if (mkdir(part, 0777) != 0)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot make the folder: %s", part, strerror(errno));
    enum cr_status status = fill(ensemble, part, kept, err);
    if (status == CR_OK && rename(part, place) != 0)
        status = cr_fail(err, CR_ERROR_IO, "%s: cannot make the folder: %s", place, strerror(errno));
    if (status != CR_OK)
        clear(ensemble, part);
    return status;
}

enum cr_status cr_ensemble_save(const struct cr_ensemble *ensemble, const char *folder, int64_t *kept,
                                struct cr_error *err)
{
    enum cr_status status;
    struct cr_arena *arena = cr_arena_new();
    char *place = cr_path_expand(folder), *part = NULL;
    if (!arena || !place)
        CR_GO(cr_fail_memory(err));
    for (size_t length = strlen(place); length > 1 && place[length - 1] == '/'; length--)
        place[length - 1] = 0;
    part = cr_arena_format(arena, "%s.part-%ld", place, (long)getpid());
    if (!part)
        CR_GO(cr_fail_memory(err));
    status = save(ensemble, place, part, kept, err);
done:
    free(place);
    cr_arena_free(arena);
    return status;
}
