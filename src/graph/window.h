/*
 * Windows over a picture, for convolution and pooling: how many fit, and how much lies outside.
 *
 *     valid   only whole windows:          out = floor((in - k) / stride) + 1
 *     p       p pixels of border each side: out = floor((in + 2 p - k) / stride) + 1
 *     same    out = ceil(in / stride): the border is as small as that needs, the odd pixel at the bottom and right
 */
#ifndef CR_GRAPH_WINDOW_H
#define CR_GRAPH_WINDOW_H

#include <cradle/graph.h>

enum { CR_PADDING_SAME = -1, CR_PADDING_VALID = 0 };

/* Words for the padding option, whose other values are pixels. */
extern const struct cr_name cr_padding_names[];

/* What a convolution is told; `s` is a struct with these fields. */
struct cr_window_options {
    int64_t stride, padding, groups;
};
#define CR_WINDOW_OPTIONS(s)                                                                                     \
    CR_INT("stride", s, stride, .min = 1, .max = 64, .def = 1, .help = "step between windows, pixels"),          \
        CR_INT("padding", s, padding, .min = -1, .max = 1024, .def = CR_PADDING_SAME, .names = cr_padding_names, \
               .help = "border of zeros: same, valid (none) or pixels")

/* Along one side. Fails where no window fits; `what` names the input for the message. */
enum cr_status cr_window_fit(int64_t in, int64_t kernel, int64_t stride, int64_t padding, int64_t *out,
                             int64_t *before);

/* Both sides of a picture H x W x C; a failure says which window did not fit where, and what to do. */
enum cr_status cr_window_fit_picture(struct cr_shape picture, int64_t kernel_height, int64_t kernel_width,
                                     int64_t stride, int64_t padding, struct cr_shape *out, struct cr_error *err);

/* An op that needs a picture says so. */
enum cr_status cr_need_picture(struct cr_shape shape, struct cr_error *err);

#endif
