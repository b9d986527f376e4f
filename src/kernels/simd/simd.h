/*
 * What the files of simd/ share. Each is compiled once for each instruction set (CR_ISA = baseline, avx2, avx512,
 * neon); the kernel `conv_forward` is called cr_simd_conv_forward_avx2 and so on. overrides.def lists those that exist.
 */
#ifndef CR_KERNELS_SIMD_SIMD_H
#define CR_KERNELS_SIMD_SIMD_H

#include "kernels/kernels.h"
#include "kernels/parts.h"

#define CR_NAME(name)              CR_NAME_OF(name, CR_ISA)
#define CR_NAME_OF(name, suffix)   CR_NAME_JOIN(name, suffix)
#define CR_NAME_JOIN(name, suffix) cr_simd_##name##_##suffix

#define CR_OVERRIDE(name) extern const struct cr_kernel CR_NAME(name);
#include "kernels/simd/overrides.def"
#undef CR_OVERRIDE
#define CR_WAY(entry, name) extern const struct cr_kernel CR_NAME(name);
#include "kernels/simd/ways.def"
#undef CR_WAY

/* Puts the overrides into a table that ref/ has filled. */
void CR_NAME(table)(struct cr_kernels *kernels);

static inline int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Floats rounded up to whole 64 bytes, so that the next block is aligned. */
static inline int64_t aligned(int64_t floats)
{
    return (floats + 15) / 16 * 16;
}

#endif
