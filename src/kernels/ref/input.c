/* The batch as the network's input: bytes or numbers, scaled and standardised by channel. */
#include "kernels/ref/line.h"

static int64_t parts(const void *args)
{
    const struct cr_input_args *a = args;
    return cr_parts(a->batch * a->pixels, a->channels);
}

static void run(const struct cr_work *work)
{
    const struct cr_input_args *a = work->args;
    struct cr_range pixels = cr_part(a->batch * a->pixels, a->channels, work->part);
    int64_t length = line_length(a->channels), end = pixels.end * a->channels;
    real *mean = work->scratch, *inverse = mean + length, scale = (real)a->scale;
    line_repeat(mean, a->mean, a->channels);
    line_repeat(inverse, a->deviation, a->channels);
    for (int64_t l = 0; l < length; l++)
        inverse[l] = 1 / inverse[l]; /* once: a division takes as long as ten multiplications */
    for (int64_t k = pixels.begin * a->channels; k < end; k += length) {
        int64_t count = line_count(k, end, length);
        const uint8_t *bytes = (const uint8_t *)*a->x + k;
        const real *numbers = (const real *)*a->x + k;
        real *y = (real *)a->y + k;
        if (a->bytes)
#pragma omp simd
            for (int64_t l = 0; l < count; l++)
                y[l] = (bytes[l] * scale - mean[l]) * inverse[l];
        else
#pragma omp simd
            for (int64_t l = 0; l < count; l++)
                y[l] = (numbers[l] * scale - mean[l]) * inverse[l];
    }
}

static size_t scratch(const void *args)
{
    const struct cr_input_args *a = args;
    return 2 * (size_t)line_length(a->channels) * sizeof(real);
}

const struct cr_kernel CR_NAME(input) = {.phases = {{parts, run}}, .scratch = scratch};
