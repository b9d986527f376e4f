/*
 * Fully connected: y = x w, with x [N][I], w [I][O], y [N][O].
 *
 *     forward           y[n][o] = sum_i x[n][i] w[i][o]
 *     backward_data     x[n][i] = sum_o y[n][o] w[i][o]
 *     backward_weights  w[i][o] = sum_n x[n][i] y[n][o], db[o] = sum_n y[n][o]
 */
#include "kernels/ref/finish.h"

static int64_t forward_parts(const void *args)
{
    const struct cr_dense_args *a = args;
    return cr_parts(a->batch, a->inputs * a->outputs);
}

static void forward(const struct cr_work *work)
{
    const struct cr_dense_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->inputs * a->outputs, work->part);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *x = (const real *)a->x + n * a->inputs, *w = a->w;
        real *y = (real *)a->y + n * a->outputs;
        for (int64_t o = 0; o < a->outputs && !a->add; o++)
            y[o] = 0;
        for (int64_t i = 0; i < a->inputs; i++, w += a->outputs)
#pragma omp simd
            for (int64_t o = 0; o < a->outputs; o++)
                y[o] += x[i] * w[o];
        finish(y, &a->finish, n * a->outputs, a->outputs);
    }
}

static void backward_data(const struct cr_work *work)
{
    const struct cr_dense_args *a = work->args;
    struct cr_range samples = cr_part(a->batch, a->inputs * a->outputs, work->part);
    for (int64_t n = samples.begin; n < samples.end; n++) {
        const real *y = (const real *)a->y + n * a->outputs, *w = a->w;
        real *x = (real *)a->x + n * a->inputs;
        for (int64_t i = 0; i < a->inputs; i++, w += a->outputs) {
            real sum = 0;
#pragma omp simd reduction(+ : sum)
            for (int64_t o = 0; o < a->outputs; o++)
                sum += y[o] * w[o];
            x[i] = a->add ? x[i] + sum : sum;
        }
        finish(x, &a->finish, n * a->inputs, a->inputs);
    }
}

static int64_t backward_weights_parts(const void *args)
{
    const struct cr_dense_args *a = args;
    return cr_parts(a->inputs, a->batch * a->outputs);
}

static void backward_weights(const struct cr_work *work)
{
    const struct cr_dense_args *a = work->args;
    struct cr_range inputs = cr_part(a->inputs, a->batch * a->outputs, work->part);
    for (int64_t i = inputs.begin; i < inputs.end; i++) {
        const real *x = (const real *)a->x + i, *y = a->y;
        real *w = (real *)a->w + i * a->outputs;
        for (int64_t o = 0; o < a->outputs && !a->add; o++)
            w[o] = 0;
        for (int64_t n = 0; n < a->batch; n++, x += a->inputs, y += a->outputs)
#pragma omp simd
            for (int64_t o = 0; o < a->outputs; o++)
                w[o] += *x * y[o];
    }
    if (a->db && work->part == 0)
        sum_rows(a->db, a->y, a->batch, a->outputs, a->add_db);
}

const struct cr_kernel CR_NAME(dense_forward) = {.phases = {{forward_parts, forward}}};
const struct cr_kernel CR_NAME(dense_backward_data) = {.phases = {{forward_parts, backward_data}}};
const struct cr_kernel CR_NAME(dense_backward_weights) = {.phases = {{backward_weights_parts, backward_weights}}};
