/*
 * kernels [NAME [SHAPE]] - how fast each kernel is on shapes of real networks, for every instruction set that the
 * machine has, with the threads that OpenMP has. NAME picks the kernels whose name contains it, SHAPE the shapes.
 *
 * Products are given in GFLOP/s and in percent of what the instruction set's multiply-adds reach in registers; kernels
 * that only pass over memory in GB/s. The last column is the best against the plain loops (`ref`, timed with a smaller
 * batch). Best of several rounds, for other work on the machine can only slow it down.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <omp.h>

#include "base/random.h"
#include "kernels/kernels.h"

/* ----------------------------------------------------------------------------------------------------------- timing */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void *allocate(size_t bytes)
{
    void *block = aligned_alloc(64, (bytes + 127) / 64 * 64);
    if (!block) {
        fprintf(stderr, "kernels: out of memory\n");
        exit(1);
    }
    memset(block, 0, bytes);
    return block;
}

/* A thread always gets the same parts: what it needs is then often in its own cache still. */
static void execute(const struct cr_kernel *kernel, const void *args, void *shared, char *scratch, size_t scratch_size)
{
#pragma omp parallel
    for (int phase = 0; phase < CR_PHASES && kernel->phases[phase].parts; phase++) {
        int64_t parts = kernel->phases[phase].parts(args);
        char *own = scratch + (size_t)omp_get_thread_num() * scratch_size;
#pragma omp for schedule(static)
        for (int64_t part = 0; part < parts; part++)
            kernel->phases[phase].run(&(struct cr_work){args, part, shared, own});
    }
}

/* Seconds of one run. */
static double measure(const struct cr_kernel *kernel, const void *args)
{
    size_t scratch_size = kernel->scratch ? (kernel->scratch(args) + 63) / 64 * 64 : 0;
    void *shared = allocate(kernel->shared ? kernel->shared(args) : 0);
    char *scratch = allocate(scratch_size * (size_t)omp_get_max_threads());
    double begin = now(), best;
    execute(kernel, args, shared, scratch, scratch_size);
    best = now() - begin;
    int runs = (int)fmin(1e5, ceil(2e-3 / best));
    for (int round = 0; round < 25 && now() - begin < 0.4; round++) {
        double start = now();
        for (int run = 0; run < runs; run++)
            execute(kernel, args, shared, scratch, scratch_size);
        best = fmin(best, (now() - start) / runs);
    }
    free(shared);
    free(scratch);
    return best;
}

/* ----------------------------------------------------------------------------------------------------------- shapes */

/* Each `make` fills the arguments for `batch` samples and returns the operations, or the bytes, of a run. */
union args {
    struct cr_dense_args dense;
    struct cr_conv_args conv;
    struct cr_bias_args bias;
    struct cr_add_args add;
    struct cr_unary_args unary;
    struct cr_pool_args pool;
    struct cr_activation_args activation;
    struct cr_groupnorm_args groupnorm;
    struct cr_dropout_args dropout;
    struct cr_batchnorm_args batchnorm;
    struct cr_cross_entropy_args cross_entropy;
    struct cr_input_args input;
    struct cr_sgd_args sgd;
    struct cr_adam_args adam;
};

struct shape {
    const char *name;
    int64_t batch, size[7];
};

enum { BLOCKS = 16 };
static void *blocks[BLOCKS];
static int used;

/* Numbers around 0, freed by `release`. */
static float *numbers(int64_t count)
{
    float *block = blocks[used++] = allocate((size_t)count * sizeof *block);
    struct cr_random random = cr_random_at(1, CR_RANDOM_TEST, 0, (uint64_t)used);
    for (int64_t i = 0; i < count; i++)
        block[i] = (float)cr_random_u32(&random) * 0x1p-31F - 1;
    return block;
}

static void release(void)
{
    while (used)
        free(blocks[--used]);
}

static double make_dense(union args *args, const struct shape *shape)
{
    struct cr_dense_args *a = &args->dense;
    *a = (struct cr_dense_args){.batch = shape->batch, .inputs = shape->size[0], .outputs = shape->size[1]};
    a->x = numbers(a->batch * a->inputs);
    a->w = numbers(a->inputs * a->outputs);
    a->y = numbers(a->batch * a->outputs);
    return 2.0 * (double)(a->batch * a->inputs * a->outputs);
}

static const struct shape dense_shapes[] = {
    {"128x784x512", 128, {784, 512}},
    {"128x512x512", 128, {512, 512}},
    {"64x512x512", 64, {512, 512}},
    {"128x512x10", 128, {512, 10}},
    {"100x784x10", 100, {784, 10}},
    {"1x784x512", 1, {784, 512}},
    {NULL, 0, {0}},
};

