/*
 * The shapes that kernels are timed on, of networks that people train, and arguments for them.
 */
#include <math.h>
#include <string.h>

#include "base/context.h"
#include "base/random.h"
#include "kernels/bench.h"

/* ----------------------------------------------------------------------------------------------------------- memory */

static void *zeros(struct cr_bench_memory *memory, int64_t count)
{
    size_t size = (size_t)count * sizeof(float);
    void *block = cr_block_alloc(memory->context, size);
    if (!block || memory->used == CR_BENCH_BLOCKS) {
        cr_block_free(memory->context, block);
        memory->failed = true;
        return NULL;
    }
    memory->blocks[memory->used++] = block;
    return memset(block, 0, size);
}

/* From -1 to 1. */
static float *numbers(struct cr_bench_memory *memory, int64_t count)
{
    float *block = zeros(memory, count);
    struct cr_random random = cr_random_at(1, CR_RANDOM_TEST, 0, (uint64_t)memory->used);
    for (int64_t i = 0; block && i < count; i++)
        block[i] = (float)cr_random_u32(&random) * 0x1p-31F - 1;
    return block;
}

void cr_bench_release(struct cr_bench_memory *memory)
{
    while (memory->used > 0)
        cr_block_free(memory->context, memory->blocks[--memory->used]);
    memory->failed = false;
}

/* -------------------------------------------------------------------------------------------------------- arguments */

static double make_dense(struct cr_bench_memory *memory, union cr_bench_args *args, const struct cr_bench_shape *shape)
{
    struct cr_dense_args *a = &args->dense;
    *a = (struct cr_dense_args){.batch = shape->batch, .inputs = shape->size[0], .outputs = shape->size[1]};
    a->x = numbers(memory, a->batch * a->inputs);
    a->w = numbers(memory, a->inputs * a->outputs);
    a->y = numbers(memory, a->batch * a->outputs);
    return 2.0 * (double)(a->batch * a->inputs * a->outputs);
}

static const struct cr_bench_shape dense_shapes[] = {
    {"128x784x512", 128, {784, 512}},
    {"128x512x512", 128, {512, 512}},
    {"64x512x512", 64, {512, 512}},
    {"128x512x10", 128, {512, 10}},
    {"100x784x10", 100, {784, 10}},
    {"1x784x512", 1, {784, 512}},
    {NULL, 0, {0}},
};

/* channels, filters, side, kernel, stride, pad */
static double make_conv(struct cr_bench_memory *memory, union cr_bench_args *args, const struct cr_bench_shape *shape)
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
    a->x = numbers(memory, a->batch * a->height * a->width * a->channels);
    a->w = numbers(memory, a->kernel_height * a->kernel_width * a->channels * a->filters);
    a->y = numbers(memory, a->batch * out * out * a->filters);
    return 2.0 * (double)(a->batch * out * out * a->filters * a->channels * a->kernel_height * a->kernel_width);
}

static const struct cr_bench_shape conv_shapes[] = {
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
static const struct cr_bench_shape map_shapes[] = {
    {"128x32x32x16", 128, {1024, 16}},
    {"128x16x16x64", 128, {256, 64}},
    {"100x24x24x6", 100, {576, 6}},
    {"128x512", 128, {1, 512}},
    {NULL, 0, {0}},
};

static const struct cr_bench_shape pool_shapes[] = {
    {"128x32x32x16", 128, {1024, 16}},
    {"128x16x16x64", 128, {256, 64}},
    {"100x24x24x6", 100, {576, 6}},
    {NULL, 0, {0}},
};

static double make_bias(struct cr_bench_memory *memory, union cr_bench_args *args, const struct cr_bench_shape *shape)
{
    struct cr_bias_args *a = &args->bias;
    *a = (struct cr_bias_args){.batch = shape->batch, .pixels = shape->size[0], .channels = shape->size[1]};
    int64_t count = a->batch * a->pixels * a->channels;
    a->x = numbers(memory, count);
    a->b = numbers(memory, a->channels);
    a->y = numbers(memory, count);
    return 8.0 * (double)count;
}

static double make_bias_sum(struct cr_bench_memory *memory, union cr_bench_args *args,
                            const struct cr_bench_shape *shape)
{
    return make_bias(memory, args, shape) / 2;
}

static double make_add(struct cr_bench_memory *memory, union cr_bench_args *args, const struct cr_bench_shape *shape)
{
    struct cr_add_args *a = &args->add;
    *a = (struct cr_add_args){.batch = shape->batch, .size = shape->size[0] * shape->size[1]};
    int64_t count = a->batch * a->size;
    a->a = numbers(memory, count);
    a->b = numbers(memory, count);
    a->y = numbers(memory, count);
    return 12.0 * (double)count;
}

static double make_unary(struct cr_bench_memory *memory, union cr_bench_args *args, const struct cr_bench_shape *shape)
{
    struct cr_unary_args *a = &args->unary;
    *a = (struct cr_unary_args){.batch = shape->batch, .size = shape->size[0] * shape->size[1]};
    int64_t count = a->batch * a->size;
    a->x = a->y = numbers(memory, count);
    a->dy = numbers(memory, count);
    a->dx = numbers(memory, count);
    return 8.0 * (double)count;
}

static double make_pool(struct cr_bench_memory *memory, union cr_bench_args *args, const struct cr_bench_shape *shape)
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
    a->x = a->dx = numbers(memory, count);
    a->y = numbers(memory, count / 4);
    a->dy = a->y;
    a->index = (int32_t *)numbers(memory, count / 4);
    return 6.0 * (double)count;
}

