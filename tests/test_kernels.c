/*
 * Every kernel of every instruction set that this machine has, against the loops for double: on random shapes (single
 * pixels, odd sizes, strides, uneven margins, channels beside the vectors' widths), with `add` and without, with a
 * batch smaller than the planned one. The loop goes over kernels.def, so a new kernel is tested; one with a new struct
 * of arguments does not compile before it has a function here that makes them.
 *
 * Arrays lie between guard bands of NaN; `shared` and `scratch` are full of NaN before, and exactly as large as asked
 * for. The parts are run in three orders, which must give the same bits: that is what independence of threads means.
 */
#include <math.h>

#include "base/random.h"
#include "kernels/kernels.h"
#include "kernels/moments.h"

#include "support.h"

enum { GUARD = 64, ARRAYS = 16, VARIANTS = 32, ORDERS = 3 };

static const char *const activations[] = {
    [CR_ACTIVATION_none] = "none",
#define CR_ACTIVATION(name, word, from) word,
#include "kernels/activations.def"
#undef CR_ACTIVATION
};
enum { ACTIVATIONS = sizeof activations / sizeof *activations };

/* ----------------------------------------------------------------------------------------------------------- arrays */

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

static void *array_new(struct run *run, size_t count, size_t item, bool real)
{
    assert_true(run->arrays < ARRAYS);
    struct array *array = &run->array[run->arrays++];
    size_t size = count * item + (size_t)2 * GUARD;
    *array = (struct array){.count = count, .item = item, .real = real, .block = malloc(size)};
    assert_non_null(array->block);
    memset(array->block, 0xff, size);
    return array->block + GUARD;
}

static void *items(const struct array *array)
{
    return array->block + GUARD;
}

static double item_get(const struct array *array, size_t i)
{
    return array->item == sizeof(double) ? ((double *)items(array))[i] : (double)((float *)items(array))[i];
}

static void item_set(const struct array *array, size_t i, double value)
{
    if (array->item == sizeof(double))
        ((double *)items(array))[i] = (float)value;
    else
        ((float *)items(array))[i] = (float)value;
}

/* Numbers around `mean` of deviation 1; float and double get the same. */
static void *around(struct run *run, int64_t count, double mean)
{
    void *data = array_new(run, (size_t)count, cr_dtype_size(run->dtype), true);
    for (size_t i = 0; i < (size_t)count; i++)
        item_set(&run->array[run->arrays - 1], i, mean + sqrt(12) * (cr_random_uniform(&run->random) - 0.5));
    return data;
}

static void *numbers(struct run *run, int64_t count)
{
    return around(run, count, 0);
}

static void *positive(struct run *run, int64_t count)
{
    void *data = array_new(run, (size_t)count, cr_dtype_size(run->dtype), true);
    for (size_t i = 0; i < (size_t)count; i++)
        item_set(&run->array[run->arrays - 1], i, 0.5 + cr_random_uniform(&run->random));
    return data;
}

static int64_t between(struct run *run, int64_t least, int64_t most)
{
    return least + (int64_t)cr_random_below(&run->random, (uint64_t)(most - least + 1));
}

static bool coin(struct run *run)
{
    return between(run, 0, 1);
}

static int64_t one_of(struct run *run, const int64_t *of, int64_t count)
{
    return of[between(run, 0, count - 1)];
}

static int64_t some_channels(struct run *run)
{
    return one_of(run, (const int64_t[]){1, 3, 5, 8, 16, 17, 32, 33, 48, 70}, 10);
}

/* -------------------------------------------------------------------------------------------------------- arguments */

static void make_cr_input_args(struct run *run)
{
    struct cr_input_args *a = &run->args.input;
    *a = (struct cr_input_args){.batch = between(run, 1, 9), .pixels = between(run, 1, 300), .bytes = coin(run)};
    a->channels = some_channels(run);
    a->scale = a->bytes ? 1 / 255.0 : 0.5;
    int64_t count = a->batch * a->pixels * a->channels;
    if (a->bytes) {
        uint8_t *bytes = array_new(run, (size_t)count, 1, false);
        for (int64_t i = 0; i < count; i++)
            bytes[i] = (uint8_t)between(run, 0, 255);
        run->pointer = bytes;
    } else {
        run->pointer = numbers(run, count);
    }
    a->x = &run->pointer;
    a->mean = numbers(run, a->channels);
    a->deviation = positive(run, a->channels);
    a->y = numbers(run, count);
}

/* None, relu, or any of the others. */
static struct cr_curve some_curve(struct run *run)
{
    int64_t kind = coin(run) ? between(run, CR_ACTIVATION_none, CR_ACTIVATION_relu) : between(run, 0, ACTIVATIONS - 1);
    return (struct cr_curve){(enum cr_activation)kind, 0.25};
}

/* A finish of rows of `columns` numbers, `count` in all: each of its six, or not. */
static struct cr_finish some_finish(struct run *run, int64_t columns, int64_t count, bool add)
{
    return (struct cr_finish){.scale = coin(run) && !add ? numbers(run, columns) : NULL,
                              .bias = coin(run) ? numbers(run, columns) : NULL,
                              .residual = coin(run) ? numbers(run, count) : NULL,
                              .curve = some_curve(run),
                              .before = between(run, 0, 3) ? NULL : numbers(run, count),
                              .back = some_curve(run),
                              .of = numbers(run, count)};
}

