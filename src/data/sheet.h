/*
 * Contact sheets: pictures in rows and columns on a light ground, as a PNG file. Small pictures are shown enlarged,
 * each pixel as a block.
 */
#ifndef CR_DATA_SHEET_H
#define CR_DATA_SHEET_H

#include <cradle/data.h>

struct cr_sheet {
    int64_t height, width, channels; /* 3, or 1: the first channel */
    int64_t rows, columns, margin;   /* the margin is left of the rows, for their names */
    int64_t tall, wide;              /* of a picture */
    int64_t zoom;                    /* side of the block that a pixel becomes */
    uint8_t *pixels;
};

/* For pictures of this dataset. What cr_sheet_begin made cr_sheet_free frees, after a failure too. */
enum cr_status cr_sheet_begin(struct cr_sheet *sheet, const struct cr_dataset *dataset, int64_t rows, int64_t columns,
                              int64_t margin, struct cr_error *err);
void cr_sheet_free(struct cr_sheet *sheet);
void cr_sheet_draw(struct cr_sheet *sheet, const uint8_t *picture, int64_t picture_channels, int64_t row,
                   int64_t column);
/* A row's name, cut where it is longer than the margin. */
void cr_sheet_name(struct cr_sheet *sheet, const char *name, int64_t row);
enum cr_status cr_sheet_write(const struct cr_sheet *sheet, const char *file, struct cr_error *err);

#endif
