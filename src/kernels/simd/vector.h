/*
 * The vector of each instruction set and the tile of sums that its registers hold.
 *
 * A vector is exactly one register wide: a wider type falls apart into memory accesses. A tile is ROWS x VECTORS
 * vectors; with the VECTORS that are multiplied and one broadcast number it must fit into the registers, else the
 * compiler spills.
 *
 *               registers       tile     sums   needed to hide the latency of a multiply-add: 8 to 10
 *     AVX-512   32 x 16 floats  8 x 2    16
 *     AVX2      16 x 8          6 x 2    12
 *     NEON      32 x 4          8 x 2    16
 *     SSE2      16 x 4          4 x 2    8      a multiplication needs one more register than a multiply-add
 */
#ifndef CR_KERNELS_SIMD_VECTOR_H
#define CR_KERNELS_SIMD_VECTOR_H

#include <stdint.h>

#if defined(__AVX512F__)
enum { LANES = 16, ROWS = 8 };
#elif defined(__AVX2__)
enum { LANES = 8, ROWS = 6 };
#elif defined(__aarch64__)
enum { LANES = 4, ROWS = 8 };
#else
enum { LANES = 4, ROWS = 4 };
#endif

enum {
    VECTORS = 2,
    WIDTH = VECTORS * LANES, /* columns of a tile */
};

typedef float vector __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t vector_mask __attribute__((vector_size(LANES * sizeof(float)))); /* of comparisons: -1 or 0 */
typedef float loose_vector __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

/* Every loop over a tile must be unrolled to the end: its vectors then live in registers. */
#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 64")
#endif

/* What has constants for arguments, and must become part of each of its callers. */
#define INLINE static inline __attribute__((always_inline))

static inline vector load(const float *from)
{
    return *(const loose_vector *)from;
}

static inline void store(float *to, vector value)
{
    *(loose_vector *)to = value;
}

/* a[0] b[0] a[1] b[1] ..., of the first and of the second half */
#if defined(__AVX512F__)
#define FIRST  0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define SECOND 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif defined(__AVX2__)
#define FIRST  0, 8, 1, 9, 2, 10, 3, 11
#define SECOND 4, 12, 5, 13, 6, 14, 7, 15
#else
#define FIRST  0, 4, 1, 5
#define SECOND 2, 6, 3, 7
#endif

static inline vector interleave_first(vector a, vector b)
{
    return __builtin_shufflevector(a, b, FIRST);
}

static inline vector interleave_second(vector a, vector b)
{
    return __builtin_shufflevector(a, b, SECOND);
}

#endif
