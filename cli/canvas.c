#include "canvas.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARGIN = 10, DOTS_ACROSS = 2, DOTS_DOWN = 4 };

struct canvas {
    int columns, lines;
    unsigned char *dots[CANVAS_SERIES]; /* [lines * columns]: bits of Braille */
    double low, high;                   /* y at the bottom and the top, after the logarithm */
};

/* Braille's bits, of the dot `x` across and `y` down: U+2800 plus them. */
static const unsigned char bits[DOTS_DOWN][DOTS_ACROSS] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

static const char *const colours[CANVAS_SERIES] = {"\033[34m", "\033[33m"};

int chart_margin(void)
{
    return MARGIN;
}

static int columns_of(int width)
{
    return width - MARGIN > 10 ? width - MARGIN : 10;
}

int chart_column(const struct chart *chart, int width, double x)
{
    double share = chart->last > chart->first ? (x - chart->first) / (chart->last - chart->first) : 0;
    return (int)lround(fmin(fmax(share, 0), 1) * (columns_of(width) - 1));
}

/* ----------------------------------------------------------------------------------------------------------- scaling
 */

static double scaled(const struct chart *chart, double y)
{
    return chart->logarithmic ? log10(y) : y;
}

static double unscaled(const struct chart *chart, double y)
{
    return chart->logarithmic ? pow(10, y) : y;
}

static bool set_range(const struct chart *chart, struct canvas *canvas)
{
    canvas->low = INFINITY;
    canvas->high = -INFINITY;
    for (int s = 0; s < CANVAS_SERIES; s++)
        for (int i = 0; i < chart->series[s].count; i++) {
            double y = scaled(chart, chart->series[s].y[i]);
            if (!isfinite(y))
                continue;
            canvas->low = fmin(canvas->low, y);
            canvas->high = fmax(canvas->high, y);
        }
    if (!(canvas->low <= canvas->high))
        return false;
    if (canvas->high - canvas->low < 1e-9 * fmax(fabs(canvas->high), 1e-9)) {
        canvas->low -= 0.5;
        canvas->high += 0.5;
    }
    return true;
}

/* ----------------------------------------------------------------------------------------------------------- drawing
 */

static void put(struct canvas *canvas, int series, int x, int y)
{
    int column = x / DOTS_ACROSS, line = y / DOTS_DOWN;
    if (column < 0 || column >= canvas->columns || line < 0 || line >= canvas->lines)
        return;
    canvas->dots[series][line * canvas->columns + column] |= bits[y % DOTS_DOWN][x % DOTS_ACROSS];
}

/* A straight line of dots, as many as the longer side has. */
static void connect(struct canvas *canvas, int series, const int from[2], const int to[2])
{
    int across = abs(to[0] - from[0]), down = abs(to[1] - from[1]), steps = across > down ? across : down;
    for (int i = 0; i <= steps; i++) {
        double share = steps ? (double)i / steps : 0;
        put(canvas, series, (int)lround(from[0] + share * (to[0] - from[0])),
            (int)lround(from[1] + share * (to[1] - from[1])));
    }
}

static void draw_series(const struct chart *chart, struct canvas *canvas, int s)
{
    const struct series *series = &chart->series[s];
    int across = canvas->columns * DOTS_ACROSS, down = canvas->lines * DOTS_DOWN, before[2];
    bool begun = false;
    for (int i = 0; i < series->count; i++) {
        double y = scaled(chart, series->y[i]);
        if (!isfinite(y)) {
            begun = false;
            continue;
        }
        int now[2] = {series->count > 1 ? (int)lround((double)i / (series->count - 1) * (across - 1)) : 0,
                      (int)lround((canvas->high - y) / (canvas->high - canvas->low) * (down - 1))};
        connect(canvas, s, begun ? before : now, now);
        memcpy(before, now, sizeof before);
        begun = true;
    }
}

static void print_braille(unsigned char dots)
{
    int letter = 0x2800 + dots;
    printf("%c%c%c", 0xe0 | letter >> 12, 0x80 | (letter >> 6 & 0x3f), 0x80 | (letter & 0x3f));
}

static void print_cell(const struct screen *screen, const struct canvas *canvas, int at)
{
    unsigned char first = canvas->dots[0][at], second = canvas->dots[1][at];
    if (!screen->utf8 || !screen->colour) {
        putchar(first && second ? '#' : second ? 'o' : first ? '.' : ' ');
        return;
    }
    if (!first && !second) {
        putchar(' ');
        return;
    }
    /* A letter has one colour: the dots of both are there, in that of the second. */
    printf("%s", colours[second ? 1 : 0]);
    print_braille(first | second);
    printf("%s", screen_plain(screen));
}

static void print_legend(const struct screen *screen, const struct chart *chart)
{
    printf("%s%s%s", screen_bold(screen), chart->title, screen_plain(screen));
    for (int s = 0; s < CANVAS_SERIES; s++) {
        if (chart->series[s].count == 0)
            continue;
        if (screen->utf8 && screen->colour)
            printf("   %s\xe2\x94\x80\xe2\x94\x80%s %s", colours[s], screen_plain(screen), chart->series[s].name);
        else
            printf("   %c %s", s ? 'o' : '.', chart->series[s].name);
    }
    printf("%s\n", chart->logarithmic ? "   (logarithmic)" : "");
}

static void print_axis(const struct screen *screen, const struct chart *chart, const struct canvas *canvas)
{
    char first[32], last[48];
    snprintf(first, sizeof first, "%g", chart->first);
    snprintf(last, sizeof last, "%s %g", chart->unit, chart->last);
    printf("%*s%s", MARGIN - 1, "", screen->utf8 ? "\xe2\x94\x94" : "+");
    for (int i = 0; i < canvas->columns; i++)
        printf("%s", screen->utf8 ? "\xe2\x94\x80" : "-");
    printf("\n%*s%s%*s\n", MARGIN, "", first, canvas->columns - (int)strlen(first), last);
}

static void print(const struct screen *screen, const struct chart *chart, const struct canvas *canvas)
{
    print_legend(screen, chart);
    for (int line = 0; line < canvas->lines; line++) {
        double y = canvas->high - (canvas->high - canvas->low) * line / (canvas->lines > 1 ? canvas->lines - 1 : 1);
        bool labelled = line % 3 == 0 || line == canvas->lines - 1;
        if (labelled)
            printf("%*.4g %s", MARGIN - 2, unscaled(chart, y), screen->utf8 ? "\xe2\x94\xa4" : "|");
        else
            printf("%*s%s", MARGIN - 1, "", screen->utf8 ? "\xe2\x94\x82" : "|");
        for (int column = 0; column < canvas->columns; column++)
            print_cell(screen, canvas, line * canvas->columns + column);
        printf("\n");
    }
    print_axis(screen, chart, canvas);
}

bool chart_draw(const struct screen *screen, const struct chart *chart, int width, int height)
{
    struct canvas canvas = {.columns = columns_of(width), .lines = height};
    size_t cells = (size_t)canvas.columns * (size_t)height;
    canvas.dots[0] = calloc(CANVAS_SERIES, cells);
    if (!canvas.dots[0])
        return false;
    canvas.dots[1] = canvas.dots[0] + cells;
    if (set_range(chart, &canvas)) {
        for (int s = 0; s < CANVAS_SERIES; s++)
            draw_series(chart, &canvas, s);
        print(screen, chart, &canvas);
    }
    free(canvas.dots[0]);
    return true;
}
