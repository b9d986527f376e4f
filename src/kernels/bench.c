/*
 * How fast kernels are: each way of each on shapes of real networks, for every instruction set that the machine has.
 * A rate is the best of several rounds, for other work on the machine can only slow it down. The plain loops (`ref`)
 * are timed with an eighth of the batch.
 */
#include "kernels/bench.h"

#include <cradle/kernels.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include "base/context.h"

enum {
    ROUNDS = 3, /* at least */
    FEW = 16    /* samples, more than any way insists on */
};

static const double round_seconds = 2e-3;

struct bench {
    struct cr_context *context;
    const struct cr_kernel_bench_options *options;
    double seconds; /* for one rate */
    struct cr_bench_memory memory;
    cr_kernel_row_function *tell;
    void *user;
    int64_t rows;
};

/* ----------------------------------------------------------------------------------------------------------- timing */

/* A thread always gets the same parts: what it needs is then often in its own cache still. */
static void execute(const struct cr_kernel *kernel, const void *args, void *shared, char *scratch, size_t scratch_size,
                    int threads)
{
#pragma omp parallel num_threads(threads)
    for (int phase = 0; phase < CR_PHASES && kernel->phases[phase].parts; phase++) {
        int64_t parts = kernel->phases[phase].parts(args);
        char *own = scratch + (size_t)omp_get_thread_num() * scratch_size;
#pragma omp for schedule(static)
        for (int64_t part = 0; part < parts; part++)
            kernel->phases[phase].run(&(struct cr_work){args, part, shared, own});
    }
}

/* Seconds of one run. */
static double best_of(const struct bench *bench, const struct cr_kernel *kernel, const void *args, void *shared,
                      char *scratch, size_t scratch_size)
{
    int threads = cr_context_threads(bench->context);
    double began = cr_clock();
    execute(kernel, args, shared, scratch, scratch_size, threads);
    double best = cr_clock() - began;
    int runs = (int)fmin(1e5, ceil(round_seconds / best));
    for (int round = 0; round < ROUNDS || cr_clock() - began < bench->seconds; round++) {
        double start = cr_clock();
        for (int run = 0; run < runs; run++)
            execute(kernel, args, shared, scratch, scratch_size, threads);
        best = fmin(best, (cr_clock() - start) / runs);
    }
    return best;
}

static enum cr_status measure(const struct bench *bench, const struct cr_kernel *kernel, const void *args,
                              double *seconds, struct cr_error *err)
{
    size_t scratch_size = kernel->scratch ? (kernel->scratch(args) + 63) / 64 * 64 : 0;
    size_t shared_size = kernel->shared ? kernel->shared(args) : 0;
    char *shared = cr_block_alloc(bench->context, shared_size + 1);
    char *scratch = cr_block_alloc(bench->context, scratch_size * (size_t)cr_context_threads(bench->context) + 1);
    enum cr_status status = shared && scratch ? CR_OK : cr_fail_memory(err);
    if (status == CR_OK) {
        memset(shared, 0, shared_size);
        *seconds = best_of(bench, kernel, args, shared, scratch, scratch_size);
    }
    cr_block_free(bench->context, shared);
    cr_block_free(bench->context, scratch);
    return status;
}

/* ------------------------------------------------------------------------------------------------------------- rows */

/* The table's own kernel (way 0), or another way of it; NULL: there are no more. */
static const struct cr_kernel *kernel_of(const struct cr_kernels *kernels, const struct cr_bench_kernel *kernel,
                                         int number)
{
    if (number == 0)
        return (const struct cr_kernel *)((const char *)kernels + kernel->place);
    for (const struct cr_way *way = kernels->ways; way && way->kernel; way++)
        if (way->place == kernel->place && --number == 0)
            return way->kernel;
    return NULL;
}

static enum cr_status make(struct bench *bench, const struct cr_bench_kernel *kernel,
                           const struct cr_bench_shape *shape, union cr_bench_args *args, double *work,
                           struct cr_error *err)
{
    *work = kernel->make(&bench->memory, args, shape);
    return bench->memory.failed ? cr_fail_memory(err) : CR_OK;
}

