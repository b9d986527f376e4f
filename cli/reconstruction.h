/*
 * The pictures that a network made of pictures, beside them: a sheet with inputs in one row and below each what came
 * out.
 */
#ifndef CLI_RECONSTRUCTION_H
#define CLI_RECONSTRUCTION_H

#include <cradle/evaluate.h>

struct reconstruction {
    const struct cr_run *run;
    int64_t count, most; /* pairs that are kept, and there is room for */
    uint8_t *pixels;     /* [2 most][H][W][C]: input, output, input, ... */
};

/* With room for `count` pictures, or as many as a sheet shows. */
enum cr_status reconstruction_open(struct reconstruction *made, const struct cr_run *run, int64_t count,
                                   struct cr_error *err);
void reconstruction_close(struct reconstruction *made);
/* Keeps a picture and what came of it; the root of their mean squared difference, 0..1. */
double reconstruction_add(struct reconstruction *made, const uint8_t *pixels, const float *outputs);
enum cr_status reconstruction_write(const struct reconstruction *made, const char *file, struct cr_error *err);

#endif