static void *moments_new(struct run *run, int64_t channels)
{
    void *moments = array_new(run, cr_moments_size(channels, cr_dtype_size(run->dtype)), 1, false);
    run->array[run->arrays - 1].moments = channels;
    return moments;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void make_cr_dense_args(struct run *run)
{
    static const int64_t sizes[] = {1, 2, 5, 7, 10, 16, 17, 31, 33, 64, 100, 129, 300, 600};
    struct cr_dense_args *a = &run->args.dense;
    *a = (struct cr_dense_args){.batch = one_of(run, sizes, 14), .inputs = one_of(run, sizes, 14), .add = coin(run)};
    a->outputs = one_of(run, sizes, 14);
    a->x = numbers(run, a->batch * a->inputs);
    a->w = numbers(run, a->inputs * a->outputs);
    a->y = numbers(run, a->batch * a->outputs);
    int64_t columns = larger(a->inputs, a->outputs);
    a->finish = some_finish(run, columns, a->batch * columns, a->add);
    a->db = coin(run) ? numbers(run, a->outputs) : NULL;
    a->add_db = coin(run);
}

/* Arguments with groups, for the kernels of that name. */
static void make_groups(struct run *run)
{
    struct cr_conv_args *a = &run->args.conv;
    a->groups = between(run, 1, 6);
    a->channels = a->groups * between(run, 1, 4);
    a->filters = coin(run) ? a->channels : a->groups * between(run, 1, 4);
    a->groups = between(run, 0, 2) && a->filters == a->channels ? a->channels : a->groups;
}

static void make_cr_conv_args(struct run *run)
{
    struct cr_conv_args *a = &run->args.conv;
    *a = (struct cr_conv_args){.batch = between(run, 1, 5), .channels = some_channels(run), .add = coin(run)};
    a->filters = some_channels(run);
    if (a->channels * a->filters < 100 && coin(run))
        a->batch = between(run, 15, 40); /* more pictures than a vector has lanes */
    a->groups = 1;
    if (strncmp(run->kernel, "group", 5) == 0)
        make_groups(run);
    a->kernel_height = between(run, 1, 5);
    a->kernel_width = coin(run) ? a->kernel_height : between(run, 1, 5);
    a->stride = between(run, 1, 3);
    if (coin(run)) { /* what most networks are made of, and has ways of its own */
        a->kernel_height = a->kernel_width = 3;
        a->stride = 1;
    }
    bool margins = coin(run);
    a->pad_top = margins ? between(run, 0, a->kernel_height - 1) : 0;
    a->pad_left = margins ? between(run, 0, a->kernel_width - 1) : 0;
    int64_t below = margins ? between(run, 0, a->kernel_height - 1) : 0;
    int64_t right = margins ? between(run, 0, a->kernel_width - 1) : 0;
    a->height = between(run, 1, 11) + (margins ? 0 : a->kernel_height - 1);
    a->width = between(run, 1, 11) + (margins ? 0 : a->kernel_width - 1);
    while (a->height + a->pad_top + below < a->kernel_height)
        a->height++;
    while (a->width + a->pad_left + right < a->kernel_width)
        a->width++;
    a->out_height = (a->height + a->pad_top + below - a->kernel_height) / a->stride + 1;
    a->out_width = (a->width + a->pad_left + right - a->kernel_width) / a->stride + 1;
    a->x = numbers(run, a->batch * a->height * a->width * a->channels);
    a->w = numbers(run, a->kernel_height * a->kernel_width * a->channels * a->filters);
    int64_t inputs = a->batch * a->height * a->width * a->channels;
    int64_t outputs = a->batch * a->out_height * a->out_width * a->filters;
    a->y = numbers(run, outputs);
    a->finish = some_finish(run, larger(a->channels, a->filters), larger(inputs, outputs), a->add);
    a->db = coin(run) ? numbers(run, a->filters) : NULL;
    a->add_db = coin(run);
    a->finish.moments = coin(run) ? moments_new(run, a->filters) : NULL;
    a->finish.extremes = true;
    /* What others than relu make of a number far below 0 is 0 in float, and almost 0 in double. */
    if (a->finish.moments)
        run->array[run->arrays - 1].zeros_differ =
            a->finish.curve.kind > CR_ACTIVATION_relu || a->finish.back.kind > CR_ACTIVATION_relu;
}

static void make_cr_bias_args(struct run *run)
{
    struct cr_bias_args *a = &run->args.bias;
    *a = (struct cr_bias_args){.batch = between(run, 1, 9), .pixels = between(run, 1, 300), .add = coin(run)};
    a->channels = some_channels(run);
    a->x = numbers(run, a->batch * a->pixels * a->channels);
    a->b = numbers(run, a->channels);
    a->y = numbers(run, a->batch * a->pixels * a->channels);
}

static void make_cr_add_args(struct run *run)
{
    struct cr_add_args *a = &run->args.add;
    *a = (struct cr_add_args){.batch = between(run, 1, 9), .size = between(run, 1, 5000)};
    a->a = numbers(run, a->batch * a->size);
    a->b = numbers(run, a->batch * a->size);
    a->y = numbers(run, a->batch * a->size);
}

static void make_cr_histogram_args(struct run *run)
{
    struct cr_histogram_args *a = &run->args.histogram;
    bool whole = coin(run);
    *a = (struct cr_histogram_args){.batch = between(run, 1, 9), .size = between(run, 1, 300)};
    a->count = whole ? between(run, 1, 2000) : 0;
    a->stride = between(run, 1, 5);
    a->low = coin(run) ? -1 : 0;
    a->high = a->low < 0 ? 1 : 0;
    a->x = numbers(run, whole ? a->count : a->batch * a->size);
    a->bins = array_new(run, CR_HISTOGRAM_BINS + 1, sizeof *a->bins, false);
}

static void make_cr_moments_args(struct run *run)
{
    struct cr_moments_args *a = &run->args.moments;
    *a = (struct cr_moments_args){.batch = between(run, 1, 9), .pixels = between(run, 1, 300)};
    a->channels = some_channels(run);
    a->rows = coin(run) ? a->batch * a->pixels : 0;
    a->x = around(run, a->batch * a->pixels * a->channels, 3);
    a->moments = moments_new(run, a->channels);
}

static void make_cr_copy_args(struct run *run)
{
    struct cr_copy_args *a = &run->args.copy;
    *a = (struct cr_copy_args){.batch = between(run, 1, 9), .size = between(run, 1, 5000), .add = coin(run)};
    a->x = numbers(run, a->batch * a->size);
    a->y = numbers(run, a->batch * a->size);
}

static void make_cr_columns_args(struct run *run)
{
    struct cr_columns_args *a = &run->args.columns;
    *a = (struct cr_columns_args){.batch = between(run, 1, 9), .rows = between(run, 1, 300), .add = coin(run)};
    a->columns = some_channels(run);
    a->x_stride = a->columns + between(run, 0, 9);
    a->y_stride = a->columns + between(run, 0, 9);
    a->x = numbers(run, a->batch * a->rows * a->x_stride);
    a->y = numbers(run, a->batch * a->rows * a->y_stride);
}

static void make_cr_gate_args(struct run *run)
{
    struct cr_gate_args *a = &run->args.gate;
    *a = (struct cr_gate_args){.batch = between(run, 1, 9), .pixels = between(run, 1, 300), .add = coin(run)};
    a->channels = some_channels(run);
    a->x = numbers(run, a->batch * a->pixels * a->channels);
    a->y = numbers(run, a->batch * a->pixels * a->channels);
    a->s = numbers(run, a->batch * a->channels);
}

static void make_cr_upsample_args(struct run *run)
{
    struct cr_upsample_args *a = &run->args.upsample;
    *a = (struct cr_upsample_args){.batch = between(run, 1, 5), .add = coin(run), .bilinear = coin(run)};
    a->height = between(run, 1, 9);
    a->width = between(run, 1, 9);
    a->channels = some_channels(run);
    a->scale = between(run, 1, 4);
    int64_t count = a->batch * a->height * a->width * a->channels;
    a->x = numbers(run, count);
    a->dx = numbers(run, count);
    a->y = numbers(run, count * a->scale * a->scale);
    a->dy = numbers(run, count * a->scale * a->scale);
}

static void make_cr_unary_args(struct run *run)
{
    struct cr_unary_args *a = &run->args.unary;
    *a = (struct cr_unary_args){.batch = between(run, 1, 9), .size = between(run, 1, 5000), .add = coin(run)};
    a->x = numbers(run, a->batch * a->size);
    a->y = numbers(run, a->batch * a->size);
    a->dy = numbers(run, a->batch * a->size);
    a->dx = numbers(run, a->batch * a->size);
}

static void make_cr_activation_args(struct run *run)
{
    struct cr_activation_args *a = &run->args.activation;
    *a = (struct cr_activation_args){.batch = between(run, 1, 9), .size = between(run, 1, 5000), .add = coin(run)};
    a->curve = (struct cr_curve){(enum cr_activation)between(run, CR_ACTIVATION_none + 1, ACTIVATIONS - 1), 0.25};
    a->x = numbers(run, a->batch * a->size);
    a->y = numbers(run, a->batch * a->size);
    a->from = numbers(run, a->batch * a->size);
    a->dy = numbers(run, a->batch * a->size);
    a->dx = numbers(run, a->batch * a->size);
}

static void make_cr_prelu_args(struct run *run)
{
    struct cr_prelu_args *a = &run->args.prelu;
    *a = (struct cr_prelu_args){.batch = between(run, 1, 9), .pixels = between(run, 1, 300), .add = coin(run)};
    a->channels = some_channels(run);
    int64_t count = a->batch * a->pixels * a->channels;
    a->x = numbers(run, count);
    a->slope = numbers(run, a->channels);
    a->y = numbers(run, count);
    a->dy = numbers(run, count);
    a->dx = between(run, 0, 3) ? numbers(run, count) : NULL;
    a->dslope = numbers(run, a->channels);
}

static void make_cr_maxout_args(struct run *run)
{
    struct cr_maxout_args *a = &run->args.maxout;
    *a = (struct cr_maxout_args){.batch = between(run, 1, 5), .pixels = between(run, 1, 100), .add = coin(run)};
    a->outputs = some_channels(run);
    a->pieces = between(run, 2, 5);
    int64_t count = a->batch * a->pixels * a->outputs;
    a->x = numbers(run, count * a->pieces);
    a->y = numbers(run, count);
    a->index = array_new(run, (size_t)count, sizeof *a->index, false);
    for (int64_t i = 0; i < count; i++)
        a->index[i] = (int32_t)between(run, 0, a->pieces - 1);
    a->dy = numbers(run, count);
    a->dx = numbers(run, count * a->pieces);
}

/* Some place inside each window. */
static int32_t *places(struct run *run, const struct cr_pool_args *a)
{
    int64_t count = a->batch * a->out_height * a->out_width * a->channels;
    int32_t *index = array_new(run, (size_t)count, sizeof *index, false);
    for (int64_t k = 0; k < count; k++) {
        int64_t pixel = k / a->channels, i = pixel / a->out_width % a->out_height, j = pixel % a->out_width, h, v;
        do
            h = i * a->stride - a->pad_top + between(run, 0, a->kernel_height - 1);
        while (h < 0 || h >= a->height);
        do
            v = j * a->stride - a->pad_left + between(run, 0, a->kernel_width - 1);
        while (v < 0 || v >= a->width);
        index[k] = (int32_t)(h * a->width + v);
    }
    return index;
}

static void make_cr_pool_args(struct run *run)
{
    struct cr_pool_args *a = &run->args.pool;
    *a = (struct cr_pool_args){.batch = between(run, 1, 5), .channels = some_channels(run), .add = coin(run)};
    a->kernel_height = between(run, 1, 4);
    a->kernel_width = coin(run) ? a->kernel_height : between(run, 1, 4);
    a->stride = between(run, 1, 3);
    do
        a->back = some_curve(run);
    while (!cr_curve_by_result(a->back));
    a->height = between(run, 1, 11) + a->kernel_height - 1;
    a->width = between(run, 1, 11) + a->kernel_width - 1;
    a->pad_top = between(run, 0, a->kernel_height - 1);
    a->pad_left = between(run, 0, a->kernel_width - 1);
    a->out_height = (a->height + a->pad_top + between(run, 0, a->kernel_height - 1) - a->kernel_height) / a->stride + 1;
    a->out_width = (a->width + a->pad_left + between(run, 0, a->kernel_width - 1) - a->kernel_width) / a->stride + 1;
    a->x = numbers(run, a->batch * a->height * a->width * a->channels);
    a->y = numbers(run, a->batch * a->out_height * a->out_width * a->channels);
    a->dx = numbers(run, a->batch * a->height * a->width * a->channels);
    a->dy = numbers(run, a->batch * a->out_height * a->out_width * a->channels);
    a->index = places(run, a);
}

static void make_cr_dropout_args(struct run *run)
{
    struct cr_dropout_args *a = &run->args.dropout;
    *a = (struct cr_dropout_args){.batch = between(run, 1, 9), .size = between(run, 1, 2000), .add = coin(run)};
    a->node = between(run, 0, 20);
    a->rate = coin(run) ? 0.5 : 0.1;
    run->key = (struct cr_step_key){cr_random_u32(&run->random), cr_random_u32(&run->random)};
    a->key = &run->key;
    a->x = numbers(run, a->batch * a->size);
    a->y = numbers(run, a->batch * a->size);
}

static void make_cr_dropout_units_args(struct run *run)
{
    struct cr_dropout_units_args *a = &run->args.dropout_units;
    *a = (struct cr_dropout_units_args){.batch = between(run, 1, 9), .pixels = between(run, 1, 300), .add = coin(run)};
    a->units = some_channels(run);
    a->node = between(run, 0, 20);
    a->rate = coin(run) ? 0.5 : 0.1;
    run->key = (struct cr_step_key){cr_random_u32(&run->random), cr_random_u32(&run->random)};
    a->key = &run->key;
    a->x = numbers(run, a->batch * a->pixels * a->units);
    a->y = numbers(run, a->batch * a->pixels * a->units);
}

static void run_parts(const struct cr_kernel *kernel, const void *args);

/* The moments of x, by the plain loops. */
static void *moments_of(struct run *run, const void *x, int64_t rows, int64_t channels)
{
    struct cr_kernels kernels;
    struct cr_moments_args args = {.batch = 1, .pixels = rows, .channels = channels, .x = x};
    assert_int_equal(cr_kernels_choose(&kernels, "ref", run->dtype, NULL), CR_OK);
    args.moments = moments_new(run, channels);
    run_parts(&kernels.moments, &args);
    return args.moments;
}

static void make_cr_batchnorm_args(struct run *run)
{
    struct cr_batchnorm_args *a = &run->args.batchnorm;
    *a = (struct cr_batchnorm_args){.batch = between(run, 1, 9), .pixels = between(run, 1, 300), .add = coin(run)};
    a->channels = some_channels(run);
    a->momentum = 0.1;
    a->epsilon = 1e-5;
    int64_t count = a->batch * a->pixels * a->channels;
    a->x = around(run, count, 3);
    a->moments = coin(run) ? moments_of(run, a->x, a->batch * a->pixels, a->channels) : NULL;
    a->scale = numbers(run, a->channels);
    a->shift = numbers(run, a->channels);
    a->y = numbers(run, count);
    a->mean = around(run, a->channels, 3);
    a->inverse = positive(run, a->channels);
    a->running_mean = numbers(run, a->channels);
    a->running_variance = positive(run, a->channels);
    a->dy = numbers(run, count);
    a->dx = between(run, 0, 3) ? numbers(run, count) : NULL;
    a->dscale = numbers(run, a->channels);
    a->dshift = numbers(run, a->channels);
    a->curve = some_curve(run);
    a->residual = coin(run) ? numbers(run, count) : NULL;
    a->dresidual = coin(run) ? numbers(run, count) : NULL;
    a->add_dresidual = coin(run);
}

static void make_cr_fold_args(struct run *run)
{
    struct cr_fold_args *a = &run->args.fold;
    *a = (struct cr_fold_args){.batch = 1, .channels = some_channels(run), .epsilon = 1e-5};
    a->bias = coin(run) ? numbers(run, a->channels) : NULL;
    a->scale = numbers(run, a->channels);
    a->shift = numbers(run, a->channels);
    a->running_mean = numbers(run, a->channels);
    a->running_variance = positive(run, a->channels);
    a->factor = numbers(run, a->channels);
    a->offset = numbers(run, a->channels);
}

static void make_cr_groupnorm_args(struct run *run)
{
    struct cr_groupnorm_args *a = &run->args.groupnorm;
    *a = (struct cr_groupnorm_args){.batch = between(run, 1, 9), .pixels = between(run, 4, 300), .add = coin(run)};
    a->channels = some_channels(run);
    do
        a->groups = one_of(run, (const int64_t[]){1, 2, 3, 4, 8, a->channels}, 6);
    while (a->channels % a->groups != 0);
    a->epsilon = 1e-5;
    int64_t count = a->batch * a->pixels * a->channels;
    a->x = around(run, count, 3);
    a->scale = numbers(run, a->channels);
    a->shift = numbers(run, a->channels);
    a->y = numbers(run, count);
    a->mean = around(run, a->batch * a->groups, 3);
    a->inverse = positive(run, a->batch * a->groups);
    a->dy = numbers(run, count);
    a->dx = between(run, 0, 3) ? numbers(run, count) : NULL;
    a->dscale = numbers(run, a->channels);
    a->dshift = numbers(run, a->channels);
}

static const int32_t *labels_of(struct run *run, int64_t batch, int64_t classes)
{
    int32_t *labels = array_new(run, (size_t)batch, sizeof *labels, false);
    for (int64_t n = 0; n < batch; n++)
        labels[n] = (int32_t)between(run, 0, classes - 1);
    return labels;
}

static const double class_weights[120] = {1, 0.5, 2, 0, 3, 1, 1.5, [12] = 2, [77] = 1};

static void make_cr_hinge_args(struct run *run)
{
    struct cr_hinge_args *a = &run->args.hinge;
    *a = (struct cr_hinge_args){.batch = between(run, 1, 200),
                                .classes = between(run, 1, 120),
                                .margin = coin(run) ? 1 : 0.125,
                                .hardest = coin(run),
                                .add = coin(run)};
    a->x = numbers(run, a->batch * a->classes);
    a->labels = labels_of(run, a->batch, a->classes);
    a->loss = numbers(run, a->batch);
    a->dloss = numbers(run, a->batch);
    a->dx = numbers(run, a->batch * a->classes);
}

static void make_cr_distance_args(struct run *run)
{
    struct cr_distance_args *a = &run->args.distance;
    *a = (struct cr_distance_args){.batch = between(run, 1, 200),
                                   .size = between(run, 1, 120),
                                   .kind = (enum cr_distance)between(run, 0, 2),
                                   .delta = 0.5,
                                   .add = coin(run)};
    a->x = numbers(run, a->batch * a->size);
    if (coin(run))
        a->labels = labels_of(run, a->batch, a->size);
    else
        a->soft = positive(run, a->batch * a->size);
    a->loss = numbers(run, a->batch);
    a->dloss = numbers(run, a->batch);
    a->dx = numbers(run, a->batch * a->size);
}

static void make_cr_cross_entropy_args(struct run *run)
{
    struct cr_cross_entropy_args *a = &run->args.cross_entropy;
    *a = (struct cr_cross_entropy_args){
        .batch = between(run, 1, 200), .classes = between(run, 1, 120), .add = coin(run)};
    a->x = numbers(run, a->batch * a->classes);
    if (coin(run))
        a->labels = labels_of(run, a->batch, a->classes);
    else
        a->soft = positive(run, a->batch * a->classes);
    a->smoothing = coin(run) ? 0.1 : 0;
    a->weights = coin(run) ? class_weights : NULL;
    a->p = positive(run, a->batch * a->classes);
    a->loss = numbers(run, a->batch);
    a->dloss = numbers(run, a->batch);
    a->dx = numbers(run, a->batch * a->classes);
}

static void make_cr_distill_args(struct run *run)
{
    struct cr_distill_args *a = &run->args.distill;
    *a = (struct cr_distill_args){.batch = between(run, 1, 200),
                                  .classes = between(run, 1, 120),
                                  .weight = 0.75,
                                  .temperature = 2,
                                  .add_base = coin(run),
                                  .add = coin(run)};
    run->pointer = coin(run) ? positive(run, a->batch * a->classes) : NULL;
    a->q = &run->pointer;
    a->x = numbers(run, a->batch * a->classes);
    a->p = positive(run, a->batch * a->classes);
    a->base = numbers(run, a->batch);
    a->loss = numbers(run, a->batch);
    a->dloss = numbers(run, a->batch);
    a->dbase = numbers(run, a->batch);
    a->dx = numbers(run, a->batch * a->classes);
}

static void make_cr_fill_args(struct run *run)
{
    struct cr_fill_args *a = &run->args.fill;
    *a = (struct cr_fill_args){.batch = between(run, 1, 9), .size = between(run, 1, 5000), .value = 0.75};
    a->y = numbers(run, a->batch * a->size);
}

static void make_cr_sgd_args(struct run *run)
{
    struct cr_sgd_args *a = &run->args.sgd;
    run->sgd = (struct cr_sgd_rates){.lr = 0.1, .decay = 0.01, .nesterov = coin(run), .decoupled = coin(run)};
    *a = (struct cr_sgd_args){.batch = 1, .count = between(run, 1, 40000), .rates = &run->sgd};
    a->decayed = between(run, 0, a->count);
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
    if (coin(run)) {
        run->sgd.momentum = 0.9;
        a->m = numbers(run, a->count);
    }
}

static void make_cr_adam_args(struct run *run)
{
    struct cr_adam_args *a = &run->args.adam;
    run->adam = (struct cr_adam_rates){.lr = 0.1,
                                       .beta1 = 0.9,
                                       .beta2 = 0.999,
                                       .epsilon = 1e-8,
                                       .decay = 0.01,
                                       .correction1 = 0.5,
                                       .correction2 = 0.25,
                                       .decoupled = coin(run)};
    *a = (struct cr_adam_args){.batch = 1, .count = between(run, 1, 40000), .rates = &run->adam};
    a->decayed = between(run, 0, a->count);
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
    a->m = numbers(run, a->count);
    a->v = positive(run, a->count);
}

static void make_cr_clip_args(struct run *run)
{
    struct cr_clip_args *a = &run->args.clip;
    *a = (struct cr_clip_args){.batch = 1, .count = between(run, 1, 40000)};
    a->norm = between(run, 0, 3);
    a->value = coin(run) ? 0.25 : 0;
    a->g = numbers(run, a->count);
}

static void make_cr_mix_args(struct run *run)
{
    struct cr_mix_args *a = &run->args.mix;
    run->mix = (struct cr_mix_rates){.keep = 0.75, .share = 0.5};
    *a = (struct cr_mix_args){.batch = 1, .count = between(run, 1, 40000), .rates = &run->mix};
    a->x = numbers(run, a->count);
    a->y = numbers(run, a->count);
}

static void make_cr_lasso_args(struct run *run)
{
    struct cr_lasso_args *a = &run->args.lasso;
    *a = (struct cr_lasso_args){.batch = 1, .count = between(run, 1, 40000), .l1 = 0.125};
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
}

static void make_cr_max_norm_args(struct run *run)
{
    struct cr_max_norm_args *a = &run->args.max_norm;
    *a = (struct cr_max_norm_args){.batch = 1, .rows = between(run, 1, 99), .columns = between(run, 1, 99)};
    a->most = 2;
    a->w = numbers(run, a->rows * a->columns);
}

static void make_cr_rmsprop_args(struct run *run)
{
    struct cr_rmsprop_args *a = &run->args.rmsprop;
    run->rmsprop = (struct cr_rmsprop_rates){
        .lr = 0.1, .memory = 0.9, .fresh = 0.1, .epsilon = 1e-3, .decay = 0.01, .decoupled = coin(run)};
    *a = (struct cr_rmsprop_args){.batch = 1, .count = between(run, 1, 40000), .rates = &run->rmsprop};
    a->decayed = between(run, 0, a->count);
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
    a->v = positive(run, a->count);
    if (coin(run)) {
        run->rmsprop.momentum = 0.9;
        a->m = numbers(run, a->count);
    }
    if (a->m && coin(run)) { /* the mean's square is far below v, so that their difference keeps its digits */
        a->v = around(run, a->count, 9);
        a->mean = numbers(run, a->count);
    }
}

/* Not so that the mean is nearly 0: a sign is no continuous function. */
static void make_cr_lion_args(struct run *run)
{
    struct cr_lion_args *a = &run->args.lion;
    run->lion = (struct cr_lion_rates){.lr = 0.1, .beta1 = 0.9, .beta2 = 0.99, .decay = 0.01, .decoupled = coin(run)};
    *a = (struct cr_lion_args){.batch = 1, .count = between(run, 1, 40000), .rates = &run->lion};
    a->decayed = between(run, 0, a->count);
    a->w = numbers(run, a->count);
    a->g = around(run, a->count, 9);
    a->m = around(run, a->count, coin(run) ? 9 : -9);
}

static void make_cr_lamb_args(struct run *run)
{
    struct cr_lamb_args *a = &run->args.lamb;
    run->lamb = (struct cr_lamb_rates){.lr = 0.1,
                                       .beta1 = 0.9,
                                       .beta2 = 0.999,
                                       .epsilon = 1e-6,
                                       .decay = 0.01,
                                       .correction1 = 0.5,
                                       .correction2 = 0.25};
    *a = (struct cr_lamb_args){.batch = 1, .count = between(run, 1, 40000), .adapt = coin(run), .rates = &run->lamb};
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
    a->m = numbers(run, a->count);
    a->v = positive(run, a->count);
}

static void make_cr_muon_args(struct run *run)
{
    struct cr_muon_args *a = &run->args.muon;
    run->muon = (struct cr_muon_rates){.lr = 0.1, .momentum = 0.9, .decay = 0.01, .nesterov = coin(run)};
    *a = (struct cr_muon_args){.batch = 1, .count = between(run, 1, 40000), .scale = 1.5, .rates = &run->muon};
    a->w = numbers(run, a->count);
    a->g = numbers(run, a->count);
    a->m = numbers(run, a->count);
    a->x = numbers(run, a->count);
}

static void make_cr_muon_blend_args(struct run *run)
{
    struct cr_muon_blend_args *a = &run->args.muon_blend;
    *a = (struct cr_muon_blend_args){.batch = 1, .size = between(run, 1, 200)};
    a->a = numbers(run, a->size * a->size);
    a->aa = numbers(run, a->size * a->size);
    a->b = numbers(run, a->size * a->size);
}

static const struct entry {
    const char *name;
    size_t place; /* in struct cr_kernels */
    void (*make)(struct run *run);
} entries[] = {
#define CR_KERNEL(name, args) {#name, offsetof(struct cr_kernels, name), make_##args},
#include "kernels/kernels.def"
#undef CR_KERNEL
};

/* ------------------------------------------------------------------------------------------------------------- runs */

static void run_make(struct run *run, const struct entry *entry, enum cr_dtype dtype, int variant)
{
    memset(run, 0, sizeof *run);
    run->random = cr_random_at((uint64_t)(entry - entries), CR_RANDOM_TEST, 0, (uint64_t)variant);
    run->dtype = dtype;
    run->kernel = entry->name;
    entry->make(run);
}

static void run_free(struct run *run)
{
    for (int i = 0; i < run->arrays; i++)
        free(run->array[i].block);
}

static void check_band(const unsigned char *band, const char *where)
{
    for (int i = 0; i < GUARD; i++)
        if (band[i] != 0xff)
            fail_msg("a kernel wrote %s", where);
}

/* A block of 64-byte aligned memory of exactly `size` bytes between two guard bands, all NaN. */
static unsigned char *band_new(size_t size)
{
    unsigned char *block = aligned_alloc(64, (size + 2 * GUARD + 63) / 64 * 64);
    assert_non_null(block);
    memset(block, 0xff, size + 2 * GUARD);
    return block;
}

static void band_free(unsigned char *block, size_t size, const char *where)
{
    check_band(block, where);
    check_band(block + GUARD + size, where);
    free(block);
}

/* The i-th part to run of `parts`: in order, backwards, or first the odd ones. */
static int64_t part_at(int64_t i, int64_t parts, int order)
{
    int64_t odd = parts / 2;
    return order == 0 ? i : order == 1 ? parts - 1 - i : i < odd ? 2 * i + 1 : 2 * (i - odd);
}

static void execute(const struct cr_kernel *kernel, struct run *run, int order)
{
    /* What is reserved for a larger batch must be enough for this one. */
    int64_t batch = run->args.batch;
    size_t need_shared = kernel->shared ? kernel->shared(&run->args) : 0;
    size_t need_scratch = kernel->scratch ? kernel->scratch(&run->args) : 0;
    run->args.batch = batch + order * 3;
    size_t shared_size = kernel->shared ? kernel->shared(&run->args) : 0;
    size_t scratch_size = kernel->scratch ? kernel->scratch(&run->args) : 0;
    run->args.batch = batch;
    assert_true(shared_size >= need_shared && scratch_size >= need_scratch);
    unsigned char *shared = band_new(shared_size), *scratch = band_new(scratch_size);
    for (int phase = 0; phase < CR_PHASES && kernel->phases[phase].parts; phase++) {
        int64_t parts = kernel->phases[phase].parts(&run->args);
        assert_in_range(parts, 0, 64);
        for (int64_t i = 0; i < parts; i++) {
            memset(scratch + GUARD, 0xff, scratch_size);
            kernel->phases[phase].run(
                &(struct cr_work){&run->args, part_at(i, parts, order), shared + GUARD, scratch + GUARD});
        }
    }
    band_free(shared, shared_size, "outside of `shared`");
    band_free(scratch, scratch_size, "outside of `scratch`");
    for (int i = 0; i < run->arrays; i++) {
        const struct array *array = &run->array[i];
        check_band(array->block, "before an array");
        check_band(array->block + GUARD + array->count * array->item, "behind an array");
    }
}

/* Slots are as a kernel's parts are: what counts are the moments of all together. */
static void moments_compare(const struct array *got, const struct array *want, const char *what)
{
    const struct cr_moments_head *head = items(got), *truth = items(want);
    if (head->slots == -1 && truth->slots == -1)
        return; /* nobody asked */
    assert_in_range(head->slots, 1, CR_MOMENTS_SLOTS);
    for (int64_t c = 0; c < got->moments; c++) {
        struct cr_moments_sum a = cr_moments_sum(head, CR_F32, got->moments, c, c + 1);
        struct cr_moments_sum b = cr_moments_sum(truth, CR_F64, got->moments, c, c + 1);
        double deviation = sqrt(b.squares / b.count), most = fmax(fabs(b.least), fabs(b.most));
        if (a.count != b.count || !(fabs(a.mean - b.mean) <= 3e-5 * (deviation + most) + 1e-6) ||
            !(fabs(a.squares - b.squares) <= 1e-4 * b.squares + 1e-6 * most * most) ||
            !(fabs(a.least - b.least) <= 1e-4 * most) || !(fabs(a.most - b.most) <= 1e-4 * most))
            fail_msg("%s: channel %lld: count %g, mean %g, squares %g, %g to %g; should be %g, %g, %g, %g to %g", what,
                     (long long)c, a.count, a.mean, a.squares, a.least, a.most, b.count, b.mean, b.squares, b.least,
                     b.most);
        /* A sum may come out as 0 in float alone, hardly ever. */
        if (!got->zeros_differ && fabs(a.zeros - b.zeros) > 1)
            fail_msg("%s: channel %lld: %g zeros, should be %g", what, (long long)c, a.zeros, b.zeros);
    }
}

static void compare(const struct run *run, const struct run *truth, const char *what)
{
    for (int i = 0; i < run->arrays; i++) {
        const struct array *got = &run->array[i], *want = &truth->array[i];
        double error = 0, norm = 0;
        if (got->moments) {
            moments_compare(got, want, what);
            continue;
        }
        if (!got->real) {
            if (memcmp(items(got), items(want), got->count * got->item) != 0)
                fail_msg("%s: array %d differs", what, i);
            continue;
        }
        for (size_t k = 0; k < got->count; k++) {
            error += pow(item_get(got, k) - item_get(want, k), 2);
            norm += pow(item_get(want, k), 2);
        }
        if (!(sqrt(error) <= 3e-5 * sqrt(norm) + 1e-6))
            fail_msg("%s: array %d: error %g, norm %g", what, i, sqrt(error), sqrt(norm));
    }
}

static void check(const struct entry *entry, const struct cr_kernel *kernel, const char *cpu, int variant)
{
    char what[128];
    struct cr_kernels precise;
    struct run truth, runs[ORDERS];
    assert_int_equal(cr_kernels_choose(&precise, NULL, CR_F64, NULL), CR_OK);
    run_make(&truth, entry, CR_F64, variant);
    if (entry->make == make_cr_conv_args && !kernel->moments)
        truth.args.conv.finish.moments = NULL;
    if (kernel->takes && !kernel->takes(&truth.args)) {
        run_free(&truth);
        return;
    }
    execute((const struct cr_kernel *)((char *)&precise + entry->place), &truth, 0);
    for (int order = 0; order < ORDERS; order++) {
        snprintf(what, sizeof what, "%s (%s), %s, variant %d, order %d", entry->name, kernel->way ? kernel->way : "",
                 cpu, variant, order);
        run_make(&runs[order], entry, CR_F32, variant);
        if (entry->make == make_cr_conv_args && !kernel->moments)
            runs[order].args.conv.finish.moments = NULL;
        execute(kernel, &runs[order], order);
        compare(&runs[order], &truth, what);
        for (int i = 0; i < runs[order].arrays; i++) {
            const struct array *first = &runs[0].array[i], *array = &runs[order].array[i];
            if (memcmp(items(first), items(array), array->count * array->item) != 0)
                fail_msg("%s: array %d depends on the order of the parts", what, i);
        }
    }
    run_free(&truth);
    for (int order = 0; order < ORDERS; order++)
        run_free(&runs[order]);
}

static void every_kernel(const char *cpu)
{
    if (!cr_cpu_available(cpu)) {
        print_message("this machine or build has no %s\n", cpu);
        skip();
    }
    struct cr_kernels fast;
    assert_int_equal(cr_kernels_choose(&fast, cpu, CR_F32, NULL), CR_OK);
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        for (int variant = 0; variant < VARIANTS; variant++) {
            check(&entries[i], (const struct cr_kernel *)((char *)&fast + entries[i].place), cpu, variant);
            for (const struct cr_way *way = fast.ways; way && way->kernel; way++)
                if (way->place == entries[i].place)
                    check(&entries[i], way->kernel, cpu, variant);
        }
}

static void every_kernel_ref(void **state)
{
    (void)state;
    every_kernel("ref");
}

static void every_kernel_baseline(void **state)
{
    (void)state;
    every_kernel("baseline");
}

static void every_kernel_avx2(void **state)
{
    (void)state;
    every_kernel("avx2");
}

static void every_kernel_avx512(void **state)
{
    (void)state;
    every_kernel("avx512");
}

static void every_kernel_neon(void **state)
{
    (void)state;
    every_kernel("neon");
}

/* ------------------------------------------------------------------------------------------------------- properties */

/* Calls `test` with the table of every instruction set that is here. */
static void for_each_cpu(void (*test)(const struct cr_kernels *kernels))
{
    for (const char *const *cpu = cr_cpu_names(); *cpu; cpu++) {
        struct cr_kernels kernels;
        if (!cr_cpu_available(*cpu))
            continue;
        assert_int_equal(cr_kernels_choose(&kernels, *cpu, CR_F32, NULL), CR_OK);
        assert_string_equal(kernels.name, *cpu);
        test(&kernels);
    }
}

static void run_parts(const struct cr_kernel *kernel, const void *args)
{
    size_t shared = kernel->shared ? kernel->shared(args) : 0, scratch = kernel->scratch ? kernel->scratch(args) : 0;
    unsigned char *blocks[2] = {band_new(shared), band_new(scratch)};
    for (int phase = 0; phase < CR_PHASES && kernel->phases[phase].parts; phase++)
        for (int64_t part = 0; part < kernel->phases[phase].parts(args); part++)
            kernel->phases[phase].run(&(struct cr_work){args, part, blocks[0] + GUARD, blocks[1] + GUARD});
    band_free(blocks[0], shared, "outside of `shared`");
    band_free(blocks[1], scratch, "outside of `scratch`");
}

enum { COUNT = 37 };

static void check_nan(const struct cr_kernels *kernels)
{
    float x[COUNT], y[COUNT], dy[COUNT], dx[COUNT];
    for (int i = 0; i < COUNT; i++) {
        x[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? -1 : 2;
        dy[i] = (float)i;
    }
    struct cr_unary_args relu = {.batch = 1, .size = COUNT, .x = x, .y = y, .dy = dy, .dx = dx};
    run_parts(&kernels->relu_forward, &relu);
    run_parts(&kernels->relu_backward, &relu);
    for (int i = 0; i < COUNT; i++) {
        assert_true(i % 3 == 0 ? isnan(y[i]) : y[i] == (i % 3 == 1 ? 0 : 2));
        assert_true(dx[i] == (i % 3 == 1 ? 0 : (float)i));
    }
    /* In place. */
    relu.y = x;
    run_parts(&kernels->relu_forward, &relu);
    for (int i = 0; i < COUNT; i++)
        assert_true(isnan(y[i]) ? isnan(x[i]) : x[i] == y[i]);
}

static void nan_stays(void **state)
{
    (void)state;
    for_each_cpu(check_nan);
}

/*
 * Activations number by number, from -20 to 20 and near 0: to 2e-6 of what the library's functions give in double, and
 * to 1e-6 of the largest near a zero of the function (silu and gelu's slopes have one). The ends and NaN are right.
 */
static void check_activation(const struct cr_kernels *kernels, enum cr_activation kind)
{
    enum { POINTS = 8003, ENDS = 5 };
    static float x[POINTS], y[POINTS], dx[POINTS], one[POINTS];
    static double x_exact[POINTS], y_exact[POINTS], dx_exact[POINTS], one_exact[POINTS];
    const float ends[ENDS] = {-1000, -100, 0, 100, 1000};
    struct cr_kernels precise;
    assert_int_equal(cr_kernels_choose(&precise, NULL, CR_F64, NULL), CR_OK);
    for (int i = 0; i < POINTS; i++) {
        double wide = (i - POINTS / 2) * 40.0 / POINTS;
        x[i] = i < ENDS ? ends[i] : i % 3 ? (float)wide : (float)(wide * 1e-4);
        x_exact[i] = x[i];
        one[i] = 1, one_exact[i] = 1;
    }
    struct cr_activation_args a = {.batch = 1, .size = POINTS, .curve = {kind, 0.25}};
    struct cr_activation_args exact = a;
    bool by_result = cr_curve_by_result(a.curve);
    a.x = x, a.y = y, a.from = by_result ? y : x, a.dy = one, a.dx = dx;
    exact.x = x_exact, exact.y = y_exact, exact.from = by_result ? y_exact : x_exact;
    exact.dy = one_exact, exact.dx = dx_exact;
    run_parts(&kernels->activation_forward, &a);
    run_parts(&precise.activation_forward, &exact);
    for (int i = 0; i < POINTS; i++) {
        if (!(fabs(y[i] - y_exact[i]) <= 2e-6 * fabs(y_exact[i]) + 1e-11))
            fail_msg("%s, %s(%g) is %.9g, should be %.9g", kernels->name, activations[kind], x[i], y[i], y_exact[i]);
        y_exact[i] = y[i];
    }
    run_parts(&kernels->activation_backward, &a);
    run_parts(&precise.activation_backward, &exact);
    for (int i = 0; i < POINTS; i++)
        if (!(fabs(dx[i] - dx_exact[i]) <= 2e-6 * fabs(dx_exact[i]) + 2e-7))
            fail_msg("%s, the slope of %s at %g is %.9g, should be %.9g", kernels->name, activations[kind], x[i], dx[i],
                     dx_exact[i]);
    for (int i = 0; i < POINTS; i++)
        x[i] = NAN;
    run_parts(&kernels->activation_forward, &a);
    run_parts(&kernels->activation_backward, &a);
    for (int i = 0; i < POINTS; i++)
        assert_true(isnan(y[i]) && (isnan(dx[i]) || kind == CR_ACTIVATION_relu || kind == CR_ACTIVATION_leaky_relu ||
                                    kind == CR_ACTIVATION_elu || kind == CR_ACTIVATION_selu));
}

static void check_activations(const struct cr_kernels *kernels)
{
    for (int kind = CR_ACTIVATION_none + 1; kind < ACTIVATIONS; kind++)
        check_activation(kernels, (enum cr_activation)kind);
}

static void activations_are_exact(void **state)
{
    (void)state;
    for_each_cpu(check_activations);
}

/* One window over four pixels, for each channel: the first of equals, a NaN before all, and minus infinity too. */
static void check_maxpool(const struct cr_kernels *kernels)
{
    const float inf = INFINITY;
    const float columns[][4] = {{1, 3, 3, 2}, {5, NAN, 9, NAN}, {-inf, -inf, -inf, -inf}, {-2, -1, -3, -4}};
    const int32_t expected[] = {1, 1, 0, 1};
    float x[4][COUNT], y[COUNT];
    int32_t index[COUNT];
    for (int p = 0; p < 4; p++)
        for (int c = 0; c < COUNT; c++)
            x[p][c] = columns[c % 4][p];
    struct cr_pool_args a = {.batch = 1,
                             .height = 2,
                             .width = 2,
                             .channels = COUNT,
                             .out_height = 1,
                             .out_width = 1,
                             .kernel_height = 2,
                             .kernel_width = 2,
                             .stride = 1,
                             .x = x,
                             .y = y,
                             .index = index};
    run_parts(&kernels->maxpool_forward, &a);
    for (int c = 0; c < COUNT; c++) {
        assert_int_equal(index[c], expected[c % 4]);
        assert_memory_equal(&y[c], &columns[c % 4][expected[c % 4]], sizeof *y);
    }
}

/* The same of three pieces. */
static void check_maxout(const struct cr_kernels *kernels)
{
    const float inf = INFINITY;
    const float pieces[][3] = {{1, 3, 3}, {5, NAN, 9}, {-inf, -inf, -inf}, {-2, -3, -1}, {NAN, NAN, 1}};
    const int32_t expected[] = {1, 1, 0, 2, 0};
    float x[3][COUNT], y[COUNT];
    int32_t index[COUNT];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < COUNT; j++)
            x[i][j] = pieces[j % 5][i];
    struct cr_maxout_args a = {.batch = 1, .pixels = 1, .outputs = COUNT, .pieces = 3, .x = x, .y = y, .index = index};
    run_parts(&kernels->maxout_forward, &a);
    for (int j = 0; j < COUNT; j++) {
        assert_int_equal(index[j], expected[j % 5]);
        assert_memory_equal(&y[j], &pieces[j % 5][expected[j % 5]], sizeof *y);
    }
}

static void the_first_maximum_is_taken(void **state)
{
    (void)state;
    for_each_cpu(check_maxpool);
    for_each_cpu(check_maxout);
}

/* Kept numbers follow the stream of the random numbers word by word. */
static void check_dropout(const struct cr_kernels *kernels)
{
    enum { BATCH = 3 };
    struct cr_step_key key = {UINT64_C(0x123456789abcdef), UINT64_C(0x500000007)};
    float x[BATCH][COUNT], y[BATCH][COUNT];
    for (int i = 0; i < BATCH * COUNT; i++)
        x[i / COUNT][i % COUNT] = 1;
    struct cr_dropout_args a = {.batch = BATCH, .size = COUNT, .node = 4, .rate = 0.25, .key = &key, .x = x, .y = y};
    run_parts(&kernels->dropout, &a);
    for (uint64_t n = 0; n < BATCH; n++) {
        struct cr_random random = cr_random_at(key.seed, CR_RANDOM_DROPOUT, key.step, n | UINT64_C(4) << 32);
        for (int i = 0; i < COUNT; i++)
            assert_true(y[n][i] == (cr_random_u32(&random) >= UINT32_C(1) << 30 ? (float)(1 / 0.75) : 0));
    }
}

static void check_dropout_units(const struct cr_kernels *kernels)
{
    enum { BATCH = 3, PIXELS = 5, UNITS = 7 };
    struct cr_step_key key = {UINT64_C(0x123456789abcdef), UINT64_C(0x500000007)};
    float x[BATCH][PIXELS][UNITS], y[BATCH][PIXELS][UNITS];
    for (int i = 0; i < BATCH * PIXELS * UNITS; i++)
        x[i / (PIXELS * UNITS)][i / UNITS % PIXELS][i % UNITS] = 1;
    struct cr_dropout_units_args a = {
        .batch = BATCH, .pixels = PIXELS, .units = UNITS, .node = 4, .rate = 0.25, .key = &key, .x = x, .y = y};
    run_parts(&kernels->dropout_units, &a);
    for (uint64_t n = 0; n < BATCH; n++) {
        struct cr_random random = cr_random_at(key.seed, CR_RANDOM_DROPOUT, key.step, n | UINT64_C(4) << 32);
        for (int u = 0; u < UNITS; u++) {
            float expected = cr_random_u32(&random) >= UINT32_C(1) << 30 ? (float)(1 / 0.75) : 0;
            for (int p = 0; p < PIXELS; p++)
                assert_true(y[n][p][u] == expected);
        }
    }
}

static void dropout_follows_the_stream(void **state)
{
    (void)state;
    for_each_cpu(check_dropout);
    for_each_cpu(check_dropout_units);
}

/* A large mean must not cost the variance its digits. */
static void check_batchnorm(const struct cr_kernels *kernels)
{
    enum { PIXELS = 4096, CHANNELS = 2 };
    static float x[PIXELS][CHANNELS], y[PIXELS][CHANNELS];
    float mean[CHANNELS], inverse[CHANNELS], running[2][CHANNELS] = {{0}}, ones[CHANNELS] = {1, 1};
    for (int p = 0; p < PIXELS; p++) {
        x[p][0] = 10000 + (p % 2 ? 1.0F : -1.0F);
        x[p][1] = p % 2 ? 3.0F : 1.0F;
    }
    struct cr_batchnorm_args a = {.batch = 1,
                                  .pixels = PIXELS,
                                  .channels = CHANNELS,
                                  .momentum = 0.5,
                                  .x = x,
                                  .y = y,
                                  .scale = ones,
                                  .shift = ones,
                                  .mean = mean,
                                  .inverse = inverse,
                                  .running_mean = running[0],
                                  .running_variance = running[1]};
    run_parts(&kernels->batchnorm_train, &a);
    const double means[] = {10000, 2};
    for (int c = 0; c < CHANNELS; c++) {
        assert_true(fabs(mean[c] - means[c]) <= 2e-3);
        assert_true(fabs(inverse[c] - 1) <= 1e-5);
        assert_true(fabs(running[0][c] - means[c] / 2) <= 1e-3);
        assert_true(fabs(running[1][c] - 0.5 * PIXELS / (PIXELS - 1)) <= 1e-5);
        assert_true(fabs(y[1][c] - 2) <= 2e-3);
    }
}

/* The same for the moments that a convolution leaves, of one channel in all filters and a large bias. */
static void check_moments(const struct cr_kernels *kernels)
{
    enum { SIDE = 50 };
    static float x[SIDE][SIDE], y[SIDE][SIDE][COUNT];
    static char moments[CR_MOMENTS_HEAD + CR_MOMENTS_SLOTS * CR_MOMENTS_FIELDS * COUNT * sizeof(float)];
    float w[COUNT], bias[COUNT];
    assert_int_equal(sizeof moments, cr_moments_size(COUNT, sizeof(float)));
    for (int i = 0; i < SIDE * SIDE; i++)
        x[i / SIDE][i % SIDE] = i % 3 == 0 ? 1.0F : -1.0F;
    for (int f = 0; f < COUNT; f++) {
        w[f] = 1;
        bias[f] = f % 2 == 0 ? 10000 : 1;
    }
    struct cr_conv_args a = {.batch = 1,
                             .height = SIDE,
                             .width = SIDE,
                             .channels = 1,
                             .out_height = SIDE,
                             .out_width = SIDE,
                             .filters = COUNT,
                             .kernel_height = 1,
                             .kernel_width = 1,
                             .stride = 1,
                             .groups = 1,
                             .x = x,
                             .w = w,
                             .y = y,
                             .finish = {.bias = bias, .extremes = true, .moments = moments}};
    run_parts(&kernels->conv_forward, &a);
    const double share = 834.0 / (SIDE * SIDE), mean = 2 * share - 1, variance = 4 * share * (1 - share);
    for (int f = 0; f < COUNT; f++) {
        struct cr_moments_sum sum = cr_moments_sum(moments, CR_F32, COUNT, f, f + 1);
        assert_true(sum.count == SIDE * SIDE);
        assert_true(sum.least == bias[f] - 1 && sum.most == bias[f] + 1);
        assert_true(sum.zeros == (f % 2 == 0 ? 0 : SIDE * SIDE - 834));
        if (!(fabs(sum.mean - bias[f] - mean) <= 5e-3)) /* a float beside 10000 has steps of 1e-3 */
            fail_msg("%s: filter %d: mean %.9g, should be %.9g", kernels->name, f, sum.mean, bias[f] + mean);
        assert_true(fabs(sum.squares / sum.count - variance) <= 1e-3);
    }
}

static void moments_keep_digits(void **state)
{
    (void)state;
    for_each_cpu(check_moments);
}

static void batchnorm_keeps_digits(void **state)
{
    (void)state;
    for_each_cpu(check_batchnorm);
}

/* ----------------------------------------------------------------------------------------------------------- choice */

static void choice(void **state)
{
    (void)state;
    struct cr_kernels kernels;
    struct cr_error err;
    assert_string_equal(cr_cpu_names()[0], "ref");
    assert_true(cr_cpu_available("ref") && cr_cpu_available("baseline") && cr_cpu_available(cr_cpu_best()));
    assert_false(cr_cpu_available("abacus"));
    assert_int_equal(cr_kernels_choose(&kernels, NULL, CR_F32, &err), CR_OK);
    assert_string_equal(kernels.name, cr_cpu_best());
    assert_int_equal(cr_kernels_choose(&kernels, "baseline", CR_F64, &err), CR_OK);
    assert_string_equal(kernels.name, "ref");
    assert_int_equal(cr_kernels_choose(&kernels, "abacus", CR_F32, &err), CR_ERROR_ARGUMENT);
    assert_memory_equal(err.message, "cpu 'abacus' is not known; this machine has ref, baseline", 57);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kernel_ref),           cmocka_unit_test(every_kernel_baseline),
        cmocka_unit_test(every_kernel_avx2),          cmocka_unit_test(every_kernel_avx512),
        cmocka_unit_test(every_kernel_neon),          cmocka_unit_test(nan_stays),
        cmocka_unit_test(activations_are_exact),      cmocka_unit_test(the_first_maximum_is_taken),
        cmocka_unit_test(dropout_follows_the_stream), cmocka_unit_test(batchnorm_keeps_digits),
        cmocka_unit_test(moments_keep_digits),        cmocka_unit_test(choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
