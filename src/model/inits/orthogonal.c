/*
 * orthogonal (Saxe et al. 2014): the weights seen as a matrix of fan-in rows and one column an output; its columns, or
 * its rows where these are fewer, are orthonormal, so that no direction of the signal grows or dies in a deep stack.
 *
 * Normal numbers by Gram and Schmidt, which leaves every rotation equally likely.
 */
#include <math.h>

#include "model/init.h"

struct orthogonal {
    double gain;
};

static const struct cr_option options[] = {
    CR_FLOAT("gain", struct orthogonal, gain, .min = 0, .max = 1e6, .def = 1,
             .help = "length of each column; 1.414 suits relu"),
    {0},
};

static double dot(const double *a, const double *b, int64_t length)
{
    double sum = 0;

#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < length; i++)
        sum += a[i] * b[i];
    return sum;
}

static void make_orthonormal(double *vectors, int64_t count, int64_t length)
{
    for (int64_t j = 0; j < count; j++) {
        double *own = vectors + j * length, norm;
        for (int64_t k = 0; k < j; k++) {
            const double *other = vectors + k * length;
            double shared = dot(own, other, length);
            for (int64_t i = 0; i < length; i++)
                own[i] -= shared * other[i];
        }
        norm = sqrt(dot(own, own, length));
        for (int64_t i = 0; i < length; i++)
            own[i] /= norm;
    }
}

static void fill(const struct cr_init_call *call)
{
    const struct orthogonal *o = call->options;
    int64_t columns = call->shape.dims[call->shape.rank - 1], rows = call->count / columns;
    bool tall = rows > columns;
    int64_t count = tall ? columns : rows, length = tall ? rows : columns;

    for (int64_t i = 0; i < call->count; i++)
        call->spare[i] = cr_random_normal(call->random);
    make_orthonormal(call->spare, count, length);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            call->values[i * columns + j] = o->gain * call->spare[tall ? j * length + i : i * length + j];
}

const struct cr_init cr_init_orthogonal = {
    .entry = {.name = "orthogonal", .help = "orthonormal columns or rows (Saxe et al. 2014)", .options = options},
    .fill = fill,
};
