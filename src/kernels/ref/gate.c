/*
 * Each channel of each sample times a number of its own.
 *
 *     gate      y[n][p][c] = x[n][p][c] s[n][c]
 *     gate_sum  s[n][c] = sum_p x[n][p][c] y[n][p][c]
 */
#include "kernels/ref/ref.h"

static int64_t gate_parts(const void *args)
{
    const struct cr_gate_args *a = args;
    return cr_parts(a->batch * a->pixels, a->channels);
}

static void gate(const struct cr_work *work)
{
    const struct cr_gate_args *a = work->args;
    struct cr_range pixels = cr_part(a->batch * a->pixels, a->channels, work->part);
    for (int64_t pixel = pixels.begin; pixel < pixels.end; pixel++) {
        const real *x = (const real *)a->x + pixel * a->channels;
        const real *s = (const real *)a->s + pixel / a->pixels * a->channels;
        real *y = (real *)a->y + pixel * a->channels;
#pragma omp simd
        for (int64_t c = 0; c < a->channels; c++)
            y[c] = a->add ? y[c] + x[c] * s[c] : x[c] * s[c];
    }
}

static int64_t sum_parts(const void *args)
{
    const struct cr_gate_args *a = args;
    return cr_parts(a->batch, a->pixels * a->channels);
}

static void sum(const struct cr_work *work)
{
    const struct cr_gate_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->pixels * a->channels, work->part);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * a->pixels * a->channels;
        const real *y = (const real *)a->y + n * a->pixels * a->channels;
        real *s = (real *)a->s + n * a->channels;
        for (int64_t c = 0; c < a->channels && !a->add; c++)
            s[c] = 0;
        for (int64_t p = 0; p < a->pixels; p++, x += a->channels, y += a->channels)
#pragma omp simd
            for (int64_t c = 0; c < a->channels; c++)
                s[c] += x[c] * y[c];
    }
}

const struct cr_kernel CR_NAME(gate) = {.phases = {{gate_parts, gate}}};
const struct cr_kernel CR_NAME(gate_sum) = {.phases = {{sum_parts, sum}}};
