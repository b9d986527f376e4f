/*
 * Arguments of what adds, counts, copies and moves numbers.
 */
#include "kernel_case.h"

void make_cr_input_args(struct run *run)
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

void make_cr_bias_args(struct run *run)
{
    struct cr_bias_args *a = &run->args.bias;
    *a = (struct cr_bias_args){.batch = between(run, 1, 9), .pixels = between(run, 1, 300), .add = coin(run)};
    a->channels = some_channels(run);
    a->x = numbers(run, a->batch * a->pixels * a->channels);
    a->b = numbers(run, a->channels);
    a->y = numbers(run, a->batch * a->pixels * a->channels);
}

void make_cr_add_args(struct run *run)
{
    struct cr_add_args *a = &run->args.add;
    *a = (struct cr_add_args){.batch = between(run, 1, 9), .size = between(run, 1, 5000)};
    a->a = numbers(run, a->batch * a->size);
    a->b = numbers(run, a->batch * a->size);
    a->y = numbers(run, a->batch * a->size);
}

void make_cr_histogram_args(struct run *run)
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

void make_cr_moments_args(struct run *run)
{
    struct cr_moments_args *a = &run->args.moments;
    *a = (struct cr_moments_args){.batch = between(run, 1, 9), .pixels = between(run, 1, 300)};
    a->channels = some_channels(run);
    a->rows = coin(run) ? a->batch * a->pixels : 0;
    a->x = around(run, a->batch * a->pixels * a->channels, 3);
    a->moments = moments_new(run, a->channels);
}

void make_cr_copy_args(struct run *run)
{
    struct cr_copy_args *a = &run->args.copy;
    *a = (struct cr_copy_args){.batch = between(run, 1, 9), .size = between(run, 1, 5000), .add = coin(run)};
    a->x = numbers(run, a->batch * a->size);
    a->y = numbers(run, a->batch * a->size);
}

void make_cr_columns_args(struct run *run)
{
    struct cr_columns_args *a = &run->args.columns;
    *a = (struct cr_columns_args){.batch = between(run, 1, 9), .rows = between(run, 1, 300), .add = coin(run)};
    a->columns = some_channels(run);
    a->x_stride = a->columns + between(run, 0, 9);
    a->y_stride = a->columns + between(run, 0, 9);
    a->x = numbers(run, a->batch * a->rows * a->x_stride);
    a->y = numbers(run, a->batch * a->rows * a->y_stride);
}

void make_cr_gate_args(struct run *run)
{
    struct cr_gate_args *a = &run->args.gate;
    *a = (struct cr_gate_args){.batch = between(run, 1, 9), .pixels = between(run, 1, 300), .add = coin(run)};
    a->channels = some_channels(run);
    a->x = numbers(run, a->batch * a->pixels * a->channels);
    a->y = numbers(run, a->batch * a->pixels * a->channels);
    a->s = numbers(run, a->batch * a->channels);
}

void make_cr_upsample_args(struct run *run)
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

void make_cr_fill_args(struct run *run)
{
    struct cr_fill_args *a = &run->args.fill;
    *a = (struct cr_fill_args){.batch = between(run, 1, 9), .size = between(run, 1, 5000), .value = 0.75};
    a->y = numbers(run, a->batch * a->size);
}
