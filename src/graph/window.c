/*
 * See window.h.
 */
#include "graph/window.h"

const struct cr_name cr_padding_names[] = {
    {"same", CR_PADDING_SAME},
    {"valid", CR_PADDING_VALID},
    {0},
};

enum cr_status cr_window_fit(int64_t in, int64_t kernel, int64_t stride, int64_t padding, int64_t *out, int64_t *before)
{
    int64_t around;

    if (padding == CR_PADDING_SAME) {
        *out = (in + stride - 1) / stride;
        around = (*out - 1) * stride + kernel - in;
        *before = around > 0 ? around / 2 : 0;
        return CR_OK;
    }
    *out = (in + 2 * padding - kernel) / stride + 1;
    *before = padding;
    return in + 2 * padding >= kernel ? CR_OK : CR_ERROR_SHAPE;
}

enum cr_status cr_need_picture(struct cr_shape shape, struct cr_error *err)
{
    if (shape.rank != 3)
        return cr_fail(err, CR_ERROR_SHAPE,
                       "needs a picture (height x width x channels), got %lld numbers: put it before flatten and dense",
                       (long long)cr_shape_count(shape));
    return CR_OK;
}

enum cr_status cr_window_fit_picture(struct cr_shape picture, int64_t kernel_height, int64_t kernel_width,
                                     int64_t stride, int64_t padding, struct cr_shape *out, struct cr_error *err)
{
    int64_t before;
    char text[96];

    CR_TRY(cr_need_picture(picture, err));
    out->rank = 3;
    out->dims[2] = picture.dims[2];
    if (cr_window_fit(picture.dims[0], kernel_height, stride, padding, &out->dims[0], &before) == CR_OK &&
        cr_window_fit(picture.dims[1], kernel_width, stride, padding, &out->dims[1], &before) == CR_OK)
        return CR_OK;
    cr_shape_describe(picture, text, sizeof(text));
    return cr_fail(err, CR_ERROR_SHAPE,
                   "window %lldx%lld is larger than its input %s: use a smaller window, padding: same, or fewer layers "
                   "that shrink the picture before it",
                   (long long)kernel_height, (long long)kernel_width, text);
}