/* channels, filters, side, kernel, stride, pad */
static double make_conv(union args *args, const struct shape *shape)
{
    struct cr_conv_args *a = &args->conv;
    const int64_t *size = shape->size;
    int64_t out = (size[2] + 2 * size[5] - size[3]) / size[4] + 1;
    *a = (struct cr_conv_args){.batch = shape->batch,
                               .height = size[2],
                               .width = size[2],
                               .channels = size[0],
                               .out_height = out,
                               .out_width = out,
                               .filters = size[1],
                               .kernel_height = size[3],
                               .kernel_width = size[3],
                               .stride = size[4],
                               .groups = 1,
                               .pad_top = size[5],
                               .pad_left = size[5]};
    a->x = numbers(a->batch * a->height * a->width * a->channels);
    a->w = numbers(a->kernel_height * a->kernel_width * a->channels * a->filters);
    a->y = numbers(a->batch * out * out * a->filters);
    return 2.0 * (double)(a->batch * out * out * a->filters * a->channels * a->kernel_height * a->kernel_width);
}

static const struct shape conv_shapes[] = {
    {"1->6 5x5 @28", 100, {1, 6, 28, 5, 1, 2}},          {"6->16 5x5 @14", 100, {6, 16, 14, 5, 1, 0}},
    {"1->32 5x5 @28", 100, {1, 32, 28, 5, 1, 0}},        {"32->64 5x5 @12", 100, {32, 64, 12, 5, 1, 0}},
    {"3->32 3x3 @32", 128, {3, 32, 32, 3, 1, 1}},        {"3->16 3x3 @32", 128, {3, 16, 32, 3, 1, 1}},
    {"16->16 3x3 @32", 128, {16, 16, 32, 3, 1, 1}},      {"32->32 3x3 @16", 128, {32, 32, 16, 3, 1, 1}},
    {"32->64 3x3 @16", 128, {32, 64, 16, 3, 1, 1}},      {"64->64 3x3 @8", 128, {64, 64, 8, 3, 1, 1}},
    {"64->128 3x3 @8", 128, {64, 128, 8, 3, 1, 1}},      {"32->32 3x3 @32", 128, {32, 32, 32, 3, 1, 1}},
    {"64->64 3x3 @16", 128, {64, 64, 16, 3, 1, 1}},      {"128->128 3x3 @16", 128, {128, 128, 16, 3, 1, 1}},
    {"128->128 3x3 @8", 128, {128, 128, 8, 3, 1, 1}},    {"256->256 3x3 @8", 128, {256, 256, 8, 3, 1, 1}},
    {"512->512 3x3 @4", 128, {512, 512, 4, 3, 1, 1}},    {"16->32 3x3 @32 /2", 128, {16, 32, 32, 3, 2, 1}},
    {"64->128 1x1 @16 /2", 128, {64, 128, 16, 1, 2, 0}}, {NULL, 0, {0}},
};

/* pixels, channels */
static const struct shape map_shapes[] = {
    {"128x32x32x16", 128, {1024, 16}},
    {"128x16x16x64", 128, {256, 64}},
    {"100x24x24x6", 100, {576, 6}},
    {"128x512", 128, {1, 512}},
    {NULL, 0, {0}},
};

static const struct shape pool_shapes[] = {
    {"128x32x32x16", 128, {1024, 16}},
    {"128x16x16x64", 128, {256, 64}},
    {"100x24x24x6", 100, {576, 6}},
    {NULL, 0, {0}},
};

static double make_bias(union args *args, const struct shape *shape)
{
    struct cr_bias_args *a = &args->bias;
    *a = (struct cr_bias_args){.batch = shape->batch, .pixels = shape->size[0], .channels = shape->size[1]};
    int64_t count = a->batch * a->pixels * a->channels;
    a->x = numbers(count);
    a->b = numbers(a->channels);
    a->y = numbers(count);
    return 8.0 * (double)count;
}

static double make_bias_sum(union args *args, const struct shape *shape)
{
    return make_bias(args, shape) / 2;
}

static double make_add(union args *args, const struct shape *shape)
{
    struct cr_add_args *a = &args->add;
    *a = (struct cr_add_args){.batch = shape->batch, .size = shape->size[0] * shape->size[1]};
    int64_t count = a->batch * a->size;
    a->a = numbers(count);
    a->b = numbers(count);
    a->y = numbers(count);
    return 12.0 * (double)count;
}

