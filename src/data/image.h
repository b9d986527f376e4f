/*
 * Pictures: from the bytes of a JPEG or PNG file to height x width x channels bytes, as a network wants them.
 *
 *     bytes -> decode (jpeg.c, png.c) -> picture -> fit (fit.c): crop, resize, turn, grey -> pixels
 */
#ifndef CR_DATA_IMAGE_H
#define CR_DATA_IMAGE_H

#include <cradle/base.h>

/* A decoded picture, not yet turned. */
struct cr_picture {
    int64_t height, width;
    int channels;    /* 1 or 3 */
    int orientation; /* as EXIF counts, 1..8; 1: upright */
    uint8_t *pixels; /* [height][width][channels]; free() */
};

enum cr_image_kind { CR_IMAGE_OTHER, CR_IMAGE_JPEG, CR_IMAGE_PNG };

/* By content. The first 8 bytes are enough. */
enum cr_image_kind cr_image_kind(const uint8_t *data, size_t size);

/* More pixels than this are refused before anything is decoded: a small file can announce any size. */
#define CR_IMAGE_PIXELS_MAX 180000000
enum cr_status cr_image_check_size(int64_t width, int64_t height, struct cr_error *err);

/* A JPEG is decoded at 1/2, 1/4 or 1/8 where this still leaves twice the height and width that are wanted. */
enum cr_status cr_jpeg_decode(struct cr_picture *picture, const uint8_t *data, size_t size, int64_t height,
                              int64_t width, struct cr_error *err);
enum cr_status cr_png_decode(struct cr_picture *picture, const uint8_t *data, size_t size, struct cr_error *err);
/* Either of them by content. Messages do not name the file. */
enum cr_status cr_image_decode(const uint8_t *data, size_t size, int64_t height, int64_t width, int64_t channels,
                               uint8_t *pixels, struct cr_error *err);

/* The orientation in EXIF data (that begin with the TIFF header); 1 where there is none. */
int cr_exif_orientation(const uint8_t *tiff, size_t size);

enum cr_status cr_picture_fit(const struct cr_picture *picture, int64_t height, int64_t width, int64_t channels,
                              uint8_t *pixels, struct cr_error *err);

/* Of a colour (Rec. 601). */
static inline uint8_t cr_grey(const uint8_t *colour)
{
    return (uint8_t)((299 * colour[0] + 587 * colour[1] + 114 * colour[2] + 500) / 1000);
}

/* A PNG file in memory, 1 or 3 channels; the caller frees *data. */
enum cr_status cr_png_encode(const uint8_t *pixels, int64_t height, int64_t width, int64_t channels, void **data,
                             size_t *size, struct cr_error *err);

#endif
