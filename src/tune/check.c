/*
 * Whether the values of a space fit where they stand: each end of each range and each choice is put in its place, the
 * others staying at their first values, and the config is read as an experiment would read it. So a mistake is told
 * before the first trial, at the line of its tag.
 */
#include <math.h>
#include <string.h>

#include "config/node.h"
#include "experiment/experiment.h"
#include "tune/space.h"

/* Makes dimension `index` active by choosing, upwards, the branches it hangs on; others follow with first values. */
static void choose_branch(const struct cr_space *space, int index, double *wanted)
{
    for (const struct cr_dimension *d = &space->axes[index].dimension; d->parent >= 0;
         d = &space->axes[d->parent].dimension)
        wanted[d->parent] = d->branch;
}

/* Whether a message names a value that stands for a range: what it quotes is nowhere in the file. */
static bool is_about_range(const struct cr_space *space, const struct cr_error *err)
{
    for (int d = 0; d < space->count; d++)
        if (space->axes[d].dimension.kind == CR_RANGE && strstr(err->message, space->axes[d].dimension.name))
            return true;
    return false;
}

static enum cr_status try(const struct cr_space *space, int index, double value, struct cr_error *err)
{
    double wanted[CR_SPACE_MOST], values[CR_SPACE_MOST];
    struct cr_config *config;
    for (int d = 0; d < space->count; d++)
        wanted[d] = space->axes[d].dimension.first;
    choose_branch(space, index, wanted);
    wanted[index] = value;
    for (int d = 0; d < space->count; d++)
        values[d] = cr_space_active(space, values, d) ? wanted[d] : (double)NAN;
    CR_TRY(cr_space_config(space, values, &config, err));
    enum cr_status status = cr_experiment_check(config, err);
    if (status != CR_OK && err && is_about_range(space, err))
        status = cr_fail(err, status, "%s; it is a value of a search range", err->message);
    cr_config_free(config);
    return status;
}

enum cr_status cr_space_check(const struct cr_space *space, struct cr_error *err)
{
    for (int i = 0; i < space->count; i++) {
        const struct cr_dimension *d = &space->axes[i].dimension;
        for (int c = 0; c < d->count; c++)
            CR_TRY(try(space, i, c, err));
        if (d->kind != CR_RANGE)
            continue;
        CR_TRY(try(space, i, d->low, err));
        CR_TRY(try(space, i, d->first, err));
        CR_TRY(try(space, i, d->high, err));
    }
    return CR_OK;
}

enum cr_status cr_space_yaml(const struct cr_space *space, const double *values, char **text, struct cr_error *err)
{
    struct cr_config *config;
    *text = NULL;
    CR_TRY(cr_space_config(space, values, &config, err));
    struct cr_writer *writer = cr_writer_new();
    for (const struct cr_node *node = cr_config_root(config)->first; writer && node; node = node->next)
        cr_writer_node(writer, node->key, node);
    enum cr_status status = writer ? cr_writer_take(writer, text, err) : cr_fail_memory(err);
    cr_writer_free(writer);
    cr_config_free(config);
    return status;
}
