/*
 * What the machine can do at most: multiply-adds that wait for nothing, and a pass over more memory than its caches
 * hold. Best of several rounds, for other work on the machine can only slow it down.
 *
 * A multiply-add takes 4 cycles and two may begin in each: 12 sums that do not depend on each other keep both busy.
 */
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include "base/context.h"
#include "kernels/kernels.h"

enum { SUMS = 12, ROUNDS = 20, CHAIN = 100000, NUMBERS = 1 << 24, BLOCKS = 1 << 10 };

/* sum = sum * factor + term, CHAIN times each; the operations are counted in *operations. */
#define DEFINE_CHAINS(name, bytes, features)                                                         \
    features static void name(double *operations)                                                    \
    {                                                                                                \
        typedef float vector __attribute__((vector_size(bytes)));                                    \
        volatile float start = 0.5F;                                                                 \
        vector sum[SUMS], factor = (vector){0} + start, term = (vector){0} + start;                  \
        _Pragma("GCC unroll 12") for (int i = 0; i < SUMS; i++) sum[i] = (vector){0} + (float)i;     \
        for (int k = 0; k < CHAIN; k++)                                                              \
            _Pragma("GCC unroll 12") for (int i = 0; i < SUMS; i++) sum[i] = sum[i] * factor + term; \
        for (int i = 1; i < SUMS; i++)                                                               \
            sum[0] += sum[i];                                                                        \
        start = sum[0][0];                                                                           \
        *operations += 2.0 * SUMS * (bytes) / sizeof(float) * CHAIN;                                 \
    }
DEFINE_CHAINS(chains_narrow, 16, )
#if defined(__x86_64__)
DEFINE_CHAINS(chains_avx2, 32, __attribute__((target("avx2,fma"))))
DEFINE_CHAINS(chains_avx512, 64, __attribute__((target("avx512f"))))
#endif

/* Each thread is timed by itself: one that has to wait for its turn does not spoil the others' rounds. */
static double best_rate(void (*chains)(double *operations))
{
    double best = 0;

    for (int round = 0; round < ROUNDS; round++) {
        double operations = 0, began = cr_clock();
        chains(&operations);
        double rate = operations / (cr_clock() - began);
        best = rate > best ? rate : best;
    }
    return best;
}

double cr_cpu_peak(const char *name, int threads)
{
    void (*chains)(double *operations) = chains_narrow;
    double sum = 0;

#if defined(__x86_64__)
    if (strcmp(name, "avx2") == 0)
        chains = chains_avx2;
    if (strcmp(name, "avx512") == 0)
        chains = chains_avx512;
#endif
    if (threads == 1)
        return best_rate(chains);
#pragma omp parallel num_threads(threads) reduction(+ : sum)
    sum += best_rate(chains);
    return sum;
}

static void scale(float *restrict y, const float *restrict x, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        y[i] = 0.5F * x[i];
}

/* Without OpenMP where one thread is enough: it would allocate, and ends the program where it cannot. */
static void scale_all(float *y, const float *x, int threads)
{
    if (threads == 1) {
        scale(y, x, NUMBERS);
        return;
    }
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < BLOCKS; i++)
        scale(y + i * (NUMBERS / BLOCKS), x + i * (NUMBERS / BLOCKS), NUMBERS / BLOCKS);
}

double cr_cpu_bandwidth(int threads)
{
    float *x = calloc(NUMBERS, sizeof *x), *y = malloc(NUMBERS * sizeof *y);
    double best = 0;

    for (int round = 0; x && y && round <= ROUNDS; round++) {
        double began = cr_clock();
        scale_all(y, x, threads);
        double rate = 2.0 * NUMBERS * sizeof *x / (cr_clock() - began);
        /* In the first round pages are touched for the first time. */
        best = round > 0 && rate > best ? rate : best;
    }
    free(x);
    free(y);
    return best;
}
