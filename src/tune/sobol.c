#include "tune/sobol.h"

/* Degree and inner coefficients of the primitive polynomial, and the first direction numbers. */
static const struct direction {
    uint8_t degree, coefficients;
    uint8_t first[7];
} directions[CR_SOBOL_MOST] = {
    {0, 0, {0}}, /* all ones: van der Corput's sequence */
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
    {7, 4, {1, 3, 7, 13, 13, 15, 69}},
};

/* v[i] = m[i] 2^(31 - i), with m by the recurrence of the polynomial (Bratley and Fox 1988). */
static void expand(const struct direction *d, uint32_t v[32])
{
    for (int i = 0; i < 32; i++) {
        if (d->degree == 0) {
            v[i] = UINT32_C(1) << (31 - i);
        } else if (i < d->degree) {
            v[i] = (uint32_t)d->first[i] << (31 - i);
        } else {
            v[i] = v[i - d->degree] ^ (v[i - d->degree] >> d->degree);
            for (int k = 1; k < d->degree; k++)
                if (d->coefficients >> (d->degree - 1 - k) & 1)
                    v[i] ^= v[i - k];
        }
    }
}

uint32_t cr_sobol(uint32_t index, int dimension)
{
    uint32_t v[32], x = 0, gray = index ^ index >> 1;
    expand(&directions[dimension], v);
    for (int bit = 0; gray >> bit && bit < 32; bit++)
        if (gray >> bit & 1)
            x ^= v[bit];
    return x;
}

static uint32_t reverse(uint32_t x)
{
    uint32_t y = 0;
    for (int bit = 0; bit < 32; bit++)
        y |= (x >> bit & 1) << (31 - bit);
    return y;
}

/* Flips each bit by a hash of those above it. */
static uint32_t owen(uint32_t x, uint32_t seed)
{
    x = reverse(x);
    x += seed;
    x ^= x * UINT32_C(0x6c50b47c);
    x ^= x * UINT32_C(0xb82f1e52);
    x ^= x * UINT32_C(0xc7afe638);
    x ^= x * UINT32_C(0x8d22f6e6);
    return reverse(x);
}

/* The finaliser of MurmurHash3 (Appleby). */
static uint32_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return (uint32_t)(x ^ x >> 33);
}

double cr_sobol_scrambled(uint32_t index, int dimension, uint64_t seed)
{
    uint32_t key = mix(seed * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)dimension + 1);
    return ((double)owen(cr_sobol(index, dimension), key) + 0.5) * 0x1p-32;
}
