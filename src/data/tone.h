/*
 * Brightness, contrast, saturation and hue of a picture.
 */
#ifndef CR_DATA_TONE_H
#define CR_DATA_TONE_H

#include <stdint.h>

/* 1, 1, 1, 0: as it is. Saturation and hue are of three channels alone. */
struct cr_tone {
    double brightness; /* factor of every number */
    double contrast;   /* factor of the distance from the picture's mean grey */
    double saturation; /* factor of the distance from the pixel's own grey */
    double hue;        /* turns, -0.5..0.5 */
};

/* In place; `count` pixels. */
void cr_tone_apply(const struct cr_tone *tone, uint8_t *pixels, int64_t count, int64_t channels);

#endif
