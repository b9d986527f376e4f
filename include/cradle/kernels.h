/*
 * cradle/kernels.h - the instruction sets that this build and this machine can use.
 */
#ifndef CRADLE_KERNELS_H
#define CRADLE_KERNELS_H

#include <cradle/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cr_dtype { CR_F32, CR_F64, CR_U8, CR_I32 };

/* Bytes of one number. */
CR_API size_t cr_dtype_size(enum cr_dtype dtype);

/* Names in the order of preference, the best last; ends in NULL: "ref", "baseline", "avx2", "avx512". */
CR_API const char *const *cr_cpu_names(void);
/* Whether this build and this machine can run it. */
CR_API bool cr_cpu_available(const char *name);
/* The best that is available. */
CR_API const char *cr_cpu_best(void);

#ifdef __cplusplus
}
#endif
#endif
