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

/* ------------------------------------------------------------------------------------------------ how fast they are */

#define CR_CPUS_MAX 8

/* One way of a kernel on one shape, with the context's threads. */
struct cr_kernel_row {
    const char *kernel; /* "conv_forward" */
    const char *way;    /* "winograd 4x4", or of its kinds this one, "gelu"; "" where there is one only */
    const char *shape;
    bool product; /* rates are float operations a second, a multiply-add is two; else bytes a second */
    double ref;   /* of the plain loops */
    int cpus;
    struct cr_kernel_rate {
        const char *cpu;
        double rate; /* 0: this instruction set has no such way for the shape */
        bool chosen; /* a plan would take this way */
    } rates[CR_CPUS_MAX];
};
typedef void cr_kernel_row_function(void *user, const struct cr_kernel_row *row);

struct cr_kernel_bench_options {
    const char *kernel; /* those whose name has this in it; NULL: all */
    double seconds;     /* to measure in all; a few runs of each are made in any case */
};
/* Tells row after row, each with all the instruction sets that this machine has, in the order of cr_cpu_names. */
CR_API enum cr_status cr_kernel_bench(struct cr_context *context, const struct cr_kernel_bench_options *options,
                                      cr_kernel_row_function *tell, void *user, struct cr_error *err);

#ifdef __cplusplus
}
#endif
#endif
