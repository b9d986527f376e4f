/*
 * The end of a search: the winner against the file's own values, what mattered, ranges that were too narrow, best.yaml.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "tune.h"

enum { NAMES = 32 };

/* Writes to a temporary file beside it first: never half a config. */
static enum cr_status write_best(struct tune *tune, const struct cr_study_trial *best, const char *path)
{
    char *text, temporary[TUNE_PATH + 40];
    CR_TRY(cr_space_yaml(tune->space, best->values, &text, &tune->err));
    snprintf(temporary, sizeof temporary, "%s.part", path);
    FILE *file = fopen(temporary, "w");
    bool written = file && fprintf(file, "# Trial %lld of %s: %s %.9g\n%s", (long long)best->number, tune->folder,
                                   tune_score_name(tune), best->score, text) > 0;
    written = file && fclose(file) == 0 && written && rename(temporary, path) == 0;
    free(text);
    return written ? CR_OK : cr_fail(&tune->err, CR_ERROR_IO, "%s: cannot be written", path);
}

static void tell_winner(struct tune *tune, const struct cr_study_trial *best, const struct cr_study_trial *first)
{
    printf("\nBest: trial %lld, %s %.6g", (long long)best->number, tune_score_name(tune), best->score);
    if (first->state != CR_TRIAL_COMPLETE || first->outside || best->number == first->number) {
        printf(best->number == first->number && tune->own_first ? " (the file's own values)\n" : "\n");
        return;
    }
    printf(" (%s: %.6g)\n", tune->own_first ? "the file's own values" : "trial 0", first->score);
    struct cr_study_difference difference = cr_study_compare(tune->study, best, first);
    if (difference.error > 0)
        printf("The difference of %.3g has a standard error of %.2g (p = %.2g): %s\n", difference.gain,
               difference.error, difference.p, difference.p > 0.05 ? "it may be chance" : "it is more than chance");
}

static enum cr_status tell_values(struct tune *tune, const struct cr_study_trial *best,
                                  const struct cr_study_trial *trials, int64_t count)
{
    int dims = cr_space_count(tune->space);
    bool known;
    double *importance = calloc((size_t)dims, sizeof *importance);
    if (!importance)
        return cr_fail_memory(&tune->err);
    enum cr_status status = cr_study_importance(tune->study, trials, count, importance, &known, &tune->err);
    for (int i = 0; i < dims && status == CR_OK; i++) {
        const char *name = cr_space_dimension(tune->space, i)->name;
        char value[128];
        cr_space_text(tune->space, i, best->values[i], value, sizeof value);
        if (known)
            printf("  %-*s %-12s  mattered %2.0f %%\n", NAMES, name, value, 100 * importance[i]);
        else if (!isnan(best->values[i]))
            printf("  %-*s %s\n", NAMES, name, value);
    }
    free(importance);
    return status;
}

static void tell_edges(const struct tune *tune, const struct cr_study_trial *best)
{
    for (int i = 0; i < cr_space_count(tune->space); i++) {
        const struct cr_dimension *d = cr_space_dimension(tune->space, i);
        int edge = cr_space_edge(tune->space, i, best->values[i]);
        if (edge)
            printf(
                "%s: the best value lies at the %s end of its range, %.6g to %.6g: the same command with --widen and "
                "more trials looks beyond\n",
                d->name, edge < 0 ? "lower" : "upper", d->low, d->high);
    }
}

enum cr_status tune_show_end(struct tune *tune, bool *any)
{
    const struct cr_study_trial *trials;
    int64_t count, ended = 0;
    char path[TUNE_PATH + 16];
    CR_TRY(cr_study_trials(tune->study, &trials, &count, &tune->err));
    const struct cr_study_trial *best = cr_study_best(tune->study, trials, count);
    *any = best != NULL;
    for (int64_t i = 0; i < count; i++)
        ended += tune_has_ended(&trials[i]);
    if (interrupt_signal())
        printf("Stopped after %lld of %lld trials; the same command goes on.\n", (long long)ended,
               (long long)tune->options.trials);
    if (!best) {
        printf("No trial has a score yet.\n");
        return CR_OK;
    }
    snprintf(path, sizeof path, "%s/best.yaml", tune->folder);
    CR_TRY(write_best(tune, best, path));
    tell_winner(tune, best, &trials[0]);
    CR_TRY(tell_values(tune, best, trials, count));
    tell_edges(tune, best);
    printf("The file with these values: %s\nNext:\n", path);
    if (!tune->run.command && !tune->training.folds)
        printf("  cradle test %s/%04lld\n", tune->trials, (long long)best->number);
    if (!tune->run.command)
        printf("  cradle train %s\n", path);
    printf("  cradle report %s\n", tune->folder);
    return CR_OK;
}
