/*
 * Arguments of products: dense layers and convolutions, with what is done to the result on the way.
 */
#include "kernel_case.h"

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

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void make_cr_dense_args(struct run *run)
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

void make_cr_conv_args(struct run *run)
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
