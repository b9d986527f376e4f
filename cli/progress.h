/*
 * The bar for long work that is no training: loading pictures, testing. It appears after two seconds.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "screen.h"

struct progress {
    struct screen *screen;
    const char *what; /* of the work under way; borrowed */
    double begun;
};

/* As cr_progress_function; `user` is a struct progress. False once a signal asked to stop. */
bool progress_show(void *user, const char *what, int64_t done, int64_t total);

#endif