static double make_unary(union args *args, const struct shape *shape)
{
    struct cr_unary_args *a = &args->unary;
    *a = (struct cr_unary_args){.batch = shape->batch, .size = shape->size[0] * shape->size[1]};
    int64_t count = a->batch * a->size;
    a->x = a->y = numbers(count);
    a->dy = numbers(count);
    a->dx = numbers(count);
    return 8.0 * (double)count;
}

static double make_pool(union args *args, const struct shape *shape)
{
    struct cr_pool_args *a = &args->pool;
    int64_t side = (int64_t)sqrt((double)shape->size[0]) / 2 * 2;
    *a = (struct cr_pool_args){.batch = shape->batch,
                               .height = side,
                               .width = side,
                               .channels = shape->size[1],
                               .out_height = side / 2,
                               .out_width = side / 2,
                               .kernel_height = 2,
                               .kernel_width = 2,
                               .stride = 2};
    int64_t count = a->batch * side * side * a->channels;
    a->x = a->dx = numbers(count);
    a->y = numbers(count / 4);
    a->dy = a->y;
    a->index = (int32_t *)numbers(count / 4);
    return 6.0 * (double)count;
}

static double make_activation(union args *args, const struct shape *shape, enum cr_activation kind)
{
    struct cr_activation_args *a = &args->activation;
    *a = (struct cr_activation_args){
        .batch = shape->batch, .size = shape->size[0] * shape->size[1], .kind = kind, .parameter = 0.1};
    int64_t count = a->batch * a->size;
    a->x = numbers(count);
    a->y = numbers(count);
    a->dy = a->x;
    a->dx = a->y;
    return 8.0 * (double)count;
}

/* Two that stand for the others: without an exponential, and with the dearest. */
static double make_leaky_relu(union args *args, const struct shape *shape)
{
    return make_activation(args, shape, CR_ACTIVATION_leaky_relu);
}

static double make_gelu(union args *args, const struct shape *shape)
{
    return make_activation(args, shape, CR_ACTIVATION_gelu);
}

/* In eight groups where the channels can be, else in one. */
static double make_groupnorm(union args *args, const struct shape *shape)
{
    struct cr_groupnorm_args *a = &args->groupnorm;
    *a = (struct cr_groupnorm_args){
        .batch = shape->batch, .pixels = shape->size[0], .channels = shape->size[1], .epsilon = 1e-5};
    a->groups = a->channels % 8 == 0 ? 8 : 1;
    int64_t count = a->batch * a->pixels * a->channels;
    a->x = numbers(count);
    a->y = numbers(count);
    a->dy = a->y;
    a->dx = numbers(count);
    a->scale = numbers(a->channels);
    a->shift = numbers(a->channels);
    a->mean = numbers(a->batch * a->groups);
    a->inverse = numbers(a->batch * a->groups);
    a->dscale = numbers(a->channels);
    a->dshift = numbers(a->channels);
    return 12.0 * (double)count; /* read twice, written once */
}

static double make_dropout(union args *args, const struct shape *shape)
{
    static const struct cr_step_key key = {1, 2};
    struct cr_dropout_args *a = &args->dropout;
    *a = (struct cr_dropout_args){
        .batch = shape->batch, .size = shape->size[0] * shape->size[1], .rate = 0.5, .key = &key};
    int64_t count = a->batch * a->size;
    a->x = numbers(count);
    a->y = numbers(count);
    return 8.0 * (double)count;
}

static double make_batchnorm(union args *args, const struct shape *shape)
{
    struct cr_batchnorm_args *a = &args->batchnorm;
    *a = (struct cr_batchnorm_args){
        .batch = shape->batch, .pixels = shape->size[0], .channels = shape->size[1], .momentum = 0.1, .epsilon = 1e-5};
    int64_t count = a->batch * a->pixels * a->channels;
    a->x = numbers(count);
    a->y = numbers(count);
    a->dy = a->y;
    a->dx = numbers(count);
    a->scale = numbers(a->channels);
    a->shift = numbers(a->channels);
    a->mean = numbers(a->channels);
    a->inverse = numbers(a->channels);
    a->running_mean = numbers(a->channels);
    a->running_variance = numbers(a->channels);
    a->dscale = numbers(a->channels);
    a->dshift = numbers(a->channels);
    return 12.0 * (double)count; /* read twice, written once */
}

