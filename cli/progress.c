/*
 * The bar of long work.
 */
#include "progress.h"

#include <stdio.h>
#include <string.h>

#include "interrupt.h"

static const double shown_after = 2;

bool progress_show(void *user, const char *what, int64_t done, int64_t total)
{
    struct progress *progress = user;
    struct screen *screen = progress->screen;
    if (!progress->what || strcmp(progress->what, what) != 0) {
        progress->what = what;
        progress->begun = screen_clock();
    }
    if (done == total)
        screen_clear(screen);
    if (done < total && screen_clock() - progress->begun >= shown_after && screen_paint_due(screen)) {
        char bar[128], line[256];
        double share = total > 0 ? (double)done / (double)total : 0;
        screen_bar(screen, share, 24, bar, sizeof bar);
        snprintf(line, sizeof line, "%s %s %3.0f %%  %lld of %lld", what, bar, 100 * share, (long long)done,
                 (long long)total);
        screen_paint(screen, line);
    }
    return interrupt_signal() == 0;
}
