/*
 * What the terminal can show, and the line that is painted anew.
 */
#include "screen.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH_MIN = 20, WIDTH_MAX = 500, WIDTH_USUAL = 80 };
static const double paint_every = 0.1;

/* COLUMNS, else what the terminal says, else 80. */
static int find_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    int width = columns ? atoi(columns) : 0;
    if (width <= 0 && (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0))
        width = size.ws_col;
    if (width <= 0)
        width = WIDTH_USUAL;
    return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
}

void screen_open(struct screen *screen)
{
    const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    bool moves = terminal && terminal[0] && strcmp(terminal, "dumb") != 0;
    *screen = (struct screen){.terminal = isatty(STDOUT_FILENO), .live = isatty(STDERR_FILENO) && moves};
    screen->colour = screen->terminal && moves && !(no_colour && no_colour[0]);
    screen->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    screen->width = find_width();
}

bool screen_paint_due(const struct screen *screen)
{
    return screen->live && screen_clock() - screen->painted_at >= paint_every;
}

/* Bytes of `line` that fit into `columns`. A letter of UTF-8 begins with a byte that is no 10xxxxxx. */
static int fitting(const char *line, int columns, bool utf8)
{
    int at = 0;
    for (; line[at]; at++) {
        bool begins = !utf8 || ((unsigned char)line[at] & 0xc0) != 0x80;
        if (begins && columns-- == 0)
            break;
    }
    return at;
}

void screen_paint(struct screen *screen, const char *line)
{
    if (!screen_paint_due(screen))
        return;
    fflush(stdout);
    /* The last column stays free: some terminals go to the next line there. */
    fprintf(stderr, "\r%.*s\033[K", fitting(line, screen->width - 1, screen->utf8), line);
    fflush(stderr);
    screen->painted = true;
    screen->painted_at = screen_clock();
}

void screen_clear(struct screen *screen)
{
    if (!screen->painted)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    screen->painted = false;
}

const char *screen_bold(const struct screen *screen)
{
    return screen->colour ? "\033[1m" : "";
}

const char *screen_dim(const struct screen *screen)
{
    return screen->colour ? "\033[2m" : "";
}

const char *screen_plain(const struct screen *screen)
{
    return screen->colour ? "\033[0m" : "";
}

void screen_bar(const struct screen *screen, double share, int cells, char *text, size_t size)
{
    size_t used = 0;
    int full = share >= 1 ? cells : share > 0 ? (int)(share * cells) : 0;
    text[0] = 0;
    for (int i = 0; i < cells; i++) {
        const char *cell = screen->utf8 ? (i < full ? "━" : "─") : i < full ? "=" : "-";
        if (used + strlen(cell) >= size)
            return;
        strcpy(text + used, cell);
        used += strlen(cell);
    }
}

void screen_log(void *user, enum cr_log_level level, const char *message)
{
    static const char *const levels[] = {
        [CR_LOG_INFO] = "", [CR_LOG_WARNING] = "warning: ", [CR_LOG_ERROR] = "error: "};
    char clean[2048];
    if (level == CR_LOG_DEBUG)
        return;
    screen_clear(user);
    fflush(stdout);
    text_clean(message, clean, sizeof clean);
    fprintf(stderr, "cradle: %s%s\n", levels[level], clean);
}

double screen_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
