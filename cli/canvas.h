/*
 * A chart in text: two series over the same axis, in Braille's dots (two by four a letter) or, where the output is no
 * UTF-8 terminal, in letters.
 */
#ifndef CLI_CANVAS_H
#define CLI_CANVAS_H

#include "screen.h"

enum { CANVAS_SERIES = 2 };

struct series {
    const char *name;
    const double *y; /* [count]; what is not finite is left out */
    int count;
};

struct chart {
    const char *title;
    struct series series[CANVAS_SERIES]; /* one without points is left out */
    double first, last;                  /* x of the first and the last point */
    const char *unit;                    /* of x: "epoch" */
    bool logarithmic;                    /* y: where all are above 0 */
};

/* False for want of memory. `width` columns in all, `height` lines of the canvas itself. */
bool chart_draw(const struct screen *screen, const struct chart *chart, int width, int height);
/* Columns in front of the canvas; the column in it where `x` lies. */
int chart_margin(void);
int chart_column(const struct chart *chart, int width, double x);

#endif
