/*
 * dirac: output c is input c, for as many as both sides have; the rest is 0. A convolution has its 1 in the middle of
 * the window, and so passes the picture on unchanged (Zagoruyko & Komodakis 2017).
 */
#include "model/init.h"

static void fill(const struct cr_init_call *call)
{
    struct cr_shape shape = call->shape;
    int64_t outputs = shape.dims[shape.rank - 1], inputs = shape.dims[shape.rank - 2], middle = 0;

    for (int i = 0; i < shape.rank - 2; i++)
        middle = middle * shape.dims[i] + shape.dims[i] / 2;
    for (int64_t i = 0; i < call->count; i++)
        call->values[i] = 0;
    for (int64_t c = 0; c < inputs && c < outputs; c++)
        call->values[(middle * inputs + c) * outputs + c] = 1;
}

const struct cr_init cr_init_dirac = {
    .entry = {.name = "dirac", .help = "passes its input on unchanged"},
    .fill = fill,
};
