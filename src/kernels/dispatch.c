/*
 * Which instruction sets there are, which of them this build and this machine have, and the table for each: the loops
 * of ref/ compiled for it, then what simd/ overrides.
 */
#include <assert.h>
#include <string.h>

#include "kernels/kernels.h"

/* Defined by ref/table.c and simd/table.c, which are compiled once for each. */
void cr_ref_table_f32(struct cr_kernels *kernels);
void cr_ref_table_f64(struct cr_kernels *kernels);
void cr_ref_table_baseline(struct cr_kernels *kernels);
void cr_ref_table_avx2(struct cr_kernels *kernels);
void cr_ref_table_avx512(struct cr_kernels *kernels);
void cr_ref_table_neon(struct cr_kernels *kernels);
void cr_simd_table_baseline(struct cr_kernels *kernels);
void cr_simd_table_avx2(struct cr_kernels *kernels);
void cr_simd_table_avx512(struct cr_kernels *kernels);
void cr_simd_table_neon(struct cr_kernels *kernels);

static bool always(void)
{
    return true;
}

/* The compiler's run-time check includes whether the operating system saves the registers. */
#if defined(CR_HAVE_AVX2)
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

#if defined(CR_HAVE_AVX512)
static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma");
}
#endif

/*
 * In the order of `names`; without `available` it is not in this build. Every 64-bit ARM has NEON, so there it is the
 * baseline too, and compiled once.
 */
static const struct cpu {
    bool (*available)(void);
    void (*ref)(struct cr_kernels *kernels);
    void (*simd)(struct cr_kernels *kernels);
} cpus[] = {
    {always, cr_ref_table_f32, NULL},
#if defined(CR_HAVE_NEON)
    {always, cr_ref_table_neon, cr_simd_table_neon},
#else
    {always, cr_ref_table_baseline, cr_simd_table_baseline},
#endif
#if defined(CR_HAVE_AVX2)
    {has_avx2, cr_ref_table_avx2, cr_simd_table_avx2},
#else
    {NULL, NULL, NULL},
#endif
#if defined(CR_HAVE_AVX512)
    {has_avx512, cr_ref_table_avx512, cr_simd_table_avx512},
#else
    {NULL, NULL, NULL},
#endif
#if defined(CR_HAVE_NEON)
    {always, cr_ref_table_neon, cr_simd_table_neon},
#else
    {NULL, NULL, NULL},
#endif
};

static const char *const names[] = {"ref", "baseline", "avx2", "avx512", "neon", NULL};

enum { CPUS = sizeof cpus / sizeof *cpus };

static int find(const char *name)
{
    for (int i = 0; i < CPUS; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return CPUS;
}

static bool available(int i)
{
    return i < CPUS && cpus[i].available && cpus[i].available();
}

const char *const *cr_cpu_names(void)
{
    return names;
}

bool cr_cpu_available(const char *name)
{
    return available(find(name));
}

const char *cr_cpu_best(void)
{
    int best = CPUS - 1;
    while (!available(best))
        best--;
    return names[best];
}

static enum cr_status refuse(const char *name, struct cr_error *err)
{
    char have[64] = "";
    for (int i = 0; i < CPUS; i++)
        if (available(i))
            strcat(strcat(have, *have ? ", " : ""), names[i]);
    if (find(name) == CPUS)
        return cr_fail(err, CR_ERROR_ARGUMENT, "cpu '%s' is not known; this machine has %s", name, have);
    return cr_fail(err, CR_ERROR_UNSUPPORTED, "cpu '%s' is not in this %s; it has %s", name,
                   cpus[find(name)].available ? "machine" : "build", have);
}

enum cr_status cr_kernels_choose(struct cr_kernels *kernels, const char *cpu, enum cr_dtype dtype, struct cr_error *err)
{
    assert(dtype == CR_F32 || dtype == CR_F64);
    int i = find(cpu ? cpu : cr_cpu_best());
    if (!available(i))
        return refuse(cpu, err);
    kernels->ways = NULL;
    if (dtype == CR_F64) {
        cr_ref_table_f64(kernels);
        kernels->name = names[0];
        return CR_OK;
    }
    cpus[i].ref(kernels);
    if (cpus[i].simd)
        cpus[i].simd(kernels);
    kernels->name = names[i];
    return CR_OK;
}

static double cost(const struct cr_kernel *kernel, const void *args)
{
    return kernel->cost ? kernel->cost(args) : 0;
}

const struct cr_kernel *cr_kernel_best(const struct cr_kernels *kernels, const struct cr_kernel *kernel,
                                       const void *args)
{
    const struct cr_kernel *best = kernel;
    for (const struct cr_way *way = kernels->ways; way && way->kernel; way++)
        if ((const char *)kernel == (const char *)kernels + way->place && way->kernel->takes(args) &&
            cost(way->kernel, args) < cost(best, args))
            best = way->kernel;
    return best;
}

const char *cr_kernel_name(const struct cr_kernels *kernels, const struct cr_kernel *kernel)
{
#define CR_KERNEL(name, args)     \
    if (kernel == &kernels->name) \
        return #name;
#include "kernels/kernels.def"
#undef CR_KERNEL
    return "";
}
