/*
 * The first weights as pictures: of a convolution each filter, of a dense layer on pictures what each output looks for.
 * Grey (128) is zero; each picture is scaled by its own largest weight.
 */
#ifndef CR_TRAIN_FILTERS_H
#define CR_TRAIN_FILTERS_H

#include <cradle/model.h>

enum { CR_FILTER_SIDE_MAX = 64 };

/* Weights [height][width][channels][count], as both kinds of layer have them. */
struct cr_filters {
    const char *name;     /* of the parameter */
    const float *weights; /* borrowed from the network */
    int64_t height, width, channels, count;
};

/* Whether the first weights can be seen: they work on pictures of one or three channels and are not too large. */
bool cr_filters_find(struct cr_filters *filters, const struct cr_network *network);
/* One of them: [height][width][channels]. */
void cr_filters_draw(const struct cr_filters *filters, int64_t index, uint8_t *picture);
/* All of them, up to `most`, as a sheet; the PNG is freed by the caller. */
enum cr_status cr_filters_png(const struct cr_filters *filters, int64_t most, void **png, size_t *size, int64_t *height,
                              int64_t *width, struct cr_error *err);

#endif
