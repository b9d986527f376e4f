#include "kernels/simd/softmax.h"

#include <math.h>

enum { COST = 4 }; /* of one number against an addition, in vectors */

/*
 * e^x for x <= 0, to the last bit or two: e^x = 2^n e^r with n = x / ln 2 rounded and |r| <= ln 2 / 2, and e^r by
 * the polynomial of Cephes (Moshier 1992). Below the smallest normal number it is 0. NaN stays NaN.
 */
static inline vector exponential(vector x)
{
    const float rounder = 12582912; /* 1.5 * 2^23: what is added to it is rounded to a whole number */
    vector_mask vanishes = x < -87.3F;
    x = (vector)((vector_mask)x & ~vanishes); /* 0 there: the bits of what is far below do not fit into what follows */
    vector shifted = x * 1.44269504F + rounder, n = shifted - rounder;
    vector r = x - n * 0.693359375F + n * 2.12194440e-4F;
    vector p = 1.9875691500e-4F * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * (r * r) + r + 1;
    vector_mask scale = ((vector_mask)shifted + (127 - 0x4b400000)) << 23;
    return (vector)((vector_mask)(p * (vector)scale) & ~vanishes);
}

static int64_t group_count(const struct softmax *s)
{
    return (s->batch + LANES - 1) / LANES;
}

int64_t CR_NAME(softmax_parts)(const struct softmax *s)
{
    return cr_parts(group_count(s), s->classes * LANES * COST);
}

struct cr_range CR_NAME(softmax_groups)(const struct softmax *s, int64_t part)
{
    return cr_part(group_count(s), s->classes * LANES * COST, part);
}

size_t CR_NAME(softmax_scratch)(const struct softmax *s)
{
    return (size_t)(s->classes * LANES) * sizeof(float);
}

/* Lanes beyond the last sample repeat it. */
static void gather(float *to, const struct softmax *s, int64_t first)
{
    for (int64_t lane = 0; lane < LANES; lane++) {
        const float *x = s->x + least(first + lane, s->batch - 1) * s->classes;
        for (int64_t k = 0; k < s->classes; k++)
            to[k * LANES + lane] = x[k];
    }
}

static void scatter(const struct softmax *s, const float *from, int64_t first)
{
    for (int64_t lane = 0; lane < LANES && first + lane < s->batch; lane++) {
        float *p = s->p + (first + lane) * s->classes;
        for (int64_t k = 0; k < s->classes; k++)
            p[k] = from[k * LANES + lane];
    }
}

void CR_NAME(softmax)(const struct softmax *s, int64_t group, float *scratch, float *norm)
{
    gather(scratch, s, group * LANES);
    vector max = load(scratch), sum = {0};
    for (int64_t k = 1; k < s->classes; k++) {
        vector x = load(scratch + k * LANES);
        vector_mask greater = x > max;
        max = (vector)(((vector_mask)x & greater) | ((vector_mask)max & ~greater));
    }
    for (int64_t k = 0; k < s->classes; k++) {
        vector e = exponential(load(scratch + k * LANES) - max);
        sum += e;
        store(scratch + k * LANES, e);
    }
    vector inverse = 1 / sum;
    for (int64_t k = 0; k < s->classes; k++)
        store(scratch + k * LANES, load(scratch + k * LANES) * inverse);
    scatter(s, scratch, group * LANES);
    for (int lane = 0; lane < LANES; lane++)
        norm[lane] = max[lane] + logf(sum[lane]);
}

/* ------------------------------------------------------------------------------------------------------- the kernel */

static struct softmax softmax_of(const struct cr_unary_args *a)
{
    return (struct softmax){.batch = a->batch, .classes = a->size, .x = a->x, .p = a->y};
}

static int64_t parts(const void *args)
{
    struct softmax s = softmax_of(args);
    return CR_NAME(softmax_parts)(&s);
}

static void forward(const struct cr_work *work)
{
    struct softmax s = softmax_of(work->args);
    struct cr_range groups = CR_NAME(softmax_groups)(&s, work->part);
    float norm[LANES];
    for (int64_t group = groups.begin; group < groups.end; group++)
        CR_NAME(softmax)(&s, group, work->scratch, norm);
}

static size_t scratch(const void *args)
{
    struct softmax s = softmax_of(args);
    return CR_NAME(softmax_scratch)(&s);
}

const struct cr_kernel CR_NAME(softmax_forward) = {.phases = {{parts, forward}}, .scratch = scratch};
