/*
 * Functions that loops over numbers call: in double those of the C library, in float polynomials of our own without a
 * branch or a call, so that the compiler makes vectors of them. Relative error in float: some 1e-7. A NaN stays one.
 *
 * The polynomials' coefficients are least squares, weighted anew until the largest relative error is least.
 */
#ifndef CR_KERNELS_REF_MATH_H
#define CR_KERNELS_REF_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kernels/ref/real.h"

#define IS_FLOAT (sizeof(real) == sizeof(float))

/* e^x = 2^n (1 + rest) with n whole: x = n ln 2 + r with |r| <= ln 2 / 2, rest = e^r - 1. */
struct float_power {
    float rest, half, other; /* half * other = 2^n: n itself may be beyond a float's exponents */
};

static inline float float_from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t bits_from_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline struct float_power float_power(float x)
{
    const float magic = 0x1.8p23F; /* added and taken off again, it rounds to a whole number */
    float bounded = x < -104 ? -104 : x > 89 ? 89 : x;
    float shifted = bounded * 1.44269504F + magic, n = shifted - magic;
    float r = bounded - n * 0.693145752F - n * 1.42860677e-6F;
    float p = 1.3882262e-3F;
    p = p * r + 8.3678547e-3F;
    p = p * r + 4.16672436e-2F;
    p = p * r + 0.166665335F;
    p = p * r + 0.49999998F;
    int32_t whole = (int32_t)(bits_from_float(shifted) - bits_from_float(magic)), half = whole >> 1;
    return (struct float_power){.rest = r + r * r * p,
                                .half = float_from_bits((uint32_t)(half + 127) << 23),
                                .other = float_from_bits((uint32_t)(whole - half + 127) << 23)};
}

/* e^x */
static inline real exponential(real x)
{
    if (!IS_FLOAT)
        return (real)exp((double)x);
    struct float_power power = float_power((float)x);
    return (real)((1 + power.rest) * power.half * power.other);
}

/* e^x - 1 for x <= 0, without loss of digits near 0 */
static inline real exponential_less_1(real x)
{
    if (!IS_FLOAT)
        return (real)expm1((double)x);
    struct float_power power = float_power((float)x);
    float scale = power.half * power.other;
    return (real)(power.rest * scale + (scale - 1));
}

static inline real logarithm(real x)
{
    return IS_FLOAT ? (real)logf((float)x) : (real)log((double)x);
}

/* log(1 + t) for 0 <= t <= 1: 2 artanh(s), s = t / (2 + t) */
static inline real logarithm_of_1_and(real t)
{
    if (!IS_FLOAT)
        return (real)log1p((double)t);
    float s = (float)t / (2 + (float)t), z = s * s;
    float p = 0.140122657F;
    p = p * z + 0.139995616F;
    p = p * z + 0.200108502F;
    p = p * z + 0.333332065F;
    return (real)(2 * s + 2 * s * z * p);
}

static inline real magnitude(real x)
{
    return x < 0 ? -x : x;
}

/* With t = e^(-2|x|) - 1: tanh |x| = -t / (2 + t) */
static inline real tangent_of_hyperbola(real x)
{
    if (!IS_FLOAT)
        return (real)tanh((double)x);
    real t = exponential_less_1(-2 * magnitude(x)), y = -t / (2 + t);
    return x < 0 ? -y : y;
}

static inline real logistic(real x)
{
    return 1 / (1 + exponential(-x));
}

/* Density of the standard normal distribution. */
static inline real normal_density(real x)
{
    return exponential(x * x * (real)-0.5) * (real)0.39894228040143268;
}

/* Its share below x: erfc(-x / sqrt 2) / 2; with z = |x| / sqrt 2, erfc(z) = e^(-z^2) t p(t), t = 1 / (1 + z / 2). */
static inline real normal_share(real x)
{
    if (!IS_FLOAT)
        return (real)(0.5 * erfc(-0.70710678118654752 * (double)x));
    float t = 1 / (1 + 0.353553391F * (float)magnitude(x)), p = -0.0592777944F;
    p = p * t + 0.285594777F;
    p = p * t - 0.489313333F;
    p = p * t + 0.280486867F;
    p = p * t - 0.0282935866F;
    p = p * t + 0.203392851F;
    p = p * t + 0.24292533F;
    p = p * t + 0.282399823F;
    p = p * t + 0.282085022F;
    real tail = exponential(x * x * (real)-0.5) * (real)(0.5F * t * p);
    return x > 0 ? 1 - tail : tail;
}

#endif
