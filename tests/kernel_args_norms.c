/*
 * Arguments of norms.
 */
#include "kernel_case.h"

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

void make_cr_batchnorm_args(struct run *run)
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

void make_cr_fold_args(struct run *run)
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

void make_cr_groupnorm_args(struct run *run)
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
