/*
 * What checks ask of a history, and how they tell what they found.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "babysit/check.h"
#include "base/text.h"

enum { FIRST_FEW = 3, FIRST_SOME = 20, MOST_MEDIAN = 64 };

/* ------------------------------------------------------------------------------------------------------------ asking
 */

struct cr_mean cr_history_loss(const struct cr_history *history, int64_t back, int64_t count)
{
    int64_t end = history->steps - back;
    count = count < end ? count : end;
    if (count <= 0)
        return (struct cr_mean){NAN, NAN};
    return cr_mean_of(history->loss + end - count, (int)count);
}

double cr_history_first_loss(const struct cr_history *history)
{
    int64_t few = history->steps < FIRST_FEW ? history->steps : FIRST_FEW;
    int64_t some = history->steps < 3 * FIRST_SOME ? few : FIRST_SOME;
    if (history->steps == 0)
        return NAN;
    return fmin(cr_mean_of(history->loss, (int)few).mean, cr_mean_of(history->loss, (int)some).mean);
}

const struct cr_epoch *cr_history_epoch(const struct cr_history *history, int64_t back)
{
    return back < history->epochs ? &history->epoch[history->epochs - 1 - back] : NULL;
}

const struct cr_look *cr_history_look(const struct cr_history *history, int64_t back)
{
    return back < history->looks ? &history->look[history->looks - 1 - back] : NULL;
}

const struct cr_epoch *cr_history_best_loss(const struct cr_history *history)
{
    const struct cr_epoch *best = NULL;
    for (int64_t i = 0; i < history->epochs; i++) {
        const struct cr_epoch *epoch = &history->epoch[i];
        if (epoch->validated && (!best || epoch->validation_loss < best->validation_loss))
            best = epoch;
    }
    return best;
}

const struct cr_epoch *cr_history_best_accuracy(const struct cr_history *history)
{
    const struct cr_epoch *best = NULL;
    for (int64_t i = 0; i < history->epochs; i++) {
        const struct cr_epoch *epoch = &history->epoch[i];
        if (epoch->validated && (!best || epoch->validation_accuracy > best->validation_accuracy))
            best = epoch;
    }
    return best;
}

double cr_history_progress(const struct cr_history *history)
{
    return history->facts.epochs > 0 ? (double)history->epochs / (double)history->facts.epochs : 0;
}

bool cr_history_rate_fell(const struct cr_history *history, double factor)
{
    double highest = 0;
    for (int64_t i = 0; i < history->steps; i++)
        highest = fmax(highest, history->lr[i]);
    return history->steps > 0 && history->lr[history->steps - 1] * factor < highest;
}

double cr_history_noise(const struct cr_epoch *epoch)
{
    int64_t count = 0;
    double p = epoch->validation_accuracy;
    for (int64_t c = 0; c < epoch->classes; c++)
        count += epoch->count[c];
    return count > 0 ? sqrt(fmax(p * (1 - p), 1e-4) / (double)count) : 0.02;
}

static double update_ratio_of(const struct cr_look *look)
{
    double ratios[MOST_MEDIAN];
    int count = 0;
    for (int i = 0; i < look->parameters && count < MOST_MEDIAN; i++)
        if (look->weights[i].decays && look->weights[i].weight > 0)
            ratios[count++] = look->weights[i].update / look->weights[i].weight;
    return count > 0 ? cr_median(ratios, count) : (double)NAN;
}

double cr_history_update_ratio(const struct cr_history *history)
{
    double ratios[CR_WINDOW];
    if (history->looks < CR_WINDOW)
        return NAN;
    for (int i = 0; i < CR_WINDOW; i++)
        ratios[i] = update_ratio_of(cr_history_look(history, i));
    return cr_median(ratios, CR_WINDOW);
}

double cr_history_raise(double ratio)
{
    return isfinite(ratio) ? pow(10, fmin(fmax(round(log10(1e-3 / fmax(ratio, 1e-9))), 1), 4)) : 10;
}

double cr_history_lower(const struct cr_history *history)
{
    const struct cr_look *first = history->looks > 0 ? &history->look[0] : NULL;
    double ratio = first ? update_ratio_of(first) : (double)NAN;
    double since = first && first->lr > 0 ? history->facts.lr / first->lr : 1; /* it may have been lowered already */
    if (isinf(ratio))
        return 1e-4;
    if (!(isfinite(ratio) && ratio > 0))
        return 0.1;
    return pow(10, fmax(fmin(round(log10(1e-3 / ratio / since)), -1), -4));
}

bool cr_history_has_learned(const struct cr_history *history, double share)
{
    double first = cr_history_first_loss(history), now = cr_history_loss(history, 0, 30).mean;
    return now < (1 - share) * first;
}

/* ----------------------------------------------------------------------------------------------------------- telling
 */

struct cr_finding cr_history_finding(const struct cr_history *history, enum cr_severity severity)
{
    return (struct cr_finding){.check = history->check->entry.name, .severity = severity};
}

static const struct cr_finding *found_by(const struct cr_history *history, const char *check)
{
    for (int i = history->found - 1; i >= history->forgiven; i--)
        if (strcmp(history->findings[i].check, check) == 0)
            return &history->findings[i];
    return NULL;
}

bool cr_history_has_found(const struct cr_history *history, const char *check)
{
    return found_by(history, check) != NULL;
}

bool cr_history_is_explained(const struct cr_history *history, const char *const *checks)
{
    for (; *checks; checks++)
        if (cr_history_has_found(history, *checks))
            return true;
    return false;
}

void cr_history_find(struct cr_history *history, const struct cr_finding *finding)
{
    const struct cr_finding *before = found_by(history, finding->check);
    if (before && before->severity >= finding->severity)
        return;
    if (!cr_history_grow(&history->findings, history->found, history->finding_capacity, sizeof *history->findings)) {
        history->failed = true;
        return;
    }
    if (history->found >= history->finding_capacity)
        history->finding_capacity = 2 * history->finding_capacity + 64;
    history->findings[history->found++] = *finding;
}

void cr_history_note(struct cr_history *history, const struct cr_finding *finding)
{
    int i = history->found - 1;
    while (i >= history->forgiven && (strcmp(history->findings[i].check, finding->check) != 0 ||
                                      history->findings[i].severity != finding->severity))
        i--;
    if (i >= history->forgiven)
        history->findings[i] = *finding;
    else
        cr_history_find(history, finding);
    i = i >= history->forgiven ? i : history->found - 1;
    history->told = i + 1 > history->told ? i + 1 : history->told;
}

void cr_history_propose_rate(const struct cr_history *history, struct cr_finding *finding, double factor)
{
    cr_finding_change(finding, history->facts.lr_path, history->facts.lr, history->facts.lr * factor);
}

void cr_history_propose_decay(const struct cr_history *history, struct cr_finding *finding, double factor)
{
    if (history->facts.weight_decay > 0)
        cr_finding_change(finding, history->facts.decay_path, history->facts.weight_decay,
                          history->facts.weight_decay * factor);
}
