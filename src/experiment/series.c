/*
 * A series: the `runs` section of a file, a map of axes. Every combination of what stands on them is one run.
 *
 *     runs:
 *       train.optimizer.sgd.lr: [0.01, 0.1]      a list: each value is put at that path
 *       network:                                 a map: named sets of overrides; the axis has a name of its own
 *         linear: {model: [dense: 10]}
 *         deep: {model: [dense: 100, relu, dense: 10], train.epochs: 20}
 *       train.seed: [1, 2, 3]                    repeats: results are told as mean and deviation over them
 *
 * The first axis changes slowest. A run is named by its place on each axis, "lr=0.01-linear-seed=1". A cross-validation
 * is one more axis, of folds.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "config/node.h"
#include "experiment/experiment.h"
#include "experiment/run_folder.h"
#include "experiment/sections.h"

enum { AXES_MAX = 16, RUNS_MAX = 10000, LABEL_MAX = 60, NAME_MAX_BYTES = 200 };

struct axis {
    const char *path;           /* of a list; NULL of named sets, and of folds */
    const struct cr_node *node; /* list or map; NULL of folds */
    int count;
    const char **labels; /* [count] */
};

struct series {
    struct cr_series public; /* first: a cr_series is one of these */
    struct cr_arena *arena;
    const struct cr_config *config;
    int64_t folds;
    struct axis axes[AXES_MAX];
    struct cr_series_axis told[AXES_MAX];
};

/* -------------------------------------------------------------------------------------------------------------- names
 */

/* Only what every file system takes and no shell asks quotes for. */
static void make_plain(char *label)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+=,-";
    for (char *at = label; *at; at++)
        if (!strchr(allowed, *at) || (at == label && (*at == '.' || *at == '-')))
            *at = '_';
}

