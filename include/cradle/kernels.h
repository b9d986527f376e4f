/*
 * cradle/kernels.h - the instruction sets that this build and this machine can use.
 */
#ifndef CRADLE_KERNELS_H
#define CRADLE_KERNELS_H

#include <cradle/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cr_dtype { CR_F32, CR_F64, CR_U8, CR_I32, CR_I64 };

/* The bins of a histogram (cr_plan_histogram). */
#define CR_HISTOGRAM_BINS 64

/* Bytes of one number. */
CR_API size_t cr_dtype_size(enum cr_dtype dtype);

/* Names in the order of preference, the best last; ends in NULL: "ref", "baseline", "avx2", "avx512". */
CR_API const char *const *cr_cpu_names(void);
/* Whether this build and this machine can run it. */
CR_API bool cr_cpu_available(const char *name);
/* The best that is available. */
CR_API const char *cr_cpu_best(void);
/* What the machine can do at most, measured with `threads` threads; takes some tens of milliseconds each. */
CR_API double cr_cpu_peak(const char *name,
                          int threads);      /* float operations a second of its multiply-adds, in registers */
CR_API double cr_cpu_bandwidth(int threads); /* bytes a second, y = a x over 64 MiB each; 0 without memory */

#ifdef __cplusplus
}
#endif
#endif
