#include "kernels/moments.h"

#include <math.h>

size_t cr_moments_size(int64_t channels, size_t number)
{
    return CR_MOMENTS_HEAD + (size_t)(CR_MOMENTS_SLOTS * CR_MOMENTS_FIELDS * channels) * number;
}

/* Puts `part` behind `sum`. */
static void join(struct cr_moments_sum *sum, const struct cr_moments_sum *part)
{
    double count = sum->count + part->count, distance = part->mean - sum->mean;

    if (part->count <= 0)
        return;
    sum->squares += part->squares + distance * distance * sum->count * part->count / count;
    sum->mean += distance * part->count / count;
    sum->least = fmin(sum->least, part->least);
    sum->most = fmax(sum->most, part->most);
    sum->zeros += part->zeros;
    sum->count = count;
}

static double number_at(const void *slot, enum cr_dtype dtype, int64_t index)
{
    return dtype == CR_F64 ? ((const double *)slot)[index] : (double)((const float *)slot)[index];
}

struct cr_moments_sum cr_moments_sum(const void *moments, enum cr_dtype dtype, int64_t channels, int64_t begin,
                                     int64_t end)
{
    struct cr_moments_sum sum = {.least = INFINITY, .most = -INFINITY};
    const struct cr_moments_head *head = moments;

    for (int64_t i = 0; i < head->slots; i++) {
        const void *slot = cr_moments_slot((void *)moments, i, channels, cr_dtype_size(dtype));
        for (int64_t c = begin; c < end; c++)
            join(&sum, &(struct cr_moments_sum){number_at(slot, dtype, CR_MOMENTS_COUNT * channels + c),
                                                number_at(slot, dtype, CR_MOMENTS_MEAN * channels + c),
                                                number_at(slot, dtype, CR_MOMENTS_SQUARES * channels + c),
                                                number_at(slot, dtype, CR_MOMENTS_LEAST * channels + c),
                                                number_at(slot, dtype, CR_MOMENTS_MOST * channels + c),
                                                number_at(slot, dtype, CR_MOMENTS_ZEROS * channels + c)});
    }
    return sum;
}
