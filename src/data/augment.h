/*
 * Inside of augmentation: what a transform is, and the canvas that it works on. A transform is one file under augment/
 * that ends in one const struct cr_augment, and one line in augments.def.
 *
 * Transforms that move pixels (flip, crop, rotate, ...) only say where each pixel comes from. Such moves are multiplied
 * up, and the picture is resampled once, when somebody needs its pixels: a flip and a crop are one copy, and a rotation
 * and a shear blur once, not twice.
 */
#ifndef CR_DATA_AUGMENT_H
#define CR_DATA_AUGMENT_H

#include <cradle/data.h>

#include "base/random.h"

/* Which picture of a training: its place in the epoch's order (a sample may come twice), and its number in the data. */
struct cr_augment_key {
    uint64_t seed;
    int64_t epoch, place, index;
};

/*
 * Where the pixel at (x, y) of the new picture comes from in the old one, both counted from the middle, in pixels:
 *     (xx x + xy y + dx, yx x + yy y + dy)
 */
struct cr_move {
    double xx, xy, yx, yy, dx, dy;
};

/* What lies outside of the picture. */
enum cr_fill {
    CR_FILL_NOTHING, /* the move does not look there */
    CR_FILL_BLACK,
    CR_FILL_MEAN, /* of the data, where they are standardised: what the network takes for 0; else black */
    CR_FILL_REFLECT,
    CR_FILL_EDGE,
    CR_FILL_NOISE, /* of what is cut out alone */
};
extern const struct cr_name cr_fill_names[], cr_cut_names[];

struct cr_canvas {
    int64_t height, width, channels;
    const uint8_t *black, *mean; /* [channels] */
    struct cr_random random;     /* of this transform and this picture */
    void *scratch;               /* as many bytes as the transform asked for, aligned for any number */
    struct cr_augment_key key;

    /* The canvas's own (canvas.c). */
    const uint8_t *now;   /* the picture before `move` */
    uint8_t *sheet, *out; /* two pictures to write to */
    struct cr_move move;
    enum cr_fill fill;
};

/* The struct of the options, where there are any, begins with `double p`: the share of pictures that it is done to. */
struct cr_augment {
    struct cr_entry entry;
    const char *none; /* options with which every picture stays as it is, for the tests; NULL: there are none */
    bool colour;      /* for pictures of three channels alone */
    /* Whether the options go together, and with the pictures; NULL: always. */
    enum cr_status (*check)(const void *options, const struct cr_data_shape *shape, struct cr_error *err);
    size_t (*scratch)(const void *options, const struct cr_data_shape *shape); /* bytes; NULL: 0 */
    void (*apply)(const void *options, struct cr_canvas *canvas);
};

#define CR_AUGMENT(name) extern const struct cr_augment cr_augment_##name;
#include "data/augments.def"
#undef CR_AUGMENT

#define CR_AUGMENT_P(struct_type, share)                            \
    CR_FLOAT("p", struct_type, p, .min = 0, .max = 1, .def = share, \
             .help = "share of the pictures that it is done to, drawn for each")
#define CR_AUGMENT_FILL(struct_type)                                                   \
    CR_CHOICE("fill", struct_type, fill, .def = CR_FILL_BLACK, .names = cr_fill_names, \
              .help = "what comes in from outside of the picture")
#define CR_AUGMENT_CUT(struct_type) \
    CR_CHOICE("fill", struct_type, fill, .def = CR_FILL_MEAN, .names = cr_cut_names, .help = "what covers it")

/* ------------------------------------------------------------------------------------------------------- the canvas */

/* The picture `from` is begun; it is not written to unless it is on one of the canvas's own sheets. */
void cr_canvas_begin(struct cr_canvas *canvas, const uint8_t *from);
/* Leaves the picture in `out`. */
void cr_canvas_end(struct cr_canvas *canvas);
/* Multiplies a move to those that are not carried out yet. */
void cr_canvas_move(struct cr_canvas *canvas, const struct cr_move *move, enum cr_fill fill);
/* The picture after all moves, to be changed in place. */
uint8_t *cr_canvas_pixels(struct cr_canvas *canvas);
/* The picture after all moves, and room for another one that takes its place; they do not overlap. */
uint8_t *cr_canvas_next(struct cr_canvas *canvas, const uint8_t **pixels);
/* The colour at any place of a picture like the canvas's, between its four neighbours (bilinear). */
void cr_canvas_sample(const struct cr_canvas *canvas, const uint8_t *pixels, double x, double y, enum cr_fill fill,
                      uint8_t *colour);
/* Fills a rectangle, cut to the picture, with black, the mean or noise. */
void cr_canvas_cut(struct cr_canvas *canvas, int64_t top, int64_t left, int64_t height, int64_t width,
                   enum cr_fill fill);

double cr_canvas_between(struct cr_canvas *canvas, double least, double most);
/* A stream that is the same for this sample in every epoch. */
struct cr_random cr_canvas_lasting(const struct cr_canvas *canvas);

static inline uint8_t cr_byte(float x) /* nearest; NaN is 0 */
{
    return x > 0 ? (uint8_t)(x < 255 ? x + 0.5f : 255) : 0;
}

/* ------------------------------------------------------------------------------------------------------ the augmenter
 */

size_t cr_augmenter_room(const struct cr_augmenter *augmenter); /* bytes, a multiple of 64 */
/* Makes `to` of the picture `from`, which may lie at the beginning of `room` (64-byte aligned). Any thread may. */
void cr_augmenter_run(const struct cr_augmenter *augmenter, const struct cr_augment_key *key, const uint8_t *from,
                      uint8_t *to, void *room);

#endif