static double make_input(union args *args, const struct shape *shape)
{
    static const void *pointer;
    struct cr_input_args *a = &args->input;
    *a = (struct cr_input_args){.batch = shape->batch,
                                .pixels = shape->size[0],
                                .channels = shape->size[1],
                                .bytes = true,
                                .scale = 1 / 255.0,
                                .x = &pointer};
    int64_t count = a->batch * a->pixels * a->channels;
    pointer = numbers(count);
    a->mean = numbers(a->channels);
    a->deviation = numbers(a->channels);
    a->y = numbers(count);
    return 5.0 * (double)count;
}

static const struct shape input_shapes[] = {
    {"128x28x28x1", 128, {784, 1}},
    {"128x32x32x3", 128, {1024, 3}},
    {NULL, 0, {0}},
};

static double make_cross_entropy(union args *args, const struct shape *shape)
{
    struct cr_cross_entropy_args *a = &args->cross_entropy;
    *a = (struct cr_cross_entropy_args){.batch = shape->batch, .classes = shape->size[0]};
    int64_t count = a->batch * a->classes;
    a->x = numbers(count);
    a->labels = memset(numbers(a->batch), 0, (size_t)a->batch * sizeof *a->labels);
    a->p = numbers(count);
    a->loss = numbers(a->batch);
    a->dloss = a->loss;
    a->dx = numbers(count);
    return 8.0 * (double)count;
}

static const struct shape class_shapes[] = {
    {"128x10", 128, {10}},
    {"128x1000", 128, {1000}},
    {NULL, 0, {0}},
};

static double make_sgd(union args *args, const struct shape *shape)
{
    static const struct cr_sgd_rates rates = {.lr = 0.1, .momentum = 0.9, .decay = 1e-4};
    struct cr_sgd_args *a = &args->sgd;
    *a = (struct cr_sgd_args){.batch = 1, .count = shape->size[0], .decayed = shape->size[0], .rates = &rates};
    a->w = numbers(a->count);
    a->m = numbers(a->count);
    a->g = numbers(a->count);
    return 20.0 * (double)a->count;
}

static double make_adam(union args *args, const struct shape *shape)
{
    static const struct cr_adam_rates rates = {
        .lr = 0.1, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .correction1 = 0.5, .correction2 = 0.5};
    struct cr_adam_args *a = &args->adam;
    *a = (struct cr_adam_args){.batch = 1, .count = shape->size[0], .rates = &rates};
    a->w = numbers(a->count);
    a->m = numbers(a->count);
    a->v = numbers(a->count);
    a->g = numbers(a->count);
    memset(a->v, 0, (size_t)a->count * sizeof(float));
    return 28.0 * (double)a->count;
}

static const struct shape parameter_shapes[] = {
    {"670,000", 1, {670000}},
    {"6,600,000", 1, {6600000}},
    {NULL, 0, {0}},
};

static const struct bench {
    const char *name;
    size_t place; /* in struct cr_kernels */
    const struct shape *shapes;
    double (*make)(union args *args, const struct shape *shape);
    bool products;
} benches[] = {
#define BENCH(name, ...)                                      \
    {                                                         \
#name, offsetof(struct cr_kernels, name), __VA_ARGS__ \
    }
    BENCH(dense_forward, dense_shapes, make_dense, true),
    BENCH(dense_backward_data, dense_shapes, make_dense, true),
    BENCH(dense_backward_weights, dense_shapes, make_dense, true),
    BENCH(conv_forward, conv_shapes, make_conv, true),
    BENCH(conv_backward_data, conv_shapes, make_conv, true),
    BENCH(conv_backward_weights, conv_shapes, make_conv, true),
    BENCH(input, input_shapes, make_input, false),
    BENCH(bias_forward, map_shapes, make_bias, false),
    BENCH(bias_backward, map_shapes, make_bias_sum, false),
    BENCH(add, map_shapes, make_add, false),
    BENCH(relu_forward, map_shapes, make_unary, false),
    BENCH(relu_backward, map_shapes, make_unary, false),
    BENCH(maxpool_forward, pool_shapes, make_pool, false),
    BENCH(maxpool_backward, pool_shapes, make_pool, false),
    BENCH(avgpool_forward, pool_shapes, make_pool, false),
    BENCH(avgpool_backward, pool_shapes, make_pool, false),
    BENCH(activation_forward, map_shapes, make_leaky_relu, false),
    BENCH(activation_backward, map_shapes, make_leaky_relu, false),
    BENCH(activation_forward, map_shapes, make_gelu, false),
    BENCH(activation_backward, map_shapes, make_gelu, false),
    BENCH(groupnorm_forward, map_shapes, make_groupnorm, false),
    BENCH(groupnorm_backward, map_shapes, make_groupnorm, false),
    BENCH(dropout, map_shapes, make_dropout, false),
    BENCH(batchnorm_train, map_shapes, make_batchnorm, false),
    BENCH(batchnorm_backward, map_shapes, make_batchnorm, false),
    BENCH(cross_entropy_forward, class_shapes, make_cross_entropy, false),
    BENCH(sgd, parameter_shapes, make_sgd, false),
    BENCH(adam, parameter_shapes, make_adam, false),
#undef BENCH
};

