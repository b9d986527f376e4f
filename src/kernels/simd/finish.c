#include "kernels/simd/finish.h"

#include <string.h>

#include "kernels/ref/curve.h"

void CR_NAME(finish_rows)(const struct cr_finish *f, float *y, const float *origin, int64_t rows, int64_t stride,
                          int64_t columns)
{
    if (!finish_is_late(f))
        return;
    if (stride == columns) {
        columns *= rows;
        rows = 1;
    }
    for (int64_t row = 0; row < rows; row++, y += stride) {
        int64_t at = y - origin;
        if (f->before)
            memcpy((float *)f->before + at, y, (size_t)columns * sizeof *y);
        curve_apply(f->curve, y, y, columns);
        curve_back(f->back, y, (const float *)f->of + at, y, columns, false);
    }
}

void CR_NAME(finish_back)(struct cr_curve curve, float *to, const float *of, const float *dy, int64_t count)
{
    curve_back(curve, to, of, dy, count, false);
}
