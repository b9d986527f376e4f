/*
 * Schedules made and used. The warm-up (Goyal et al. 2017) is a factor of its own on top of every schedule:
 *
 *     0.01 + 0.99 time / warmup    while time < warmup
 */
#include "train/schedule.h"

#include <stdlib.h>

static const double first_factor = 0.01;

struct cr_schedule_use {
    const struct cr_schedule *schedule;
    const struct cr_node *node; /* NULL: the default */
    const void *options;
    void *own; /* options that are in no config */
};

static double warmup_of(const struct cr_schedule_use *use)
{
    return *(const double *)use->options; /* the first member of all */
}

static enum cr_status make_default(struct cr_schedule_use *use, struct cr_error *err)
{
    const struct cr_entry *entry = cr_registry_find(&cr_schedules, "constant");
    use->schedule = (const struct cr_schedule *)entry;
    use->options = use->own = calloc(1, cr_options_size(entry->options));
    if (!use->own)
        return cr_fail_memory(err);
    cr_options_default(entry->options, use->own);
    return CR_OK;
}

static enum cr_status make(struct cr_schedule_use *use, struct cr_config *config, struct cr_error *err)
{
    const struct cr_entry *entry;
    if (!use->node)
        return make_default(use, err);
    CR_TRY(cr_bind_choice(config, &cr_schedules, use->node, &entry, &use->options, err));
    use->schedule = (const struct cr_schedule *)entry; /* its first member */
    struct cr_error reason;
    if (use->schedule->check && use->schedule->check(use->options, &reason) != CR_OK)
        return cr_node_fail(use->node, err, "%s: %s", entry->name, reason.message);
    return CR_OK;
}

enum cr_status cr_schedule_new(struct cr_schedule_use **schedule, struct cr_config *config, const struct cr_node *node,
                               struct cr_error *err)
{
    *schedule = NULL;
    struct cr_schedule_use *made = calloc(1, sizeof *made);
    if (!made)
        return cr_fail_memory(err);
    made->node = node;
    enum cr_status status = make(made, config, err);
    if (status == CR_OK)
        *schedule = made;
    else
        cr_schedule_free(made);
    return status;
}

void cr_schedule_free(struct cr_schedule_use *schedule)
{
    if (!schedule)
        return;
    free(schedule->own);
    free(schedule);
}

enum cr_status cr_schedule_check(const struct cr_schedule_use *schedule, int64_t epochs, struct cr_error *err)
{
    double warmup = warmup_of(schedule);
    if (warmup >= (double)epochs)
        return cr_node_fail(schedule->node, err, "%s: a warmup of %g epochs leaves nothing of the training's %lld",
                            schedule->schedule->entry.name, warmup, (long long)epochs);
    return CR_OK;
}

bool cr_schedule_doubt(const struct cr_schedule_use *schedule, double epochs, char *text, size_t size)
{
    return schedule->schedule->doubt && schedule->schedule->doubt(schedule->options, epochs, text, size);
}

bool cr_schedule_keeps_state(const struct cr_schedule_use *schedule)
{
    return schedule->schedule->judge != NULL;
}

void cr_schedule_judge(const struct cr_schedule_use *schedule, struct cr_schedule_state *state,
                       const struct cr_result *result)
{
    if (schedule->schedule->judge)
        schedule->schedule->judge(schedule->options, state, result);
}

double cr_schedule_factor_after(const struct cr_schedule_use *schedule, const struct cr_schedule_state *state,
                                double time, double epochs)
{
    const struct cr_schedule *kind = schedule->schedule;
    double factor =
        kind->factor ? kind->factor(schedule->options, time, epochs) : kind->factor_after(schedule->options, state);
    double warmup = warmup_of(schedule);
    return time < warmup ? factor * (first_factor + (1 - first_factor) * time / warmup) : factor;
}

double cr_schedule_factor(const struct cr_schedule_use *schedule, double time, double epochs)
{
    return cr_schedule_factor_after(schedule, &(struct cr_schedule_state){0}, time, epochs);
}

bool cr_schedule_momentum(const struct cr_schedule_use *schedule, double time, double epochs, double *momentum)
{
    const struct cr_schedule *kind = schedule->schedule;
    return kind->momentum && kind->momentum(schedule->options, time, epochs, momentum);
}
