/*
 * A kernel put to the test: random arguments of its kind, in which every array lies between guard bands of NaN. A
 * kernel with a new struct of arguments does not compile before there is a function make_STRUCT; those of a kind are
 * together in kernel_args_*.c.
 */
#ifndef CR_TESTS_KERNEL_CASE_H
#define CR_TESTS_KERNEL_CASE_H

#include "kernels/kernels.h"

#include "base/random.h"

#include "support.h"

enum { GUARD = 64, ARRAYS = 16 };

#define CR_ACTIVATION(name, word, from) +1
enum {
    ACTIVATIONS = 1 /* none */
#include "kernels/activations.def"
};
#undef CR_ACTIVATION

struct array {
    size_t count, item; /* bytes of an item */
    bool real;
    int64_t moments;      /* the channels, where it holds moments */
    unsigned char *block; /* guard, items, guard */
    bool zeros_differ;    /* of the moments, from those of numbers in double */
};

/* The arguments of one run with all arrays that they point to. */
struct run {
    const char *kernel;
    struct cr_random random;
    enum cr_dtype dtype;
    int arrays;
    struct array array[ARRAYS];
    union {
        int64_t batch;
        struct cr_input_args input;
        struct cr_dense_args dense;
        struct cr_conv_args conv;
        struct cr_bias_args bias;
        struct cr_add_args add;
        struct cr_moments_args moments;
        struct cr_histogram_args histogram;
        struct cr_copy_args copy;
        struct cr_columns_args columns;
        struct cr_gate_args gate;
        struct cr_upsample_args upsample;
        struct cr_unary_args unary;
        struct cr_activation_args activation;
        struct cr_prelu_args prelu;
        struct cr_maxout_args maxout;
        struct cr_pool_args pool;
        struct cr_dropout_args dropout;
        struct cr_dropout_units_args dropout_units;
        struct cr_batchnorm_args batchnorm;
        struct cr_fold_args fold;
        struct cr_groupnorm_args groupnorm;
        struct cr_cross_entropy_args cross_entropy;
        struct cr_distill_args distill;
        struct cr_hinge_args hinge;
        struct cr_distance_args distance;
        struct cr_fill_args fill;
        struct cr_sgd_args sgd;
        struct cr_adam_args adam;
        struct cr_clip_args clip;
        struct cr_mix_args mix;
        struct cr_lasso_args lasso;
        struct cr_max_norm_args max_norm;
        struct cr_rmsprop_args rmsprop;
        struct cr_lion_args lion;
        struct cr_lamb_args lamb;
        struct cr_muon_args muon;
        struct cr_muon_blend_args muon_blend;
    } args;
    const void *pointer;
    struct cr_step_key key;
    struct cr_sgd_rates sgd;
    struct cr_adam_rates adam;
    struct cr_mix_rates mix;
    struct cr_rmsprop_rates rmsprop;
    struct cr_lion_rates lion;
    struct cr_lamb_rates lamb;
    struct cr_muon_rates muon;
};

/* The kernels by name, each with the function that makes its arguments. */
struct entry {
    const char *name;
    size_t place; /* in struct cr_kernels */
    void (*make)(struct run *run);
};

extern const struct entry entries[];
extern const int entry_count;

#define CR_KERNEL(name, args) void make_##args(struct run *run);
#include "kernels/kernels.def"
#undef CR_KERNEL

/* The same of an entry, dtype and variant each time: float and double get the same numbers. */
void run_make(struct run *run, const struct entry *entry, enum cr_dtype dtype, int variant);
void run_free(struct run *run);

/* ---------------------------------------------------------------------------------------------------------- arrays */

/* Full of NaN; `real`: of the run's dtype, to be compared as numbers. */
void *array_new(struct run *run, size_t count, size_t item, bool real);
void *items(const struct array *array);
double item_get(const struct array *array, size_t i);

/* Numbers of deviation 1: around `mean`, around 0; and between 0.5 and 1.5. */
void *around(struct run *run, int64_t count, double mean);
void *numbers(struct run *run, int64_t count);
void *positive(struct run *run, int64_t count);
/* Room for the moments of that many channels. */
void *moments_new(struct run *run, int64_t channels);

/* ----------------------------------------------------------------------------------------------------------- draws */

int64_t between(struct run *run, int64_t least, int64_t most);
bool coin(struct run *run);
int64_t one_of(struct run *run, const int64_t *of, int64_t count);
int64_t some_channels(struct run *run);
/* None, relu, or any of the others. */
struct cr_curve some_curve(struct run *run);

/* ------------------------------------------------------------------------------------------------------- execution */

/* A block of 64-byte aligned memory of exactly `size` bytes between two guard bands, all NaN. */
unsigned char *band_new(size_t size);
/* Fails where the bands were written to. */
void band_check(const unsigned char *band, const char *where);
void band_free(unsigned char *block, size_t size, const char *where);

/* All phases and parts, one after the other. */
void run_parts(const struct cr_kernel *kernel, const void *args);
/* Calls `test` with the table of every instruction set that is here. */
void for_each_cpu(void (*test)(const struct cr_kernels *kernels));

#endif
