/*
 * orthogonal (Saxe et al. 2014): the weights seen as a matrix of fan-in rows and one column an output; its columns, or
 * its rows where these are fewer, are orthonormal, so that no direction of the signal grows or dies in a deep stack.
 */
#include "model/init.h"

struct orthogonal {
    double gain;
};

static const struct cr_option options[] = {
    CR_FLOAT("gain", struct orthogonal, gain, .min = 0, .max = 1e6, .def = 1,
             .help = "length of each column; 1.414 suits relu"),
    {0},
};

static void fill(const struct cr_init_call *call)
{
    const struct orthogonal *o = call->options;

    cr_init_orthogonalise(call, o->gain);
}

const struct cr_init cr_init_orthogonal = {
    .entry = {.name = "orthogonal", .help = "orthonormal columns or rows (Saxe et al. 2014)", .options = options},
    .fill = fill,
};