/* Operations or bytes a second; 0 where this way does not take the shape. */
static enum cr_status rate_of(struct bench *bench, const struct cr_bench_kernel *kernel, int way, const char *cpu,
                              const struct cr_bench_shape *shape, struct cr_kernel_rate *rate, struct cr_error *err)
{
    struct cr_kernels kernels;
    union cr_bench_args args;
    double work, seconds = 1;
    CR_TRY(cr_kernels_choose(&kernels, cpu, CR_F32, err));
    const struct cr_kernel *one = kernel_of(&kernels, kernel, way);
    *rate = (struct cr_kernel_rate){.cpu = cpu};
    enum cr_status status = make(bench, kernel, shape, &args, &work, err);
    if (status == CR_OK && (!one->takes || one->takes(&args))) {
        status = measure(bench, one, &args, &seconds, err);
        rate->rate = work / seconds;
        rate->chosen = cr_kernel_best(&kernels, kernel_of(&kernels, kernel, 0), &args) == one;
    }
    cr_bench_release(&bench->memory);
    return status;
}

static enum cr_status tell_row(struct bench *bench, const struct cr_bench_kernel *kernel,
                               const struct cr_bench_shape *shape, int way, const char *name, struct cr_error *err)
{
    struct cr_bench_shape small = *shape;
    struct cr_kernel_rate ref;
    struct cr_kernel_row row = {.kernel = kernel->name,
                                .way = name           ? name
                                       : kernel->kind ? kernel->kind
                                                      : "",
                                .shape = shape->name,
                                .product = kernel->product};
    small.batch = (shape->batch + 7) / 8;
    CR_TRY(rate_of(bench, kernel, 0, cr_cpu_names()[0], &small, &ref, err));
    row.ref = ref.rate;
    for (const char *const *cpu = cr_cpu_names() + 1; *cpu; cpu++)
        if (cr_cpu_available(*cpu))
            CR_TRY(rate_of(bench, kernel, way, *cpu, shape, &row.rates[row.cpus++], err));
    bench->tell(bench->user, &row);
    return CR_OK;
}

/* Whether a way of the best instruction set takes the shape; with at most FEW samples, for the memory's sake. */
static enum cr_status takes(struct bench *bench, const struct cr_bench_kernel *kernel,
                            const struct cr_bench_shape *shape, const struct cr_kernel *one, bool *yes,
                            struct cr_error *err)
{
    struct cr_bench_shape small = *shape;
    union cr_bench_args args;
    double work;
    small.batch = shape->batch < FEW ? shape->batch : FEW;
    enum cr_status status = make(bench, kernel, &small, &args, &work, err);
    *yes = status == CR_OK && (!one->takes || one->takes(&args));
    cr_bench_release(&bench->memory);
    return status;
}

/* Counts the rows that are asked for, or measures and tells them. */
static enum cr_status walk(struct bench *bench, bool counting, struct cr_error *err)
{
    const char *part = bench->options->kernel ? bench->options->kernel : "";
    struct cr_kernels kernels;
    const struct cr_kernel *one;
    bool yes;
    CR_TRY(cr_kernels_choose(&kernels, NULL, CR_F32, err));
    for (const struct cr_bench_kernel *kernel = cr_bench_kernels; kernel->name; kernel++)
        for (const struct cr_bench_shape *shape = kernel->shapes; shape->name; shape++) {
            if (!strstr(kernel->name, part))
                continue;
            for (int way = 0; (one = kernel_of(&kernels, kernel, way)); way++) {
                CR_TRY(takes(bench, kernel, shape, one, &yes, err));
                bench->rows += yes && counting;
                if (yes && !counting)
                    CR_TRY(tell_row(bench, kernel, shape, way, one->way, err));
            }
        }
    return CR_OK;
}

static enum cr_status refuse(const char *part, struct cr_error *err)
{
    char names[800] = "";
    const char *before = "";
    for (const struct cr_bench_kernel *kernel = cr_bench_kernels; kernel->name; kernel++)
        if (strcmp(kernel->name, before) != 0) {
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", kernel->name);
            before = kernel->name;
        }
    return cr_fail(err, CR_ERROR_ARGUMENT, "no kernel's name has '%s' in it; there are: %s", part, names);
}

enum cr_status cr_kernel_bench(struct cr_context *context, const struct cr_kernel_bench_options *options,
                               cr_kernel_row_function *tell, void *user, struct cr_error *err)
{
    struct bench bench = {
        .context = context, .options = options, .memory = {.context = context}, .tell = tell, .user = user};
    int cpus = 1; /* ref */
    for (const char *const *cpu = cr_cpu_names() + 1; *cpu; cpu++)
        cpus += cr_cpu_available(*cpu);
    CR_TRY(walk(&bench, true, err));
    if (bench.rows == 0)
        return refuse(options->kernel, err);
    bench.seconds = options->seconds / (double)(bench.rows * cpus);
    return walk(&bench, false, err);
}
