/*
 * Small pictures of one size side by side in one PNG, row by row and without gaps: the page cuts them apart.
 */
#ifndef CR_REPORT_MOSAIC_H
#define CR_REPORT_MOSAIC_H

#include <cradle/data.h>

#include "base/json.h"

struct cr_mosaic {
    int64_t height, width, channels; /* of a tile; channels are 1 or 3 */
    int64_t columns, rows;
    int64_t shrink; /* a tile's pixel is the mean of so many pixels squared of what is put in */
    uint8_t *pixels;
};

/* For pictures of a data set, made smaller to at most `side` pixels; grey where they have not three channels. */
enum cr_status cr_mosaic_new(struct cr_mosaic *mosaic, int64_t height, int64_t width, int64_t channels, int64_t side,
                             int64_t columns, int64_t rows, struct cr_error *err);
void cr_mosaic_free(struct cr_mosaic *mosaic);
/* `channels_in` is how many the picture has; only the first is taken where the mosaic is grey. */
void cr_mosaic_put(struct cr_mosaic *mosaic, int64_t row, int64_t column, const uint8_t *picture, int64_t width_in,
                   int64_t channels_in);
/* `key: {columns, rows, height, width, picture}` */
enum cr_status cr_mosaic_write(const struct cr_mosaic *mosaic, struct cr_json *json, const char *key,
                               struct cr_error *err);

#endif
