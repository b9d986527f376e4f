/*
 * Where the program writes: what standard output and standard error can show, and one line that is painted anew again
 * and again (on the standard error, so that it never gets into a file with the results).
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cradle/base.h>

struct screen {
    bool terminal; /* standard output is one: tables; else plain lines */
    bool colour;   /* on the standard output; NO_COLOR turns it off */
    bool live;     /* the standard error can paint a line anew */
    bool utf8;
    int width;
    bool painted; /* a live line stands there */
    double painted_at;
};

void screen_open(struct screen *screen);
/* Paints the live line: at most ten times a second, and cut to the width. Nothing where the screen is not live. */
void screen_paint(struct screen *screen, const char *line);
bool screen_paint_due(const struct screen *screen);
/* Takes the live line away, before anything else is written. */
void screen_clear(struct screen *screen);

/* Escape sequences, "" without colours. */
const char *screen_bold(const struct screen *screen);
const char *screen_dim(const struct screen *screen);
const char *screen_plain(const struct screen *screen);

/* A bar of `cells` columns, `share` 0..1 of them full. */
void screen_bar(const struct screen *screen, double share, int cells, char *text, size_t size);

/* As cr_log_function: warnings and errors with their level, on the standard error. */
void screen_log(void *user, enum cr_log_level level, const char *message);

/* Seconds of a clock that only goes forward. */
double screen_clock(void);

/* ------------------------------------------------------------------------------------------------------- text */

/* Copies `text` with what would move the cursor put as "?", as names of files and folders may hold anything. */
void text_clean(const char *text, char *clean, size_t size);
/* Columns that it takes on a terminal. */
int text_width(const char *text);
/* "45 s", "2:13", "1:02:03". */
void text_duration(double seconds, char *text, size_t size);
/* "950", "12.3 k", "1.2 M", "3.4 G". */
void text_amount(double amount, char *text, size_t size);
/* "3.4 MiB". */
void text_bytes(double bytes, char *text, size_t size);

#endif
