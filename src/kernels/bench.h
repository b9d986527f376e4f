/*
 * What is timed when kernels are: shapes and arguments (bench_shapes.c) for bench.c.
 */
#ifndef CR_KERNELS_BENCH_H
#define CR_KERNELS_BENCH_H

#include "kernels/kernels.h"

enum { CR_BENCH_BLOCKS = 16 };

/* The arrays of one set of arguments. */
struct cr_bench_memory {
    const struct cr_context *context;
    void *blocks[CR_BENCH_BLOCKS];
    int used;
    bool failed; /* there was not enough */
};
void cr_bench_release(struct cr_bench_memory *memory);

union cr_bench_args {
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

struct cr_bench_shape {
    const char *name; /* NULL ends the list */
    int64_t batch, size[7];
};

struct cr_bench_kernel {
    const char *name; /* NULL ends the list */
    size_t place;     /* in struct cr_kernels */
    const struct cr_bench_shape *shapes;
    /* Fills the arguments for shape->batch samples; the operations of a run, or the bytes. Look at memory->failed. */
    double (*make)(struct cr_bench_memory *memory, union cr_bench_args *args, const struct cr_bench_shape *shape);
    bool product;
    const char *kind; /* of what it can compute; NULL: it is one thing */
};

extern const struct cr_bench_kernel cr_bench_kernels[];

#endif
