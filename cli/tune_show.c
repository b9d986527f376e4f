/*
 * What a person sees of a search: a row a trial, one line that is painted anew, the winner.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tune.h"

enum { VALUES = 1024 };

/* The shortest end of a dimension's path that no other has: "lr", or "sgd.lr". */
static const char *short_name(const struct cr_space *space, int index)
{
    const char *name = cr_space_dimension(space, index)->name, *end = name + strlen(name);
    for (const char *at = end; at > name; at--) {
        if (at[-1] != '.')
            continue;
        bool unique = true;
        for (int i = 0; i < cr_space_count(space) && unique; i++) {
            const char *other = cr_space_dimension(space, i)->name;
            size_t length = strlen(other), wanted = (size_t)(end - at);
            unique = i == index || length < wanted || strcmp(other + length - wanted, at) != 0 ||
                     (length > wanted && other[length - wanted - 1] != '.');
        }
        if (unique)
            return at;
    }
    return name;
}

/* "lr 0.01, momentum 0.9" */
static void values_text(const struct cr_space *space, const double *values, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (int i = 0; i < cr_space_count(space) && used < size; i++) {
        char value[128];
        if (isnan(values[i]))
            continue;
        cr_space_text(space, i, values[i], value, sizeof value);
        used += (size_t)snprintf(text + used, size - used, "%s%s %s", used ? ", " : "", short_name(space, i), value);
    }
}

const char *tune_score_name(const struct tune *tune)
{
    return tune->run.command ? "score" : tune->options.maximize ? "validation accuracy" : "validation loss";
}

void tune_show_header(const struct tune *tune)
{
    char text[512];
    printf("%s: searches for the %s %s in %s\n", tune->file, tune->options.maximize ? "largest" : "smallest",
           tune_score_name(tune), tune->folder);
    for (int i = 0; i < cr_space_count(tune->space); i++) {
        const struct cr_dimension *d = cr_space_dimension(tune->space, i);
        size_t used = 0;
        text[0] = 0;
        for (int c = 0; c < d->count && used < sizeof text; c++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", c ? ", " : "", d->labels[c]);
        if (d->kind == CR_RANGE)
            snprintf(text, sizeof text, "%.6g to %.6g%s%s", d->low, d->high, d->log ? ", logarithmic" : "",
                     d->whole ? ", whole" : "");
        printf("  %-32s %s\n", d->name, text);
    }
    for (int i = 0; cr_space_constraint(tune->space, i); i++)
        printf("  %s\n", cr_space_constraint(tune->space, i));
    if (!tune->own_first)
        printf("The file's own values break a constraint: trial 0 is the nearest point that was found\n");
    printf("sampler %s; %lld trial%s, %lld at once\n", cr_study_sampler(tune->study), (long long)tune->options.trials,
           tune->options.trials == 1 ? "" : "s", (long long)tune->values->jobs);
    if (tune->ended_before > 0)
        printf("Goes on after %lld trial%s\n", (long long)tune->ended_before, tune->ended_before == 1 ? "" : "s");
    if (tune->screen.terminal)
        printf("\n%s trial     score      time  values%s\n", screen_bold(&tune->screen), screen_plain(&tune->screen));
    fflush(stdout);
}

bool tune_has_ended(const struct cr_study_trial *trial)
{
    return trial->state != CR_TRIAL_RUNNING && trial->state != CR_TRIAL_WAITING;
}

static void score_text(const struct cr_study_trial *trial, char *text, size_t size)
{
    if (trial->state == CR_TRIAL_FAILED)
        snprintf(text, size, "%s", trial->cause && !strcmp(trial->cause, "diverged") ? "diverged" : "failed");
    else
        snprintf(text, size, "%.6g%s", trial->score, trial->state == CR_TRIAL_PRUNED ? " pruned" : "");
}

static void row(const struct tune *tune, const struct cr_study_trial *trial, bool best)
{
    char values[VALUES], score[48], time[32];
    values_text(tune->space, trial->values, values, sizeof values);
    score_text(trial, score, sizeof score);
    text_duration(trial->seconds, time, sizeof time);
    if (tune->screen.terminal)
        printf("%6lld  %s%8s%s  %8s  %s%s\n", (long long)trial->number, best ? screen_bold(&tune->screen) : "", score,
               best ? screen_plain(&tune->screen) : "", time, values, best ? "  best" : "");
    else
        printf("Trial %lld: %s, %s, %s%s\n", (long long)trial->number, score, time, values, best ? ", best" : "");
    if (trial->state == CR_TRIAL_FAILED && trial->cause && strcmp(trial->cause, "diverged") != 0)
        printf("        %s\n", trial->cause);
    fflush(stdout);
}

/* "12 of 30 trials, best 0.9871 (trial 4); 12: epoch 3, 0.91; 3:20 left" */
static void paint(struct tune *tune, const struct cr_study_trial *trials, int64_t count, int64_t ended,
                  const struct cr_study_trial *best)
{
    char line[512], left[32];
    size_t used =
        (size_t)snprintf(line, sizeof line, "%lld of %lld trials", (long long)ended, (long long)tune->options.trials);
    if (best)
        used += (size_t)snprintf(line + used, sizeof line - used, ", best %.6g (trial %lld)", best->score,
                                 (long long)best->number);
    for (int64_t i = 0; i < count && used < sizeof line; i++) {
        if (trials[i].state != CR_TRIAL_RUNNING)
            continue;
        const struct cr_trial_report *last =
            trials[i].report_count ? &trials[i].reports[trials[i].report_count - 1] : NULL;
        used += last ? (size_t)snprintf(line + used, sizeof line - used, "; %lld: step %lld, %.4g", (long long)i,
                                        (long long)last->step, last->value)
                     : (size_t)snprintf(line + used, sizeof line - used, "; %lld begins", (long long)i);
    }
    int64_t here = ended - tune->ended_before;
    if (here > 0 && used < sizeof line) {
        double each = (screen_clock() - tune->begun) / (double)here;
        text_duration(each * (double)(tune->options.trials - ended), left, sizeof left);
        snprintf(line + used, sizeof line - used, "; %s left", left);
    }
    screen_paint(&tune->screen, line);
}

bool tune_note(struct tune *tune, const struct cr_study_trial *trial)
{
    tune->told[trial->number] = true;
    if (trial->state != CR_TRIAL_COMPLETE || !isfinite(trial->score))
        return false;
    bool best = isnan(tune->best) || (tune->options.maximize ? trial->score > tune->best : trial->score < tune->best);
    if (best)
        tune->best = trial->score;
    return best;
}

enum cr_status tune_show_progress(struct tune *tune)
{
    const struct cr_study_trial *trials;
    int64_t count, ended = 0;
    CR_TRY(cr_study_trials(tune->study, &trials, &count, &tune->err));
    const struct cr_study_trial *best = cr_study_best(tune->study, trials, count);
    for (int64_t i = 0; i < count; i++) {
        if (!tune_has_ended(&trials[i]))
            continue;
        ended++;
        if (i >= tune->options.trials || tune->told[i])
            continue;
        screen_clear(&tune->screen);
        row(tune, &trials[i], tune_note(tune, &trials[i]));
    }
    if (screen_paint_due(&tune->screen))
        paint(tune, trials, count, ended, best);
    return CR_OK;
}