static double make_activation(struct cr_bench_memory *memory, union cr_bench_args *args,
                              const struct cr_bench_shape *shape, enum cr_activation kind)
{
    struct cr_activation_args *a = &args->activation;
    *a = (struct cr_activation_args){
        .batch = shape->batch, .size = shape->size[0] * shape->size[1], .curve = {kind, 0.1}};
    int64_t count = a->batch * a->size;
    a->x = numbers(memory, count);
    a->y = numbers(memory, count);
    a->dy = a->from = a->x;
    a->dx = a->y;
    return 8.0 * (double)count;
}

/* Two that stand for the others: without an exponential, and with the dearest. */
static double make_leaky_relu(struct cr_bench_memory *memory, union cr_bench_args *args,
                              const struct cr_bench_shape *shape)
{
    return make_activation(memory, args, shape, CR_ACTIVATION_leaky_relu);
}

static double make_gelu(struct cr_bench_memory *memory, union cr_bench_args *args, const struct cr_bench_shape *shape)
{
    return make_activation(memory, args, shape, CR_ACTIVATION_gelu);
}

/* In eight groups where the channels can be, else in one. */
static double make_groupnorm(struct cr_bench_memory *memory, union cr_bench_args *args,
                             const struct cr_bench_shape *shape)
{
    struct cr_groupnorm_args *a = &args->groupnorm;
    *a = (struct cr_groupnorm_args){
        .batch = shape->batch, .pixels = shape->size[0], .channels = shape->size[1], .epsilon = 1e-5};
    a->groups = a->channels % 8 == 0 ? 8 : 1;
    int64_t count = a->batch * a->pixels * a->channels;
    a->x = numbers(memory, count);
    a->y = numbers(memory, count);
    a->dy = a->y;
    a->dx = numbers(memory, count);
    a->scale = numbers(memory, a->channels);
    a->shift = numbers(memory, a->channels);
    a->mean = numbers(memory, a->batch * a->groups);
    a->inverse = numbers(memory, a->batch * a->groups);
    a->dscale = numbers(memory, a->channels);
    a->dshift = numbers(memory, a->channels);
    return 12.0 * (double)count; /* read twice, written once */
}

static double make_dropout(struct cr_bench_memory *memory, union cr_bench_args *args,
                           const struct cr_bench_shape *shape)
{
    static const struct cr_step_key key = {1, 2};
    struct cr_dropout_args *a = &args->dropout;
    *a = (struct cr_dropout_args){
        .batch = shape->batch, .size = shape->size[0] * shape->size[1], .rate = 0.5, .key = &key};
    int64_t count = a->batch * a->size;
    a->x = numbers(memory, count);
    a->y = numbers(memory, count);
    return 8.0 * (double)count;
}

static double make_batchnorm(struct cr_bench_memory *memory, union cr_bench_args *args,
                             const struct cr_bench_shape *shape)
{
    struct cr_batchnorm_args *a = &args->batchnorm;
    *a = (struct cr_batchnorm_args){
        .batch = shape->batch, .pixels = shape->size[0], .channels = shape->size[1], .momentum = 0.1, .epsilon = 1e-5};
    int64_t count = a->batch * a->pixels * a->channels;
    a->x = numbers(memory, count);
    a->y = numbers(memory, count);
    a->dy = a->y;
    a->dx = numbers(memory, count);
    a->scale = numbers(memory, a->channels);
    a->shift = numbers(memory, a->channels);
    a->mean = numbers(memory, a->channels);
    a->inverse = numbers(memory, a->channels);
    a->running_mean = numbers(memory, a->channels);
    a->running_variance = numbers(memory, a->channels);
    a->dscale = numbers(memory, a->channels);
    a->dshift = numbers(memory, a->channels);
    return 12.0 * (double)count; /* read twice, written once */
}

static double make_input(struct cr_bench_memory *memory, union cr_bench_args *args, const struct cr_bench_shape *shape)
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
    pointer = numbers(memory, count);
    a->mean = numbers(memory, a->channels);
    a->deviation = numbers(memory, a->channels);
    a->y = numbers(memory, count);
    return 5.0 * (double)count;
}

static const struct cr_bench_shape input_shapes[] = {
    {"128x28x28x1", 128, {784, 1}},
    {"128x32x32x3", 128, {1024, 3}},
    {NULL, 0, {0}},
};

