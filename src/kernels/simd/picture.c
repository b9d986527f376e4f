#include <string.h>

#include "kernels/simd/picture.h"

float *CR_NAME(copy_lines)(float *to, const struct picture *picture, struct cr_range channels, int64_t h, int64_t lines,
                           int64_t v, int64_t pixels)
{
    int64_t count = channels.end - channels.begin;
    int64_t begin = v < 0 ? 0 : v, end = v + pixels < picture->width ? v + pixels : picture->width;
    for (int64_t line = h; line < h + lines; line++, to += pixels * count) {
        if (line < 0 || line >= picture->height || begin >= end) {
            memset(to, 0, (size_t)(pixels * count) * sizeof *to);
            continue;
        }
        const float *from = picture->x + (line * picture->width + begin) * picture->channels + channels.begin;
        memset(to, 0, (size_t)((begin - v) * count) * sizeof *to);
        if (count == picture->channels)
            memcpy(to + (begin - v) * count, from, (size_t)((end - begin) * count) * sizeof *to);
        else
            for (int64_t pixel = 0; pixel < end - begin; pixel++)
                memcpy(to + (begin - v + pixel) * count, from + pixel * picture->channels, (size_t)count * sizeof *to);
        memset(to + (end - v) * count, 0, (size_t)((v + pixels - end) * count) * sizeof *to);
    }
    return to;
}
