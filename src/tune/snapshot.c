/*
 * From stored trials to points of the space. A trial that lacks a value, or has one that the space cannot have (its
 * ranges or constraints were changed, another program added it), is kept and counted, but is no point that a sampler
 * sees.
 */
#include <math.h>
#include <string.h>

#include "tune/distribution.h"
#include "tune/owner.h"
#include "tune/study.h"

static const struct cr_stored_value *find(const struct cr_stored_trial *trial, const char *name)
{
    for (int64_t i = 0; i < trial->value_count; i++)
        if (strcmp(trial->values[i].name, name) == 0)
            return &trial->values[i];
    return NULL;
}

static bool place(const struct cr_space *space, const struct cr_stored_trial *trial, double *values)
{
    bool fits = true;
    for (int d = 0; d < space->count; d++) {
        const struct cr_dimension *dimension = &space->axes[d].dimension;
        values[d] = (double)NAN;
        if (!cr_space_active(space, values, d))
            continue;
        const struct cr_stored_value *value = find(trial, dimension->name);
        if (value)
            values[d] = cr_distribution_value(dimension, value->distribution, value->value);
        fits = fits && !isnan(values[d]);
    }
    return fits && cr_space_allows(space, values, NULL);
}

enum cr_status cr_snapshot_read(struct cr_snapshot *snapshot, struct cr_study *study, struct cr_error *err)
{
    const struct cr_space *space = study->space;
    cr_snapshot_free(snapshot);
    if (!(snapshot->arena = cr_arena_new()))
        return cr_fail_memory(err);
    CR_TRY(cr_store_load(study->store, snapshot->arena, &snapshot->stored, &snapshot->count, err));
    size_t count = (size_t)snapshot->count, dims = (size_t)space->count;
    double *values = cr_arena_alloc(snapshot->arena, (count * dims + 1) * sizeof *values);
    snapshot->trials = cr_arena_alloc(snapshot->arena, (count + 1) * sizeof *snapshot->trials);
    snapshot->fits = cr_arena_alloc(snapshot->arena, (count + 1) * sizeof *snapshot->fits);
    if (!values || !snapshot->trials || !snapshot->fits)
        return cr_fail_memory(err);
    for (size_t i = 0; i < count; i++, values += dims) {
        const struct cr_stored_trial *stored = &snapshot->stored[i];
        snapshot->fits[i] = place(space, stored, values);
        double score = stored->score;
        if (stored->state == CR_TRIAL_PRUNED && isnan(score) && stored->report_count > 0)
            score = stored->reports[stored->report_count - 1].value;
        snapshot->trials[i] = (struct cr_study_trial){.number = stored->number,
                                                      .state = stored->state,
                                                      .values = values,
                                                      .score = score,
                                                      .cause = stored->cause,
                                                      .seconds = stored->seconds,
                                                      .process = cr_owner_process(stored->owner),
                                                      .report_count = stored->report_count,
                                                      .reports = stored->reports,
                                                      .start = stored->start,
                                                      .worker = stored->owner,
                                                      .outside = !snapshot->fits[i] && !study->read_space,
                                                      .lost = stored->state == CR_TRIAL_RUNNING &&
                                                              cr_owner_is_dead(stored->owner, stored->silence)};
    }
    return CR_OK;
}

void cr_snapshot_free(struct cr_snapshot *snapshot)
{
    cr_arena_free(snapshot->arena);
    *snapshot = (struct cr_snapshot){0};
}