/* ------------------------------------------------------------------------------------------------------------- main */

/* The table's own kernel (way 0), or another way of it; NULL: there are no more. */
static const struct cr_kernel *kernel_of(const struct cr_kernels *kernels, const struct bench *bench, int number)
{
    if (number == 0)
        return (const struct cr_kernel *)((const char *)kernels + bench->place);
    for (const struct cr_way *way = kernels->ways; way && way->kernel; way++)
        if (way->place == bench->place && --number == 0)
            return way->kernel;
    return NULL;
}

/* Operations or bytes a second; 0: this way does not take the shape. */
static double rate(const struct bench *bench, const char *cpu, int way, const struct shape *shape, bool *chosen)
{
    struct cr_kernels kernels;
    union args args;
    double rate = 0;
    if (cr_kernels_choose(&kernels, cpu, CR_F32, NULL) != CR_OK)
        return 0;
    double work = bench->make(&args, shape);
    const struct cr_kernel *kernel = kernel_of(&kernels, bench, way);
    if (!kernel->takes || kernel->takes(&args))
        rate = work / measure(kernel, &args);
    *chosen = cr_kernel_best(&kernels, kernel_of(&kernels, bench, 0), &args) == kernel;
    release();
    return rate;
}

/* A row for each way; a star is beside those that the plan would take. */
static void print(const struct bench *bench, const struct shape *shape, int way, const char *name, double ref,
                  const double *peaks)
{
    char title[64];
    double best = 0;
    snprintf(title, sizeof title, "%s%s%s", bench->name, name ? ", " : "", name ? name : "");
    printf("%-36s %-20s %8.1f", title, shape->name, ref / 1e9);
    for (int i = 1; cr_cpu_names()[i]; i++) {
        const char *cpu = cr_cpu_names()[i];
        bool chosen;
        if (!cr_cpu_available(cpu))
            continue;
        best = rate(bench, cpu, way, shape, &chosen);
        printf(" %9.1f", best / 1e9);
        if (bench->products)
            printf(" %3.0f%%%c", 100 * best / peaks[i], chosen ? '*' : ' ');
        else
            printf("      ");
    }
    printf(" %7.1f\n", best / ref);
    fflush(stdout);
}

static void print_ways(const struct bench *bench, const char *wanted, const double *peaks)
{
    struct cr_kernels kernels;
    const struct cr_kernel *kernel;
    bool chosen;
    if (cr_kernels_choose(&kernels, NULL, CR_F32, NULL) != CR_OK)
        return;
    for (const struct shape *shape = bench->shapes; shape->name; shape++) {
        struct shape small = *shape;
        union args args;
        if (!strstr(shape->name, wanted))
            continue;
        small.batch = (shape->batch + 7) / 8;
        double ref = rate(bench, "ref", 0, &small, &chosen);
        for (int way = 0; (kernel = kernel_of(&kernels, bench, way)); way++) {
            bench->make(&args, &small);
            bool takes = !kernel->takes || kernel->takes(&args);
            release();
            if (takes)
                print(bench, shape, way, kernel->way, ref, peaks);
        }
    }
}

int main(int argc, char **argv)
{
    double peaks[8] = {0};
    printf("%d threads; GFLOP/s and %% of the peak, or GB/s\n%-36s %-20s %8s", omp_get_max_threads(), "kernel", "shape",
           "ref");
    for (int i = 1; cr_cpu_names()[i]; i++) {
        if (!cr_cpu_available(cr_cpu_names()[i]))
            continue;
        peaks[i] = cr_cpu_peak(cr_cpu_names()[i], omp_get_max_threads());
        printf(" %9s %4.0f ", cr_cpu_names()[i], peaks[i] / 1e9);
    }
    printf(" %7s\n", "to ref");
    for (size_t i = 0; i < sizeof benches / sizeof *benches; i++)
        if (argc < 2 || strstr(benches[i].name, argv[1]))
            print_ways(&benches[i], argc > 2 ? argv[2] : "", peaks);
    return 0;
}