static double make_cross_entropy(struct cr_bench_memory *memory, union cr_bench_args *args,
                                 const struct cr_bench_shape *shape)
{
    struct cr_cross_entropy_args *a = &args->cross_entropy;
    *a = (struct cr_cross_entropy_args){.batch = shape->batch, .classes = shape->size[0]};
    int64_t count = a->batch * a->classes;
    a->x = numbers(memory, count);
    a->labels = zeros(memory, a->batch);
    a->p = numbers(memory, count);
    a->loss = numbers(memory, a->batch);
    a->dloss = a->loss;
    a->dx = numbers(memory, count);
    return 8.0 * (double)count;
}

static const struct cr_bench_shape class_shapes[] = {
    {"128x10", 128, {10}},
    {"128x1000", 128, {1000}},
    {NULL, 0, {0}},
};

static double make_sgd(struct cr_bench_memory *memory, union cr_bench_args *args, const struct cr_bench_shape *shape)
{
    static const struct cr_sgd_rates rates = {.lr = 0.1, .momentum = 0.9, .decay = 1e-4};
    struct cr_sgd_args *a = &args->sgd;
    *a = (struct cr_sgd_args){.batch = 1, .count = shape->size[0], .decayed = shape->size[0], .rates = &rates};
    a->w = numbers(memory, a->count);
    a->m = numbers(memory, a->count);
    a->g = numbers(memory, a->count);
    return 20.0 * (double)a->count;
}

static double make_adam(struct cr_bench_memory *memory, union cr_bench_args *args, const struct cr_bench_shape *shape)
{
    static const struct cr_adam_rates rates = {
        .lr = 0.1, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .correction1 = 0.5, .correction2 = 0.5};
    struct cr_adam_args *a = &args->adam;
    *a = (struct cr_adam_args){.batch = 1, .count = shape->size[0], .rates = &rates};
    a->w = numbers(memory, a->count);
    a->m = numbers(memory, a->count);
    a->v = zeros(memory, a->count);
    a->g = numbers(memory, a->count);
    return 28.0 * (double)a->count;
}

static const struct cr_bench_shape parameter_shapes[] = {
    {"670,000", 1, {670000}},
    {"6,600,000", 1, {6600000}},
    {NULL, 0, {0}},
};

const struct cr_bench_kernel cr_bench_kernels[] = {
#define BENCH(word, ...)                                                       \
    {                                                                          \
        .name = #word, .place = offsetof(struct cr_kernels, word), __VA_ARGS__ \
    }
    BENCH(dense_forward, .shapes = dense_shapes, .make = make_dense, .product = true),
    BENCH(dense_backward_data, .shapes = dense_shapes, .make = make_dense, .product = true),
    BENCH(dense_backward_weights, .shapes = dense_shapes, .make = make_dense, .product = true),
    BENCH(conv_forward, .shapes = conv_shapes, .make = make_conv, .product = true),
    BENCH(conv_backward_data, .shapes = conv_shapes, .make = make_conv, .product = true),
    BENCH(conv_backward_weights, .shapes = conv_shapes, .make = make_conv, .product = true),
    BENCH(input, .shapes = input_shapes, .make = make_input),
    BENCH(bias_forward, .shapes = map_shapes, .make = make_bias),
    BENCH(bias_backward, .shapes = map_shapes, .make = make_bias_sum),
    BENCH(add, .shapes = map_shapes, .make = make_add),
    BENCH(relu_forward, .shapes = map_shapes, .make = make_unary),
    BENCH(relu_backward, .shapes = map_shapes, .make = make_unary),
    BENCH(maxpool_forward, .shapes = pool_shapes, .make = make_pool),
    BENCH(maxpool_backward, .shapes = pool_shapes, .make = make_pool),
    BENCH(avgpool_forward, .shapes = pool_shapes, .make = make_pool),
    BENCH(avgpool_backward, .shapes = pool_shapes, .make = make_pool),
    BENCH(activation_forward, .shapes = map_shapes, .make = make_leaky_relu, .kind = "leaky-relu"),
    BENCH(activation_forward, .shapes = map_shapes, .make = make_gelu, .kind = "gelu"),
    BENCH(activation_backward, .shapes = map_shapes, .make = make_leaky_relu, .kind = "leaky-relu"),
    BENCH(activation_backward, .shapes = map_shapes, .make = make_gelu, .kind = "gelu"),
    BENCH(groupnorm_forward, .shapes = map_shapes, .make = make_groupnorm),
    BENCH(groupnorm_backward, .shapes = map_shapes, .make = make_groupnorm),
    BENCH(dropout, .shapes = map_shapes, .make = make_dropout),
    BENCH(batchnorm_train, .shapes = map_shapes, .make = make_batchnorm),
    BENCH(batchnorm_backward, .shapes = map_shapes, .make = make_batchnorm),
    BENCH(cross_entropy_forward, .shapes = class_shapes, .make = make_cross_entropy),
    BENCH(sgd, .shapes = parameter_shapes, .make = make_sgd),
    BENCH(adam, .shapes = parameter_shapes, .make = make_adam),
#undef BENCH
    {0},
};
