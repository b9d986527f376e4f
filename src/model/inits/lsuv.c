/*
 * lsuv, layer-sequential unit variance (Mishkin & Matas 2016): orthogonal, then divided, layer by layer from the input
 * on, by the deviation of what the layer makes of the first training batch (calibrate.c).
 */
#include "model/init.h"

static const struct cr_option options[] = {
    CR_FLOAT("tolerance", struct cr_init_measure, tolerance, .min = 1e-6, .max = 1, .def = 0.1,
             .help = "how far from 1 the variance may stay"),
    CR_INT("tries", struct cr_init_measure, tries, .min = 1, .max = 1000, .def = 10, .help = "at most, for a layer"),
    {0},
};

static void fill(const struct cr_init_call *call)
{
    cr_init_orthogonalise(call, 1);
}

const struct cr_init cr_init_lsuv = {
    .entry = {.name = "lsuv",
              .help = "orthogonal, then scaled to variance 1 on the first batch (Mishkin & Matas 2016)",
              .options = options},
    .fill = fill,
    .measured = true,
};
