/*
 * The activations of activations.def: of each its formula, and what it makes of a gradient on the way back: its
 * derivative, by what the list says, x or y, times g. `a` is the one parameter that some have. Those that bend at 0 ask
 * whether a number is <= 0, so that a NaN stays one.
 */
#ifndef CR_KERNELS_REF_ACTIVATIONS_H
#define CR_KERNELS_REF_ACTIVATIONS_H

#include "kernels/ref/math.h"

/* max(x, 0) (Nair & Hinton 2010) */
static inline real relu(real x, real a)
{
    (void)a;
    return x <= 0 ? 0 : x;
}

static inline real relu_back(real y, real g, real a)
{
    (void)a;
    return y <= 0 ? 0 : g;
}

/* x > 0 ? x : a x (Maas et al. 2013) */
static inline real leaky_relu(real x, real a)
{
    return x <= 0 ? a * x : x;
}

static inline real leaky_relu_back(real y, real g, real a)
{
    return y <= 0 ? a * g : g;
}

/* x > 0 ? x : a (e^x - 1) (Clevert et al. 2016) */
static inline real elu(real x, real a)
{
    real below = a * exponential_less_1(x > 0 ? 0 : x);
    return x > 0 ? x : below;
}

static inline real elu_back(real y, real g, real a)
{
    return y <= 0 ? (y + a) * g : g;
}

/* s elu(x) with a and s such that mean 0 and variance 1 are a fixed point (Klambauer et al. 2017) */
#define SELU_SCALE ((real)1.0507009873554804934)
#define SELU_ALPHA ((real)1.6732632423543772848)

static inline real selu(real x, real a)
{
    (void)a;
    return SELU_SCALE * elu(x, SELU_ALPHA);
}

static inline real selu_back(real y, real g, real a)
{
    (void)a;
    return (y <= 0 ? y + SELU_SCALE * SELU_ALPHA : SELU_SCALE) * g;
}

/* 1 / (1 + e^-x) */
static inline real sigmoid(real x, real a)
{
    (void)a;
    return logistic(x);
}

static inline real sigmoid_back(real y, real g, real a)
{
    (void)a;
    return y * (1 - y) * g;
}

static inline real hyperbolic_tangent(real x, real a)
{
    (void)a;
    return tangent_of_hyperbola(x);
}

static inline real hyperbolic_tangent_back(real y, real g, real a)
{
    (void)a;
    return (1 - y * y) * g;
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) (Dugas et al. 2001); its derivative 1 / (1 + e^-x) = 1 - e^-y */
static inline real softplus(real x, real a)
{
    (void)a;
    return (x <= 0 ? 0 : x) + logarithm_of_1_and(exponential(-magnitude(x)));
}

static inline real softplus_back(real y, real g, real a)
{
    (void)a;
    return -exponential_less_1(-y) * g;
}

/* x P(X <= x), X standard normal (Hendrycks & Gimpel 2016) */
static inline real gelu(real x, real a)
{
    (void)a;
    return x * normal_share(x);
}

static inline real gelu_back(real x, real g, real a)
{
    (void)a;
    return (normal_share(x) + x * normal_density(x)) * g;
}

/* Their approximation: x (1 + tanh u) / 2 = x / (1 + e^-2u), u = sqrt(2 / pi) (x + 0.044715 x^3) */
#define GELU_SLOPE ((real)1.5957691216057308) /* 2 sqrt(2 / pi) */
#define GELU_CUBIC ((real)0.044715)

static inline real gelu_tanh(real x, real a)
{
    (void)a;
    return x * logistic(GELU_SLOPE * x * (1 + GELU_CUBIC * x * x));
}

static inline real gelu_tanh_back(real x, real g, real a)
{
    (void)a;
    real s = logistic(GELU_SLOPE * x * (1 + GELU_CUBIC * x * x));
    return (s + x * s * (1 - s) * GELU_SLOPE * (1 + 3 * GELU_CUBIC * x * x)) * g;
}

/* x / (1 + e^-x) (Elfwing et al. 2018; swish: Ramachandran et al. 2017) */
static inline real silu(real x, real a)
{
    (void)a;
    return x * logistic(x);
}

static inline real silu_back(real x, real g, real a)
{
    (void)a;
    real s = logistic(x);
    return (s + x * s * (1 - s)) * g;
}

/* x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019) */
static inline real hard_swish(real x, real a)
{
    (void)a;
    real part = x < -3 ? 0 : x > 3 ? 6 : x + 3;
    return x * part * (real)(1 / 6.0);
}

static inline real hard_swish_back(real x, real g, real a)
{
    (void)a;
    return (x < -3 ? 0 : x > 3 ? 1 : (2 * x + 3) * (real)(1 / 6.0)) * g;
}

#endif
