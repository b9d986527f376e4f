#include "series_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "0.9712 +- 0.0031", "0.9712" of one run, "-" of none. */
static const char *spread_text(struct cr_spread spread, char text[48])
{
    snprintf(text, 48, "%s", "-");
    if (spread.count == 1)
        snprintf(text, 48, "%.4f", spread.mean);
    if (spread.count > 1)
        snprintf(text, 48, "%.4f +- %.4f", spread.mean, spread.deviation);
    return text;
}

static void tell_mean(const char *name, struct cr_spread spread)
{
    printf("  %-20s %.4f, deviation %.4f\n", name, spread.mean, spread.deviation);
}

static int width_of(const struct cr_series *series, int axis)
{
    size_t width = strlen(series->axes[axis].name);
    for (int i = 0; i < series->count; i++) {
        size_t length = strlen(series->runs[i].labels[axis]);
        width = length > width ? length : width;
    }
    return (int)width;
}

static void print_cells(const struct cr_series *series, int run)
{
    for (int a = 0; a < series->axis_count; a++)
        if (!series->axes[a].repeats)
            printf("%-*s  ", width_of(series, a), run < 0 ? series->axes[a].name : series->runs[run].labels[a]);
}

void series_table(const struct cr_series *series, const struct cr_series_summary *summary, int64_t folds)
{
    if (folds && series->axis_count == 1) {
        printf("Mean over %lld folds\n", (long long)folds);
        tell_mean("validation accuracy", summary->groups[0].best_accuracy);
        tell_mean("validation loss", summary->groups[0].best_loss);
        return;
    }
    printf("\n");
    print_cells(series, -1);
    printf("%4s  %-18s  %-18s  %-18s  %8s\n", "runs", "best accuracy", "last accuracy", "last training", "seconds");
    for (int g = 0; g < series->group_count; g++) {
        const struct cr_series_group *group = &summary->groups[g];
        char best[48], last[48], training[48];
        print_cells(series, group->first);
        printf("%4d  %-18s  %-18s  %-18s  %8.1f", group->ended, spread_text(group->best_accuracy, best),
               spread_text(group->last_accuracy, last), spread_text(group->last_training_accuracy, training),
               group->seconds.mean);
        if (group->diverged)
            printf("  %d diverged", group->diverged);
        printf("\n");
    }
}
