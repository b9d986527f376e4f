/*
 * Arguments of activations, pools and dropout.
 */
#include "kernel_case.h"

void make_cr_unary_args(struct run *run)
{
    struct cr_unary_args *a = &run->args.unary;
    *a = (struct cr_unary_args){.batch = between(run, 1, 9), .size = between(run, 1, 5000), .add = coin(run)};
    a->x = numbers(run, a->batch * a->size);
    a->y = numbers(run, a->batch * a->size);
    a->dy = numbers(run, a->batch * a->size);
    a->dx = numbers(run, a->batch * a->size);
}

void make_cr_activation_args(struct run *run)
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

void make_cr_prelu_args(struct run *run)
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

void make_cr_maxout_args(struct run *run)
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

void make_cr_pool_args(struct run *run)
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

void make_cr_dropout_args(struct run *run)
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

void make_cr_dropout_units_args(struct run *run)
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