/* What a key's last part says: "lr" of "train.optimizer.sgd.lr". */
static const char *last_part(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* A word stands for itself, a number for nothing without its axis: "relu", but "lr=0.1"; {sgd: {...}} is "sgd". */
static char *value_label(struct cr_arena *arena, const char *axis, const struct cr_node *value, int index)
{
    double number;
    bool truth;
    if (value->kind == CR_NODE_MAP && value->count == 1)
        return cr_arena_format(arena, "%.*s", cr_text_fit(value->first->key, LABEL_MAX), value->first->key);
    if (value->kind == CR_NODE_NULL)
        return cr_arena_format(arena, "%s=none", axis);
    if (value->kind != CR_NODE_SCALAR)
        return cr_arena_format(arena, "%s=%d", axis, index + 1);
    int length = cr_text_fit(value->text, LABEL_MAX);
    if (cr_text_float(value->text, &number) || cr_text_bool(value->text, &truth))
        return cr_arena_format(arena, "%s=%.*s", axis, length, value->text);
    return cr_arena_format(arena, "%.*s", length, value->text);
}

static enum cr_status name_values(struct series *series, int index, struct cr_error *err)
{
    struct axis *axis = &series->axes[index];
    const struct cr_node *value = axis->node->first;
    axis->labels = cr_arena_alloc(series->arena, (size_t)axis->count * sizeof *axis->labels);
    if (!axis->labels)
        return cr_fail_memory(err);
    for (int i = 0; i < axis->count; i++, value = value->next) {
        char *label = axis->path ? value_label(series->arena, series->told[index].name, value, i)
                                 : cr_arena_text(series->arena, value->key);
        if (!label)
            return cr_fail_memory(err);
        make_plain(label);
        axis->labels[i] = label;
        for (int j = 0; j < i; j++)
            if (strcmp(axis->labels[j], label) == 0)
                return cr_node_fail(value, err, "two runs would both be called %s; name them: {NAME: {%s: ...}, ...}",
                                    label, axis->path ? axis->path : "PATH");
    }
    return CR_OK;
}

/* --------------------------------------------------------------------------------------------------------------- axes
 */

static enum cr_status check_sets(const struct cr_node *axis, struct cr_error *err)
{
    for (const struct cr_node *set = axis->first; set; set = set->next)
        if (set->kind != CR_NODE_MAP && set->kind != CR_NODE_NULL)
            return cr_node_fail(set, err, "expected overrides, as in %s: {train.epochs: 5}; a list of values is [a, b]",
                                set->key);
    return CR_OK;
}

static enum cr_status add_axis(struct series *series, const struct cr_node *node, struct cr_error *err)
{
    int index = series->public.axis_count;
    bool list = node->kind == CR_NODE_SEQUENCE;
    if (node->kind != CR_NODE_MAP && !list)
        return cr_node_fail(node, err, "expected a list of values for this path, or a map of named runs");
    if (node->count == 0)
        return cr_node_fail(node, err, "is empty: there is nothing to run");
    if (index >= AXES_MAX - 1)
        return cr_node_fail(node, err, "more than %d axes", AXES_MAX - 1);
    if (!list)
        CR_TRY(check_sets(node, err));
    const char *name = last_part(node->key);
    for (int i = 0; i < index; i++)
        if (strcmp(series->told[i].name, name) == 0)
            name = node->key;
    bool repeats = list && (strcmp(node->key, "train.seed") == 0 || strcmp(node->key, "data.fold") == 0);
    series->axes[index] = (struct axis){.path = list ? node->key : NULL, .node = node, .count = node->count};
    series->told[index] = (struct cr_series_axis){.name = name, .repeats = repeats};
    series->public.axis_count++;
    return name_values(series, index, err);
}

static enum cr_status add_folds(struct series *series, struct cr_error *err)
{
    int index = series->public.axis_count++;
    struct axis *axis = &series->axes[index];
    *axis = (struct axis){.count = (int)series->folds};
    series->told[index] = (struct cr_series_axis){.name = "fold", .repeats = true};
    axis->labels = cr_arena_alloc(series->arena, (size_t)axis->count * sizeof *axis->labels);
    for (int i = 0; axis->labels && i < axis->count; i++)
        if (!(axis->labels[i] = cr_arena_format(series->arena, "fold-%d", i)))
            return cr_fail_memory(err);
    return axis->labels ? CR_OK : cr_fail_memory(err);
}

static enum cr_status add_axes(struct series *series, struct cr_error *err)
{
    const struct cr_node *runs = cr_node_get(cr_config_root(series->config), "runs");
    if (runs && runs->kind != CR_NODE_MAP)
        return cr_node_fail(runs, err, "expected a map of axes, as in train.seed: [1, 2, 3]");
    for (const struct cr_node *node = runs ? runs->first : NULL; node; node = node->next)
        CR_TRY(add_axis(series, node, err));
    if (series->folds)
        CR_TRY(add_folds(series, err));
    int64_t count = 1;
    for (int i = 0; i < series->public.axis_count; i++)
        if ((count *= series->axes[i].count) > RUNS_MAX)
            return cr_node_fail(runs, err, "more than %d runs", RUNS_MAX);
    series->public.count = (int)count;
    return CR_OK;
}

/* --------------------------------------------------------------------------------------------------------------- runs
 */

static enum cr_status name_run(struct series *series, struct cr_series_run *run, struct cr_error *err)
{
    char name[NAME_MAX_BYTES + 1];
    size_t used = 0;
    name[0] = 0;
    for (int a = 0; a < series->public.axis_count && used < sizeof name; a++)
        used += (size_t)cr_text_format(name + used, sizeof name - used, "%s%s", a ? "-" : "", run->labels[a]);
    if (used >= sizeof name)
        return cr_fail(err, CR_ERROR_CONFIG, "%s: runs: the name of a run is too long: %s...",
                       series->config->root->file, name);
    run->name = cr_arena_text(series->arena, used ? name : "run");
    return run->name ? CR_OK : cr_fail_memory(err);
}

/* Runs are numbered with the last axis running fastest; a group is the same with the repeating axes left out. */
static enum cr_status add_runs(struct series *series, struct cr_error *err)
{
    int axes = series->public.axis_count;
    struct cr_series_run *runs = cr_arena_alloc(series->arena, (size_t)series->public.count * sizeof *runs);
    int *places =
        runs ? cr_arena_alloc(series->arena, (size_t)(series->public.count * (axes + 1)) * sizeof *places) : NULL;
    if (!places)
        return cr_fail_memory(err);
    series->public.group_count = 1;
    for (int a = 0; a < axes; a++)
        series->public.group_count *= series->told[a].repeats ? 1 : series->axes[a].count;
    for (int i = 0; i < series->public.count; i++, places += axes) {
        const char **labels = cr_arena_alloc(series->arena, (size_t)(axes + 1) * sizeof *labels);
        if (!labels)
            return cr_fail_memory(err);
        for (int a = axes - 1, rest = i; a >= 0; rest /= series->axes[a--].count)
            places[a] = rest % series->axes[a].count;
        for (int a = 0; a < axes; a++) {
            labels[a] = series->axes[a].labels[places[a]];
            if (!series->told[a].repeats)
                runs[i].group = runs[i].group * series->axes[a].count + places[a];
        }
        runs[i].places = places;
        runs[i].labels = labels;
        CR_TRY(name_run(series, &runs[i], err));
    }
    series->public.runs = runs;
    return CR_OK;
}

/* ------------------------------------------------------------------------------------------------------------ configs
 */

static const struct cr_node *value_at(const struct axis *axis, int place)
{
    const struct cr_node *value = axis->node->first;
    while (place-- > 0)
        value = value->next;
    return value;
}

static enum cr_status override(const struct series *series, struct cr_config *config, const struct axis *axis,
                               int place, struct cr_error *err)
{
    if (!axis->node)
        return cr_config_set_fold(config, place, series->folds, err);
    const struct cr_node *value = value_at(axis, place);
    if (axis->path)
        return cr_config_put(config, axis->path, value, err);
    for (const struct cr_node *setting = value->first; setting; setting = setting->next)
        CR_TRY(cr_config_put(config, setting->key, setting, err));
    return CR_OK;
}

enum cr_status cr_series_config(const struct cr_series *public, int index, struct cr_config **config,
                                struct cr_error *err)
{
    const struct series *series = (const struct series *)public;
    enum cr_status status = CR_OK;
    struct cr_config *made;
    *config = NULL;
    CR_TRY(cr_config_copy(&made, series->config, "runs", err));
    for (int a = 0; a < public->axis_count; a++)
        CR_GO(override(series, made, &series->axes[a], public->runs[index].places[a], err));
    *config = made;
    made = NULL;
done:
    cr_config_free(made);
    return status;
}

/* So that a mistake in the last run is told before the first one begins. */
static enum cr_status check_configs(const struct cr_series *series, struct cr_error *err)
{
    for (int i = 0; i < series->count; i++) {
        struct cr_config *config;
        CR_TRY(cr_series_config(series, i, &config, err));
        enum cr_status status = cr_experiment_check(config, err);
        cr_config_free(config);
        CR_TRY(status);
    }
    return CR_OK;
}

enum cr_status cr_series_match(const struct cr_series *series, int index, const char *folder, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct cr_config *given = NULL, *own = NULL;
    struct cr_sections sections = {0};
    bool same = false;
    char *file = cr_path_join(folder, "config.yaml");
    if (!file)
        return cr_fail_memory(err);
    CR_GO(cr_config_open(&own, file, err));
    CR_GO(cr_sections_read(&sections, own, err));
    CR_GO(cr_series_config(series, index, &given, err));
    CR_GO(cr_sections_match(&sections, given, &same, err));
    if (!same)
        status = cr_run_folder_fail_differs(folder, err);
done:
    cr_sections_free(&sections);
    cr_config_free(given);
    cr_config_free(own);
    free(file);
    return status;
}

/* ------------------------------------------------------------------------------------------------------- the contract
 */

enum cr_status cr_series_new(struct cr_series **series, const struct cr_config *config, int64_t folds,
                             struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct series *made = calloc(1, sizeof *made);
    *series = NULL;
    if (!made || !(made->arena = cr_arena_new()))
        CR_GO(cr_fail_memory(err));
    made->config = config;
    made->folds = folds;
    made->public.axes = made->told;
    CR_GO(add_axes(made, err));
    CR_GO(add_runs(made, err));
    CR_GO(check_configs(&made->public, err));
    *series = &made->public;
    made = NULL;
done:
    cr_series_free(made ? &made->public : NULL);
    return status;
}

void cr_series_free(struct cr_series *series)
{
    if (!series)
        return;
    cr_arena_free(((struct series *)series)->arena);
    free(series);
}

bool cr_config_has_runs(const struct cr_config *config)
{
    return cr_node_get(cr_config_root(config), "runs") != NULL;
}
