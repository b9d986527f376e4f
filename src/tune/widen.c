/*
 * Ranges whose best value lies at their end, and how they are widened. Trials keep their values, so nothing is lost: in
 * the wider range they lie somewhere else.
 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "tune/study.h"

static const double near_end = 0.02, growth = 0.5; /* parts of the range, in its own scale */

int cr_space_edge(const struct cr_space *space, int index, double value)
{
    const struct cr_dimension *d = &space->axes[index].dimension;
    if (d->kind == CR_CHOICES || isnan(value))
        return 0;
    if (d->whole)
        return value == d->low ? -1 : value == d->high ? 1 : 0;
    double unit = cr_axis_to_unit(d, value);
    return unit <= near_end ? -1 : unit >= 1 - near_end ? 1 : 0;
}

/* So that every value that the study's trials had lies inside. */
static void hold_all(const struct cr_snapshot *snapshot, struct cr_dimension *d)
{
    for (int64_t i = 0; i < snapshot->count; i++)
        for (int64_t v = 0; v < snapshot->stored[i].value_count; v++) {
            const struct cr_stored_value *value = &snapshot->stored[i].values[v];
            if (d->kind != CR_RANGE || strcmp(value->name, d->name) != 0)
                continue;
            d->low = fmin(d->low, value->value);
            d->high = fmax(d->high, value->value);
        }
}

/* The end beyond which half of the range was added, in few digits. */
static double beyond(const struct cr_dimension *d, int side)
{
    double low = d->log ? log(d->low) : d->low, high = d->log ? log(d->high) : d->high;
    double end = side < 0 ? low - growth * (high - low) : high + growth * (high - low);
    char text[40];
    end = d->log ? exp(end) : end;
    cr_text_format(text, sizeof text, "%.3g", end);
    cr_text_float(text, &end);
    return d->whole ? (side < 0 ? floor(end) : ceil(end)) : end;
}

static void widen(struct cr_space *space, int index, int side, bool check, char *told, size_t size)
{
    struct cr_dimension *d = &space->axes[index].dimension;
    double old = side < 0 ? d->low : d->high, new = beyond(d, side);
    size_t used = strlen(told);
    *(side < 0 ? &d->low : &d->high) = new;
    bool possible = new != old && !(d->log && new < 1 && d->whole) && (!check || cr_space_check(space, NULL) == CR_OK);
    if (!possible) {
        *(side < 0 ? &d->low : &d->high) = old;
        return;
    }
    cr_text_format(told + used, size - used, "%s%s: the range now %s at %.6g, not %.6g", used ? "\n" : "", d->name,
                   side < 0 ? "begins" : "ends", new, old);
}

enum cr_status cr_study_widen(struct cr_study *study, struct cr_space *space, bool check, char *told, size_t size,
                              struct cr_error *err)
{
    told[0] = 0;
    CR_TRY(cr_snapshot_read(&study->listed, study, err));
    for (int d = 0; d < space->count; d++)
        hold_all(&study->listed, &space->axes[d].dimension);
    CR_TRY(cr_snapshot_read(&study->listed, study, err)); /* what lay outside is a point of the space again */
    const struct cr_study_trial *best = cr_study_best(study, study->listed.trials, study->listed.count);
    for (int d = 0; best && d < space->count; d++) {
        int side = cr_space_edge(space, d, best->values[d]);
        if (side)
            widen(space, d, side, check, told, size);
    }
    return CR_OK;
}
